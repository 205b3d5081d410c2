import { concatBytes } from '../bytes.ts';
import type { EndOfStream } from '../machine.ts';

/** How much a receiver takes in before the writer has to wait, as a kernel's receive window does. */
const WINDOW = 65_536;

/**
 * One direction of a stream in memory: written chunks wait until they are read; a full window holds the writer. What a
 * reader got is overwritten at its next read, so that a machine which keeps borrowed bytes fails its tests.
 */
export class BytePipe {
  #chunks: Uint8Array[] = [];
  #queued = 0;
  /** Under way and not delivered. */
  #coming = 0;
  #lent: Uint8Array | undefined;
  #ended: EndOfStream | undefined;
  #readable: PromiseWithResolvers<void> | undefined;
  #room: PromiseWithResolvers<void> | undefined;

  /** Bytes that arrived and were not read. */
  get queuedBytes(): number {
    return this.#queued;
  }

  /** How the stream ended, once everything before the end has been read. */
  get ended(): EndOfStream | undefined {
    return this.#queued > 0 ? undefined : this.#ended;
  }

  /** Whether the end has arrived, whether or not everything before it was read. */
  get finished(): boolean {
    return this.#ended !== undefined;
  }

  /** How the stream ended, as soon as it is known. */
  get end(): EndOfStream | undefined {
    return this.#ended;
  }

  /** Resolves at the next arrival of bytes or of the end. */
  changed(): Promise<void> {
    if (this.#ended) return Promise.resolve();
    this.#readable ??= Promise.withResolvers<void>();
    return this.#readable.promise;
  }

  /** Bytes were sent, and take up room until they are read, or for ever where they get lost. */
  expect(count: number): void {
    this.#coming += count;
  }

  /** Bytes that were expected arrive. */
  deliver(bytes: Uint8Array): void {
    this.#coming -= bytes.length;
    if (this.#ended || bytes.length === 0) return;
    this.#chunks.push(bytes);
    this.#queued += bytes.length;
    this.#wake();
  }

  /** The end arrives; a reset throws away what was not read, as a kernel does. */
  finish(how: EndOfStream): void {
    if (this.#ended && how === 'closed') return;
    this.#ended = how;
    if (how === 'reset') {
      this.#chunks = [];
      this.#queued = 0;
    }
    this.#wake();
    this.#room?.resolve();
  }

  /** Resolves when there is something to take, or the end. */
  readable(): Promise<void> {
    if (this.#queued > 0 || this.#ended) return Promise.resolve();
    this.#readable ??= Promise.withResolvers<void>();
    return this.#readable.promise;
  }

  /** Whether a writer has to wait. */
  get full(): boolean {
    return this.#queued + this.#coming >= WINDOW && this.#ended === undefined;
  }

  /** Resolves when the window has room. */
  room(): Promise<void> {
    if (!this.full) return Promise.resolve();
    this.#room ??= Promise.withResolvers<void>();
    return this.#room.promise;
  }

  /** Takes one chunk, or a part of it, lent until the next call. */
  take(maxBytes: number = Number.POSITIVE_INFINITY): Uint8Array | undefined {
    this.#lent?.fill(0xaa);
    this.#lent = undefined;
    const chunk = this.#chunks.shift();
    if (!chunk) return undefined;
    const part = chunk.length > maxBytes ? chunk.slice(0, maxBytes) : chunk;
    if (part !== chunk) this.#chunks.unshift(chunk.slice(maxBytes));
    this.#queued -= part.length;
    this.#lent = part;
    if (!this.full) {
      this.#room?.resolve();
      this.#room = undefined;
    }
    return part;
  }

  /** A look at everything that waits, without taking it. */
  peek(): Uint8Array {
    return concatBytes(this.#chunks);
  }

  #wake(): void {
    this.#readable?.resolve();
    this.#readable = undefined;
  }
}
