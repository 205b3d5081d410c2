import { UsageError } from '@postern/wire';
import type { Fault, WireError } from '@postern/wire';
import type { Capabilities } from '../parse/capabilities.ts';
import type { WireCommand } from '../commands.ts';
import { StreamedContent } from './content.ts';
import type { ContentSource } from './content.ts';
import type { Pop3Event } from '../events.ts';
import type { ListEntry, ReplyValue, UidlEntry } from '../parse/listings.ts';
import type {
  Maildrop,
  MaildropEntry,
  MaildropMessage,
  MaildropSize,
  MessagesOptions,
  Retrieved,
} from './maildrop.ts';
import type { Answer, CallOptions } from '../pop3.ts';

export type ReplyEvent = Extract<Pop3Event, { readonly type: 'reply' }>;
export type ContentEvent = Extract<Pop3Event, { readonly type: 'content' }>;
type RetrCommand = Extract<WireCommand, { readonly verb: 'RETR' | 'TOP' | 'DELE' }>;
type Signal = AbortSignal | undefined;

/** Most octets of messages that are asked for ahead: what a loop that is broken off has to read and throw away. */
const maxAheadOctets = 1024 * 1024;

/** Most messages that are asked for ahead: their RETRs fit into the window of commands. */
const maxAhead = 1024;

/** What the TRANSACTION state needs of its dialogue. */
export interface TransactionDialogue {
  readonly capabilities: Capabilities;
  /** Commands that wait for room in the window. */
  readonly queued: number;
  readonly marked: readonly number[];
  /** Runs when the calls before are done. */
  inTurn<T>(signal: Signal, run: () => Promise<T>): Promise<T>;
  /** The same, until what it resolves with is called; other calls are refused meanwhile. */
  beginReading(signal: Signal): Promise<() => void>;
  /** Sends commands. Nothing happens where the dialogue is over: the next wait tells why. */
  post(...commands: readonly WireCommand[]): void;
  /** Waits for the reply to a command that was sent, or for a piece of its content. */
  answerTo(command: WireCommand, signal: Signal): Promise<ReplyEvent | ContentEvent>;
  /** The same where it is here already; thousands of small messages come in a few reads, and a promise for each would show. */
  answerHere(command: WireCommand, signal: Signal): ReplyEvent | ContentEvent | undefined;
  /** Reads until no content that was asked for is to come. */
  settle(signal: Signal): Promise<void>;
  /** Destroys the connection, and says why. */
  abandon(fault: Pick<Fault, 'kind' | 'reason' | 'evidence'>): WireError;
}

/** The commands of the TRANSACTION state (RFC 1939 §5) with promises. */
export class Transaction implements Maildrop {
  readonly #dialogue: TransactionDialogue;

  constructor(dialogue: TransactionDialogue) {
    this.#dialogue = dialogue;
  }

  get marked(): readonly number[] {
    return this.#dialogue.marked;
  }

  async stat(options?: CallOptions): Promise<Answer<MaildropSize>> {
    const answer = await this.#ask({ verb: 'STAT' }, options);
    if (!answer.ok || answer.value?.type !== 'stat') return refused(answer);
    const { messages, octets } = answer.value;
    return { ...answer, value: { messages, octets } };
  }

  async list(options?: CallOptions): Promise<Answer<readonly ListEntry[]>> {
    const answer = await this.#ask({ verb: 'LIST' }, options);
    if (!answer.ok || answer.value?.type !== 'list') return refused(answer);
    return { ...answer, value: answer.value.entries };
  }

  async uidl(options?: CallOptions): Promise<Answer<readonly UidlEntry[]>> {
    const answer = await this.#ask({ verb: 'UIDL' }, options);
    if (!answer.ok || answer.value?.type !== 'uidl') return refused(answer);
    return { ...answer, value: answer.value.entries };
  }

  async dele(message: number, options?: CallOptions): Promise<Answer<undefined>> {
    const answer = await this.#ask({ verb: 'DELE', message }, options);
    return answer.ok ? { ...answer, value: undefined } : answer;
  }

