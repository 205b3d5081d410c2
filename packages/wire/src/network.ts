import type { TlsInfo, TlsOffer, TlsRequest } from './tls.ts';

/** An address to connect to. */
export interface Endpoint {
  /** An IP literal, v4 or v6 without brackets; never a name. */
  readonly address: string;
  /** 1 to 65535; 0 only to listen on a free port. */
  readonly port: number;
}

/**
 * A light way to cancel, for callers that hold very many attempts: a function that takes the cancelling function. A
 * network that finds it on the options never reads `signal`, which may then be a getter that makes its controller late.
 */
export const onCancel: unique symbol = Symbol.for('postern.on-cancel');

/** Options of {@link Network.connect}. */
export interface ConnectOptions {
  /** Ends the attempt; the promise rejects with `signal.reason` untouched. */
  readonly signal?: AbortSignal;
  /** Implicit TLS in one go, for bulk use. Probes take two steps, `connect` and `handshake`, to see the first bytes. */
  readonly tls?: TlsRequest;
  /** See {@link onCancel}. */
  readonly [onCancel]?: (cancel: (reason: unknown) => void) => void;
}

/**
 * A byte stream in both directions. Who receives one owns it and disposes of it. Disposal closes it in an orderly way
 * (close_notify, FIN) and never waits longer than one second.
 */
export interface Connection extends AsyncDisposable {
  /** The other end. */
  readonly endpoint: Endpoint;
  /** Our end. */
  readonly localEndpoint: Endpoint;
  /** The TLS layer, once there is one. */
  readonly tls: TlsInfo | undefined;
  /**
   * The next bytes, or `undefined` at the end of the stream. Nothing is read from the peer unless somebody asks: that is
   * the backpressure. **The bytes are borrowed**: valid until the next `read`; who keeps, copies. One call at a time.
   * Rejects with a {@link WireError} `reset` when the peer breaks the connection. Abort leaves the connection usable and
   * loses no bytes.
   */
  read(options?: { readonly signal?: AbortSignal }): Promise<Uint8Array | undefined>;
  /**
   * Hands bytes over, for good: do not change them afterwards. Resolves when there is room for more (backpressure), which
   * says nothing about arrival. Writes of one turn leave as one segment. Rejects with a {@link WireError} `closed` or
   * `reset` when the peer is gone: what it said before can still be read.
   */
  write(bytes: Uint8Array, options?: { readonly signal?: AbortSignal }): Promise<void>;
  /**
   * The client's side of a TLS handshake, implicit and STARTTLS alike. Bytes that came in before it belong to nobody and
   * make it fail with `plaintext-after-starttls` or `plaintext-on-tls-port`. After a failure or an abort the connection
   * is dead: nothing may follow in plaintext. Rejects with a {@link WireError} of kind `tls`, `peer` or `connect`.
   */
  handshake(request: TlsRequest, options?: { readonly signal?: AbortSignal }): Promise<TlsInfo>;
  /** The server's side of a TLS handshake; the same rules. */
  acceptTls(offer: TlsOffer, options?: { readonly signal?: AbortSignal }): Promise<TlsInfo>;
  /** Says that nothing more will be written (close_notify, FIN); reading goes on. */
  end(): Promise<void>;
  /** Breaks the connection at once, without a farewell (RST where the platform can). */
  reset(): void;
}

/** Options of {@link Network.exchange}. */
export interface ExchangeOptions {
  readonly signal?: AbortSignal;
  /** Whether a datagram is the answer; others are ignored and waiting goes on. */
  readonly accept: (reply: Uint8Array) => boolean;
}

/** Reaching others. IP literals only: names are the business of a resolver. */
export interface Network {
  /**
   * Opens a TCP connection; no time-out of its own. Rejects with a {@link WireError} of phase `connect`:
   * `connection-refused`, `unreachable`, `prohibited`, `timeout-connect` (the system gave up), `reset-before-greeting`.
   */
  connect(endpoint: Endpoint, options?: ConnectOptions): Promise<Connection>;
  /**
   * Sends one datagram from a fresh random port and waits for an acceptable answer from that very endpoint. Waits until
   * aborted; rejects with `dns-unreachable` where the system reports that nobody listens.
   */
  exchange(endpoint: Endpoint, datagram: Uint8Array, options: ExchangeOptions): Promise<Uint8Array>;
}

/** A place where others can connect to. Disposal stops listening and resets the connections it accepted. */
export interface Listener extends AsyncDisposable {
  /** With the real port where 0 was asked for. */
  readonly endpoint: Endpoint;
}

/** Being reached by others. */
export interface Host {
  /** Accepts connections; `accept` owns each of them, and a rejected promise from it resets that connection. */
  listen(endpoint: Endpoint, accept: (connection: Connection) => Promise<void>): Promise<Listener>;
  /** Answers datagrams; `undefined` stays silent. */
  listenDatagrams(
    endpoint: Endpoint,
    answer: (datagram: Uint8Array, from: Endpoint) => Promise<Uint8Array | undefined>,
  ): Promise<Listener>;
}
