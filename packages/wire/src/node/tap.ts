import { Duplex } from 'node:stream';
import { isNoise } from '../first-bytes.ts';
import type { Channel } from './channel.ts';
import { pull, writeJoined } from './channel.ts';

/** As many first bytes as a tap keeps: enough to recognise any protocol. */
const KEPT = 512;

/**
 * Stands between a socket and TLS and keeps the first bytes that come in. Node's TLS says the same for a mail banner, a web
 * server and noise; only the bytes tell them apart. Costs a third of the speed, so it is for probes.
 */
export class Tap extends Duplex {
  readonly #channel: Channel;
  #kept: Uint8Array = new Uint8Array(0);
  #count = 0;

  constructor(channel: Channel) {
    super({ allowHalfOpen: true });
    this.#channel = channel;
  }

  /** The first bytes that came in, at most 512. */
  get firstBytes(): Uint8Array {
    return this.#kept;
  }

  /** How many bytes came in. */
  get byteCount(): number {
    return this.#count;
  }

  override _read(): void {
    pull(this.#channel).then(
      (bytes) => {
        if (!bytes) {
          this.push(null);
          return;
        }
        this.#count += bytes.length;
        if (this.#kept.length < KEPT) {
          this.#kept = Buffer.concat([this.#kept, bytes.subarray(0, KEPT - this.#kept.length)]);
        }
        // OpenSSL would wait for the five bytes of a record's header, for ever if need be.
        if (this.#count === bytes.length && isNoise(bytes)) {
          this.destroy(new Error('no TLS record'));
          return;
        }
        // TLS keeps what it gets, and the channel lends only.
        this.push(Buffer.from(bytes));
      },
      (error: unknown) => {
        this.destroy(error as Error);
      },
    );
  }

  override _write(bytes: Uint8Array, _encoding: string, done: (error?: Error | null) => void): void {
    writeJoined(this.#channel.stream, bytes).then(
      () => {
        done();
      },
      (error: unknown) => {
        done(error as Error);
      },
    );
  }

  override _final(done: () => void): void {
    this.#channel.stream.end(done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#channel.stream.destroy();
    done(error);
  }
}