  async rset(options?: CallOptions): Promise<Answer<undefined>> {
    const answer = await this.#ask({ verb: 'RSET' }, options);
    return answer.ok ? { ...answer, value: undefined } : answer;
  }

  async entries(options?: CallOptions): Promise<Answer<readonly MaildropEntry[]>> {
    return this.#dialogue.inTurn(options?.signal, () => this.#entries(options?.signal));
  }

  async retr(message: number, options?: CallOptions): Promise<Retrieved> {
    return this.#retrieve({ verb: 'RETR', message }, options?.signal);
  }

  async top(message: number, lines: number, options?: CallOptions): Promise<Retrieved> {
    return this.#retrieve({ verb: 'TOP', message, lines }, options?.signal);
  }

  async *messages(options?: MessagesOptions): AsyncGenerator<MaildropMessage, void, undefined> {
    const { only, signal } = options ?? {};
    const release = await this.#dialogue.beginReading(signal);
    try {
      const answer = await this.#entries(signal);
      if (!answer.ok) {
        const evidence = { reply: `${answer.reply.status} ${answer.reply.text}`, rule: 'RFC 1939 §5' };
        throw this.#dialogue.abandon({ kind: 'peer', reason: 'protocol-error', evidence });
      }
      yield* this.#each(only ? answer.value.filter(only) : answer.value, signal);
    } finally {
      try {
        // What went ahead comes, wanted or not. The replies to DELE can wait for the next call.
        await this.#dialogue.settle(signal);
      } finally {
        release();
      }
    }
  }

  async *#each(
    entries: readonly MaildropEntry[],
    signal: Signal,
  ): AsyncGenerator<MaildropMessage, void, undefined> {
    const sent: RetrCommand[] = [];
    let ahead = 0;
    for (let index = 0; index < entries.length; index += 1) {
      const entry = entries[index] as MaildropEntry;
      // Groups and no single commands: a write for each message costs more than the message.
      if (sent.length === index || (sent.length - index <= maxAhead / 2 && ahead <= maxAheadOctets / 2)) {
        const group = this.#nextGroup(entries, sent.length, sent.length - index, ahead);
        for (const { octets } of entries.slice(sent.length, sent.length + group.length)) ahead += octets;
        sent.push(...group);
        if (group.length > 0) this.#dialogue.post(...group);
      }
      const command = sent[index];
      if (!command) return;
      const first =
        this.#dialogue.answerHere(command, signal) ?? (await this.#dialogue.answerTo(command, signal));
      if (first.type === 'reply' && first.reply.status === '-ERR') {
        yield { ...entry, ok: false, reply: first.reply };
      } else {
        const content = new StreamedContent(
          new Retrieval(this.#dialogue, command, first, signal),
          entry.octets,
        );
        let current = true;
        try {
          yield {
            ...entry,
            ok: true,
            content,
            delete: () => {
              if (!current) throw new UsageError('the loop is past this message', 'dele');
              // Nothing is deleted that the caller does not have.
              if (!content.ended) throw new UsageError('the message is not read to its end', 'content first');
              this.#dialogue.post({ verb: 'DELE', message: entry.number });
            },
          };
          if (!content.ended) await content.discard();
        } finally {
          current = false;
        }
      }
      ahead -= entry.octets;
    }
  }

  /** The RETRs that may go now, from an entry on; at least one where none is `outstanding`. */
  #nextGroup(
    entries: readonly MaildropEntry[],
    from: number,
    outstanding: number,
    ahead: number,
  ): readonly RetrCommand[] {
    const more = this.#dialogue.capabilities.pipelining && this.#dialogue.queued === 0;
    const group: RetrCommand[] = [];
    let octets = ahead;
    for (let next = entries[from]; next; next = entries[from + group.length]) {
      octets += next.octets;
      const fits = more && octets <= maxAheadOctets && outstanding + group.length < maxAhead;
      if (outstanding + group.length > 0 && !fits) break;
      group.push({ verb: 'RETR', message: next.number });
    }
    return group;
  }

  /** LIST and UIDL in one go, where there is UIDL. */
  async #entries(signal: Signal): Promise<Answer<readonly MaildropEntry[]>> {
    const commands = [{ verb: 'LIST' }, { verb: 'UIDL' }] as const;
    const [list, uidl] = commands;
    signal?.throwIfAborted();
    const withUids = this.#dialogue.capabilities.uidl !== 'absent';
    this.#dialogue.post(...(withUids ? commands : [list]));
    const listed = await this.#dialogue.answerTo(list, signal);
    const uids = new Map<number, string>();
    if (withUids) {
      const { value } = asReply(await this.#dialogue.answerTo(uidl, signal));
      if (value?.type === 'uidl') for (const { number, uid } of value.entries) uids.set(number, uid);
    }
    const { reply, value } = asReply(listed);
    if (value?.type !== 'list') return { ok: false, reply };
    const entries = value.entries.map((entry) => ({ ...entry, uid: uids.get(entry.number) }));
    return { ok: true, value: entries, reply };
  }

  async #retrieve(command: RetrCommand, signal: Signal): Promise<Retrieved> {
    const release = await this.#dialogue.beginReading(signal);
    try {
      this.#dialogue.post(command);
      const first = await this.#dialogue.answerTo(command, signal);
      if (first.type === 'reply' && first.reply.status === '-ERR') {
        release();
        return { ok: false, reply: first.reply };
      }
      const retrieval = new Retrieval(this.#dialogue, command, first, signal, release);
      return { ok: true, content: new StreamedContent(retrieval) };
    } catch (error) {
      release();
      throw error;
    }
  }

  async #ask(command: WireCommand, options?: CallOptions): Promise<Answer<ReplyValue | undefined>> {
    const signal = options?.signal;
    return this.#dialogue.inTurn(signal, async () => {
      signal?.throwIfAborted();
      this.#dialogue.post(command);
      const { reply, value } = asReply(await this.#dialogue.answerTo(command, signal));
      return reply.status === '+OK' ? { ok: true, value, reply } : { ok: false, reply };
    });
  }
}

