import { sleep } from '@postern/wire';
import type { Clock, Connection } from '@postern/wire';
import { Through } from '../network/through.ts';
import type { Abortable } from '../network/through.ts';

/**
 * A connection whose bytes leave one at a time, a millisecond apart: bytes written in one turn of the event loop would travel
 * in one segment, whatever they were written with. The other direction is untouched.
 */
export class ByteByByte extends Through {
  readonly #clock: Clock;
  readonly #options: Abortable;
  /** Writes wait for each other: a second one must not slip between the bytes of the first. */
  #last: Promise<void> = Promise.resolve();

  constructor(inner: Connection, clock: Clock, options: Abortable) {
    super(inner);
    this.#clock = clock;
    this.#options = options;
  }

  override write(bytes: Uint8Array): Promise<void> {
    const written = this.#last.then(() => this.#drip(bytes));
    this.#last = written.catch(() => undefined);
    return written;
  }

  override async end(): Promise<void> {
    await this.#last;
    await super.end();
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    await this.#last;
    await super[Symbol.asyncDispose]();
  }

  async #drip(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; at += 1) {
      await this.inner.write(bytes.subarray(at, at + 1));
      await sleep(this.#clock, 1, this.#options);
    }
  }
}
