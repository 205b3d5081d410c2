import { UsageError } from '@postern/wire';
import type { MailboxCommand } from '../commands.ts';
import type { ImapEvent } from '../events.ts';
import type { Answer } from '../imap.ts';
import type { FetchData } from '../parse/fetch.ts';
import type { StatusResponse } from '../parse/status.ts';

/** Takes an item for a stream, and how many octets it is. */
type Take<T> = (item: T, octets: number) => void;

/** What a stream asks of the dialogue that it belongs to. */
export interface FetchSource<T> {
  /** Hands to the stream what of an event is for it. */
  readonly pick: (event: ImapEvent, take: Take<T>) => void;
  /** Somebody waits for messages, or nobody wants any more. */
  readonly wake: () => void;
  /** Most octets of responses that may be read ahead or collected; beyond it, `overflow` is called. */
  readonly maxDataBytes: number;
  readonly overflow: () => void;
}

/** The messages among what a server tells. */
export function pickMessages(event: ImapEvent, take: Take<FetchData>): void {
  if (event.type === 'untagged' && event.data.type === 'fetch') take(event.data.message, event.octets);
}

/** The content among it, whether it came in chunks or as a whole. */
export function pickContent(event: ImapEvent, take: Take<Uint8Array>): void {
  if (event.type === 'literal-chunk') take(event.bytes, event.bytes.length);
  if (event.type !== 'untagged' || event.data.type !== 'fetch') return;
  for (const { bytes } of event.data.message.sections ?? [])
    if (bytes && bytes.length > 0) take(bytes, bytes.length);
}

/**
 * The messages of one FETCH, as they come. The connection is read only as fast as they are taken; a loop that is left lets what still
 * comes pass by. `reply` is the completion, once it is there: a NO after some messages is no exception (RFC 9051 §6.4.5).
 *
 * A command inside the loop runs if the protocol allows it beside the FETCH, and what the FETCH still brings is then kept, up to
 * `limits.maxDataBytes`; one that would have to wait for the FETCH is refused at once.
 */
export class FetchStream<T = FetchData> implements AsyncIterableIterator<T, undefined> {
  readonly command: MailboxCommand;
  /** The completion; `undefined` until it came. */
  reply: StatusResponse | undefined = undefined;
  /** Whether a loop takes the messages, so that the FETCH cannot end before the loop goes on. */
  looped = true;
  readonly #source: FetchSource<T>;
  #queue: (T | undefined)[] = [];
  #head = 0;
  /** Octets that wait, or that `all` has collected. */
  #octets = 0;
  #dropping = false;
  #failure: { readonly error: unknown } | undefined = undefined;
  readonly #waiting: PromiseWithResolvers<IteratorResult<T, undefined>>[] = [];
  readonly #settled = Promise.withResolvers<void>();

  constructor(command: MailboxCommand, source: FetchSource<T>) {
    this.command = command;
    this.#source = source;
  }

  /** The command as people read it. */
  get shown(): string {
    const [set] = this.command.arguments ?? [];
    return `${this.command.uid === true ? 'UID ' : ''}FETCH ${set?.type === 'atom' ? set.text : ''}`;
  }

  /** Whether more may be read for it. */
  get hasRoom(): boolean {
    if (this.#dropping || this.#waiting.length > 0) return true;
    // What is borrowed is gone with the next bytes, so they wait until somebody asks for them.
    return this.command.streamBorrowed !== true && this.#head === this.#queue.length;
  }

  /** Resolves when the FETCH is over, well or not. */
  get settled(): Promise<void> {
    return this.#settled.promise;
  }

  /** Takes what is for it. */
  hear(event: ImapEvent): void {
    if (this.#dropping) return;
    this.#source.pick(event, this.#push);
  }

  readonly #push = (message: T, octets: number): void => {
    const waiting = this.#waiting.length > 0 ? this.#waiting.shift() : undefined;
    if (waiting) waiting.resolve({ value: message, done: false });
    else this.#queue.push(message);
    if (waiting && this.looped) return;
    this.#octets += octets;
    if (this.#octets > this.#source.maxDataBytes) this.#source.overflow();
  };

  /** The dialogue tells that the FETCH is over. */
  complete(reply: StatusResponse): void {
    this.reply = reply;
    for (const waiting of this.#waiting.splice(0)) waiting.resolve({ value: undefined, done: true });
    this.#settled.resolve();
  }

  /** The dialogue tells that it broke. */
  fail(error: unknown): void {
    if (this.reply || this.#failure) return;
    this.#failure = { error };
    for (const waiting of this.#waiting.splice(0)) waiting.reject(error);
    this.#settled.resolve();
  }

  /** The next message; resolved already where one is at hand. Rejects with a `WireError` where the dialogue broke. */
  next(): Promise<IteratorResult<T, undefined>> {
    if (this.#head < this.#queue.length) {
      const value = this.#queue[this.#head] as T;
      // Whoever has it may let it go while others still wait.
      this.#queue[this.#head] = undefined;
      this.#head += 1;
      if (this.#head === this.#queue.length) {
        this.#queue = [];
        this.#head = 0;
        if (this.looped) this.#octets = 0;
      }
      return Promise.resolve({ value, done: false });
    }
    if (this.#failure) return Promise.reject(this.#failure.error);
    if (this.reply || this.#dropping) return Promise.resolve({ value: undefined, done: true });
    const waiting = Promise.withResolvers<IteratorResult<T, undefined>>();
    this.#waiting.push(waiting);
    this.#source.wake();
    return waiting.promise;
  }

  /** Leaves the loop: messages that still come are dropped, and the dialogue is free for others at their completion. */
  return(): Promise<IteratorResult<T, undefined>> {
    this.#dropping = true;
    this.looped = false;
    this.#queue = [];
    this.#head = 0;
    this.#source.wake();
    return Promise.resolve({ value: undefined, done: true });
  }

  /** Itself: messages are taken once. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Like leaving the loop. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  /** Collects all messages, up to `limits.maxDataBytes` of them; those that came before a refusal are its `partial`. */
  async all(): Promise<Answer<readonly T[]>> {
    this.looped = false;
    const messages: T[] = [];
    for (let step = await this.next(); step.done !== true; step = await this.next())
      messages.push(step.value);
    const { reply } = this;
    if (!reply) throw new UsageError('the messages were not wanted any more', 'no call after return');
    return reply.status === 'OK'
      ? { ok: true, value: messages, reply }
      : { ok: false, reply, partial: messages };
  }
}
