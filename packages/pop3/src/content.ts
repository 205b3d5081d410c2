import { UsageError } from '@postern/wire';
import type { Fault, WireError } from '@postern/wire';
import type { BytesOptions, MessageContent } from './maildrop.ts';

const defaultMaxBytes = 64 * 1024 * 1024;

/** What a content is read from. */
export interface ContentSource {
  /** The next piece; `undefined` at the end. */
  next(): Promise<Uint8Array | undefined>;
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
        const value = await this.#next();
        return value ? { done: false, value } : { done: true, value: undefined };
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
    for await (const piece of this) {
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
    return whole.subarray(0, length);
  }

  async discard(): Promise<void> {
    this.#taken = true;
    while (!this.#ended) await this.#next();
  }

  async #next(): Promise<Uint8Array | undefined> {
    if (this.#ended) return undefined;
    try {
      const piece = await this.#source.next();
      if (!piece) this.#ended = true;
      return piece;
    } catch (error) {
      this.#ended = true;
      throw error;
    }
  }
}