/** The content of a positive reply, whose first event is here already. */
class Retrieval implements ContentSource {
  readonly #dialogue: TransactionDialogue;
  readonly #command: RetrCommand;
  #first: ReplyEvent | ContentEvent | undefined;
  readonly #signal: Signal;
  readonly #ended: (() => void) | undefined;

  constructor(
    dialogue: TransactionDialogue,
    command: RetrCommand,
    first: ReplyEvent | ContentEvent,
    signal: Signal,
    ended?: () => void,
  ) {
    this.#dialogue = dialogue;
    this.#command = command;
    this.#first = first;
    this.#signal = signal;
    this.#ended = ended;
  }

  take(): Uint8Array | 'end' | undefined {
    const event = this.#first ?? this.#dialogue.answerHere(this.#command, this.#signal);
    this.#first = undefined;
    return event && this.#read(event);
  }

  async next(): Promise<Uint8Array | 'end'> {
    try {
      return this.#read(await this.#dialogue.answerTo(this.#command, this.#signal));
    } catch (error) {
      this.#ended?.();
      throw error;
    }
  }

  abandon(fault: Pick<Fault, 'kind' | 'reason'>): WireError {
    this.#ended?.();
    return this.#dialogue.abandon(fault);
  }

  #read(event: ReplyEvent | ContentEvent): Uint8Array | 'end' {
    if (event.type === 'content') return event.bytes;
    this.#ended?.();
    return 'end';
  }
}

/** The machine gives a positive reply to these commands a value of its kind, or ends the dialogue. */
function refused({ reply }: Answer<unknown>): {
  readonly ok: false;
  readonly reply: Answer<unknown>['reply'];
} {
  return { ok: false, reply };
}

/** Only RETR and TOP have content. */
function asReply(event: ReplyEvent | ContentEvent): ReplyEvent {
  if (event.type === 'content') throw new UsageError('content where none can be', 'RFC 1939 §3');
  return event;
}
