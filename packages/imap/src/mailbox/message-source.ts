import { UsageError } from '@postern/wire';
import type { StreamedMessage } from './mailbox-options.ts';

/** A message that comes in pieces, read so that never an octet too many, nor one too few, is taken for the whole of it. */
export class MessageSource {
  #left: number;
  #first: { readonly piece: Uint8Array | undefined } | undefined;
  #done = false;
  readonly #iterator: AsyncIterator<Uint8Array> | Iterator<Uint8Array>;

  constructor({ octets, pieces }: StreamedMessage) {
    this.#left = octets;
    this.#iterator =
      Symbol.asyncIterator in pieces ? pieces[Symbol.asyncIterator]() : pieces[Symbol.iterator]();
  }

  /** Reads the first piece ahead, so that a source that cannot be read is found out before it is announced. */
  async prime(): Promise<void> {
    this.#first ??= { piece: await this.#read() };
  }

  /**
   * The next piece; `last` = the source has ended behind it, and it was as long as announced. Throws a `UsageError` where it was not: the
   * piece that would complete too much, or too little, is then not given out.
   */
  async next(): Promise<{ readonly piece: Uint8Array; readonly last: boolean }> {
    await this.prime();
    const piece = this.#first?.piece ?? new Uint8Array(0);
    this.#first = undefined;
    this.#left -= piece.length;
    if (this.#left > 0 && piece.length > 0) return { piece, last: false };
    // What completes the message is given out only when it is known that nothing follows.
    const extra = this.#done ? undefined : await this.#read();
    if (this.#left === 0 && !extra) return { piece, last: true };
    throw new UsageError(
      `the message has ${this.#left > 0 ? 'fewer' : 'more'} octets than announced`,
      'RFC 9051 §4.3',
      'argument-refused',
    );
  }

  /** Lets go of a source that is not read to its end. */
  close(): void {
    if (this.#done) return;
    this.#done = true;
    // Whoever made the source hears of its own errors; an iterator in the middle of a step answers when that is over.
    void (async () => {
      await this.#iterator.return?.();
    })().catch(() => undefined);
  }

  /** The next piece that is not empty; `undefined` at the end. */
  async #read(): Promise<Uint8Array | undefined> {
    while (!this.#done) {
      const { done, value } = await this.#step();
      if (done === true) this.#done = true;
      else if (!(value instanceof Uint8Array))
        throw new UsageError('a piece is no Uint8Array', 'StreamedMessage', 'argument-refused');
      else if (value.length > 0) return value;
    }
    return undefined;
  }

  async #step(): Promise<IteratorResult<Uint8Array, unknown>> {
    try {
      return await this.#iterator.next();
    } catch (error) {
      this.#done = true;
      throw error;
    }
  }
}
