import { constants, createDeflateRaw, createInflateRaw } from 'node:zlib';
import type { DeflateRaw, InflateRaw } from 'node:zlib';
import { concatBytes } from '../bytes.ts';
import { WireError } from '../faults.ts';
import type { Layer, OpenLayer } from '../layer.ts';
import { systemCode } from './connect-fault.ts';

/** How much is inflated at once: whatever a peer's bytes would grow to, it comes in pieces of this size, each when it is asked for. */
const PIECE = 65_536;

/**
 * Compression with DEFLATE without a header (RFC 1951), as IMAP's COMPRESS has it (RFC 4978). What is written in one turn is compressed and
 * flushed together, so that the peer need not wait for more. What comes is inflated only as fast as it is read: a few octets that would
 * become a gigabyte are 64 KiB in memory. Both directions together take about 400 KiB. Bytes that are no DEFLATE make `read` reject with
 * `protocol-error`.
 *
 * @example
 * ```ts
 * import { openImap } from '@postern/imap';
 * import { deflateLayer, nodeNetwork, systemClock } from '@postern/wire/node';
 * const connection = await nodeNetwork().connect({ address: '192.0.2.7', port: 143 });
 * const imap = await openImap(connection, { clock: systemClock(), compression: deflateLayer() });
 * await imap.compress(); // after startTls and login
 * ```
 */
export function deflateLayer(): OpenLayer {
  return (below, behind) => new DeflateLayer(below, behind);
}

class DeflateLayer implements Layer {
  readonly #below: Parameters<OpenLayer>[0];
  readonly #deflate: DeflateRaw = createDeflateRaw({ flush: constants.Z_SYNC_FLUSH });
  readonly #inflate: InflateRaw = createInflateRaw({ chunkSize: PIECE });
  #behind: Uint8Array | undefined;
  /** Whether the last compressed bytes are used up. */
  #hungry = true;
  #over = false;
  #failure: Error | undefined;
  /** Resolves when inflating has come further. */
  #news: PromiseWithResolvers<void> | undefined;
  /** What was written in this turn, and the promise for all of it. */
  #parts: Uint8Array[] = [];
  #turn: Promise<void> | undefined;
  #handedOn: Promise<void> = Promise.resolve();
  /** What the connection said to the last compressed bytes. */
  #accepted: Promise<void> = Promise.resolve();
  #closing: Promise<void> | undefined;

  constructor(below: Parameters<OpenLayer>[0], behind: Uint8Array) {
    this.#below = below;
    this.#behind = behind.length > 0 ? behind : undefined;
    const wake = (): void => {
      this.#news?.resolve();
      this.#news = undefined;
    };
    this.#inflate.on('readable', wake);
    this.#inflate.on('end', () => {
      this.#over = true;
      wake();
    });
    this.#inflate.on('error', (error) => {
      this.#failure = error;
      wake();
    });
    this.#deflate.on('readable', () => {
      this.#handOn();
    });
    // Deflating does not fail; where it was closed meanwhile nobody waits for it any more.
    this.#deflate.on('error', () => undefined);
  }

  async read(): Promise<Uint8Array | undefined> {
    for (;;) {
      const bytes = this.#inflate.read() as Uint8Array | null;
      if (bytes) return bytes;
      if (this.#failure) throw this.#broken(this.#failure);
      if (this.#over) return undefined;
      this.#news ??= Promise.withResolvers<void>();
      const { promise } = this.#news;
      if (this.#hungry) {
        const more = await this.#more();
        if (!more) return undefined;
        this.#hungry = false;
        // They are lent until the next read from below, which waits until they are used up.
        this.#inflate.write(more, () => {
          this.#hungry = true;
          this.#news?.resolve();
          this.#news = undefined;
        });
      }
      await promise;
    }
  }

  write(bytes: Uint8Array): Promise<void> {
    this.#parts.push(bytes);
    if (this.#turn) return this.#turn;
    this.#handedOn = Promise.resolve().then(() => this.#compress());
    this.#turn = this.#handedOn.then(() => this.#accepted);
    return this.#turn;
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    // For what was written, and not for the peer to take it.
    await this.#handedOn;
    this.#deflate.close();
    this.#inflate.close();
  }

  #more(): Promise<Uint8Array | undefined> {
    const behind = this.#behind;
    this.#behind = undefined;
    return behind ? Promise.resolve(behind) : this.#below.read();
  }

  /** All of one turn at once; resolves when it has been handed on. */
  #compress(): Promise<void> {
    const bytes = concatBytes(this.#parts);
    this.#parts = [];
    this.#turn = undefined;
    return new Promise((resolve) => {
      this.#deflate.write(bytes, () => {
        this.#handOn();
        resolve();
      });
    });
  }

  /** Writes what has been compressed. */
  #handOn(): void {
    for (
      let out = this.#deflate.read() as Uint8Array | null;
      out;
      out = this.#deflate.read() as Uint8Array | null
    ) {
      this.#accepted = this.#below.write(out);
      this.#accepted.catch(() => undefined);
    }
  }

  #broken(cause: Error): WireError {
    const code = systemCode(cause);
    return new WireError(
      {
        kind: 'peer',
        reason: 'protocol-error',
        phase: 'command',
        after: 0,
        endpoint: this.#below.endpoint,
        evidence: { rule: 'RFC 4978 §3', ...(code === undefined ? {} : { code }) },
      },
      { cause },
    );
  }
}
