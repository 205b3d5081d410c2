import type { Connection, Endpoint, TlsInfo, TlsOffer, TlsRequest } from '@postern/wire';
import { concatBytes } from '@postern/wire';

interface Options {
  readonly signal?: AbortSignal;
}

/**
 * A connection that says what it has to say when it wants to hear more, and not before: so the replies to a group of commands leave
 * as one segment, also where a question to the owner stood between them (RFC 2920 §3.2: flush when the input is used up). Nothing
 * is read until there is room for what was said, so a client that never reads cannot fill our memory.
 */
export class RepliesTogether implements Connection {
  readonly #inner: Connection;
  #held: Uint8Array[] = [];
  #accepted: Promise<void> = Promise.resolve();
  #reading = false;

  constructor(inner: Connection) {
    this.#inner = inner;
  }

  get endpoint(): Endpoint {
    return this.#inner.endpoint;
  }

  get localEndpoint(): Endpoint {
    return this.#inner.localEndpoint;
  }

  get tls(): TlsInfo | undefined {
    return this.#inner.tls;
  }

  async read(options?: Options): Promise<Uint8Array | undefined> {
    this.#reading = true;
    try {
      await this.flush();
      return await this.#inner.read(options);
    } finally {
      this.#reading = false;
    }
  }

  async write(bytes: Uint8Array, options?: Options): Promise<void> {
    // While a read is open nothing is in our hands that could add to this, such as at a time-out.
    if (this.#reading && this.#held.length === 0) return this.#inner.write(bytes, options);
    this.#held.push(bytes);
    if (this.#reading) return this.flush();
  }

  /**
   * Says what is held back, at once; resolves when there is room for more. Never rejects: what the peer said before it hung up
   * can still be read, and tells why.
   */
  flush(): Promise<void> {
    if (this.#held.length > 0) {
      const bytes = concatBytes(this.#held);
      this.#held = [];
      this.#accepted = this.#inner.write(bytes).catch(() => undefined);
    }
    return this.#accepted;
  }

  async handshake(request: TlsRequest, options?: Options): Promise<TlsInfo> {
    await this.flush();
    return this.#inner.handshake(request, options);
  }

  async acceptTls(offer: TlsOffer, options?: Options): Promise<TlsInfo> {
    await this.flush();
    return this.#inner.acceptTls(offer, options);
  }

  async end(): Promise<void> {
    await this.flush();
    await this.#inner.end();
  }

  reset(): void {
    this.#held = [];
    this.#inner.reset();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Handed over, not waited for: the disposal below has the limit for a peer that does not read.
    void this.flush();
    await this.#inner[Symbol.asyncDispose]();
  }
}
