import type { Connection, Endpoint, TlsInfo, TlsOffer, TlsRequest } from '@postern/wire';

/** Options that every asynchronous call of a connection takes. */
export interface Abortable {
  readonly signal?: AbortSignal;
}

/** A connection that passes everything on to another: what stands between two ends overrides the part it changes. */
export class Through implements Connection {
  protected readonly inner: Connection;

  constructor(inner: Connection) {
    this.inner = inner;
  }

  get endpoint(): Endpoint {
    return this.inner.endpoint;
  }

  get localEndpoint(): Endpoint {
    return this.inner.localEndpoint;
  }

  get tls(): TlsInfo | undefined {
    return this.inner.tls;
  }

  read(options?: Abortable): Promise<Uint8Array | undefined> {
    return this.inner.read(options);
  }

  write(bytes: Uint8Array, options?: Abortable): Promise<void> {
    return this.inner.write(bytes, options);
  }

  handshake(request: TlsRequest, options?: Abortable): Promise<TlsInfo> {
    return this.inner.handshake(request, options);
  }

  acceptTls(offer: TlsOffer, options?: Abortable): Promise<TlsInfo> {
    return this.inner.acceptTls(offer, options);
  }

  end(): Promise<void> {
    return this.inner.end();
  }

  reset(): void {
    this.inner.reset();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.inner[Symbol.asyncDispose]();
  }
}
