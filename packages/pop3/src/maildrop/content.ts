import { UsageError } from '@postern/wire';
import type { Fault, WireError } from '@postern/wire';
import type { BytesOptions, MessageContent } from './maildrop.ts';

const defaultMaxBytes = 64 * 1024 * 1024;

/** What a content is read from. */
export interface ContentSource {
  /** The next piece, or the end, if it is here already. */
  take(): Uint8Array | 'end' | undefined;
  /** Waits for it. */
  next(): Promise<Uint8Array | 'end'>;
  /** Gives up: destroys the connection, and says why. */
  abandon(fault: Pick<Fault, 'kind' | 'reason'>): WireError;
}

/** The content of a message under way. Read once; ended when its source is. */
export class StreamedContent implements MessageContent {
  readonly #source: ContentSource;
  readonly #expected: number;
  #taken = false;
  #ended = false;

  /** `expected` = the octets that the server announced, if any; a hint and no promise. */
  constructor(source: ContentSource, expected = 0) {
    this.#source = source;
    this.#expected = expected;
  }

  /** Whether it has been read to its end. */
  get ended(): boolean {
    return this.#ended;
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, undefined> {
    if (this.#taken) throw new UsageError('the content is being read already', 'read it once');
    this.#taken = true;
    return {
      next: async () => {
        const value = this.#take() ?? (await this.#next());
        return value === 'end' ? { done: true, value: undefined } : { done: false, value };
      },
      return: async () => {
        await this.discard();
        return { done: true, value: undefined };
      },
    };
  }

  async bytes(options?: BytesOptions): Promise<Uint8Array> {
    const maxBytes = options?.maxBytes ?? defaultMaxBytes;
    let whole: Uint8Array = new Uint8Array(0);
    let length = 0;
    if (this.#taken) throw new UsageError('the content is being read already', 'read it once');
    this.#taken = true;
    for (;;) {
      const piece = this.#take() ?? (await this.#next());
      if (piece === 'end') break;
      if (length === 0 && piece.length <= maxBytes) {
        // Most messages come in one piece, which is nobody else's.
        whole = piece;
        length = piece.length;
        continue;
      }
      const needed = length + piece.length;
      if (needed > maxBytes) {
        this.#ended = true;
        throw this.#source.abandon({ kind: 'peer', reason: 'reply-too-long' });
      }
      if (needed > whole.length) {
        // A server that announces much gets no memory for that alone.
        const announced = Math.min(this.#expected, maxBytes, 1024 * 1024);
        const grown = new Uint8Array(Math.max(needed, whole.length * 2, announced));
        grown.set(whole.subarray(0, length));
        whole = grown;
      }
      whole.set(piece, length);
      length = needed;
    }
    return whole.length === length ? whole : whole.subarray(0, length);
  }

  async discard(): Promise<void> {
    this.#taken = true;
    while (!this.#ended) if (!this.#take()) await this.#next();
  }

  #take(): Uint8Array | 'end' | undefined {
    if (this.#ended) return 'end';
    const piece = this.#source.take();
    if (piece === 'end') this.#ended = true;
    return piece;
  }

  async #next(): Promise<Uint8Array | 'end'> {
    try {
      const piece = await this.#source.next();
      if (piece === 'end') this.#ended = true;
      return piece;
    } catch (error) {
      this.#ended = true;
      throw error;
    }
  }
}
