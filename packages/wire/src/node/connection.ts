import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { sample } from '../bytes.ts';
import { isWireError, WireError } from '../faults.ts';
import { isTlsRecord, judgeNonTls } from '../first-bytes.ts';
import type { Connection, Endpoint } from '../network.ts';
import type { TlsInfo, TlsOffer, TlsRequest } from '../tls.ts';
import { StreamChannel, writeJoined } from './channel.ts';
import type { Channel } from './channel.ts';
import { systemCode } from './connect-fault.ts';
import { clientInfo, handshakeDone, serverInfo, startClient, startServer } from './handshake.ts';
import { Tap } from './tap.ts';
import { handshakeFault, receivedAlert } from './tls-fault.ts';

/** How long an orderly close may take before the connection is broken off. */
const FAREWELL_MS = 1000;

/** A connection over a Node socket. */
export class NodeConnection implements Connection {
  readonly endpoint: Endpoint;
  readonly localEndpoint: Endpoint;
  tls: TlsInfo | undefined;
  readonly #socket: Socket;
  readonly #evidence: 'first-bytes' | 'count';
  #channel: Channel;
  #reading: Promise<Uint8Array | undefined> | undefined;
  #plaintextSeen = false;

  constructor(
    socket: Socket,
    channel: Channel,
    endpoint: Endpoint,
    evidence: 'first-bytes' | 'count',
    tls?: TlsInfo,
  ) {
    this.tls = tls;
    this.#socket = socket;
    this.#channel = channel;
    this.#evidence = evidence;
    this.endpoint = endpoint;
    this.localEndpoint = { address: socket.localAddress ?? '0.0.0.0', port: socket.localPort ?? 0 };
  }

  read(options?: { readonly signal?: AbortSignal }): Promise<Uint8Array | undefined> {
    const signal = options?.signal;
    if (signal?.aborted) return Promise.reject(signal.reason);
    // A read that was given up goes on, so no bytes are lost: the next call gets them.
    const pending = (this.#reading ??= this.#channel.read());
    return new Promise((resolve, reject) => {
      let settled = false;
      const settle = (): boolean => {
        if (settled) return false;
        settled = true;
        signal?.removeEventListener('abort', abort);
        return true;
      };
      const abort = (): void => {
        if (settle()) reject(signal?.reason);
      };
      signal?.addEventListener('abort', abort, { once: true });
      pending.then(
        (bytes) => {
          if (!settle()) return;
          this.#reading = undefined;
          if (bytes && !this.tls) this.#plaintextSeen = true;
          resolve(bytes);
        },
        (error: unknown) => {
          if (!settle()) return;
          this.#reading = undefined;
          reject(this.#broken(error));
        },
      );
    });
  }

  write(bytes: Uint8Array): Promise<void> {
    if (!this.tls) this.#plaintextSeen = true;
    return writeJoined(this.#channel.stream, bytes).catch((error: unknown) => {
      throw this.#broken(error);
    });
  }

  async handshake(request: TlsRequest, options?: { readonly signal?: AbortSignal }): Promise<TlsInfo> {
    const begun = performance.now();
    const how = this.#plaintextSeen ? 'upgrade' : 'implicit';
    const stale = this.#channel.takeQueued();
    if (stale) {
      this.reset();
      throw new WireError({
        kind: 'tls',
        reason: judgeNonTls(stale, how),
        phase: 'tls',
        after: 0,
        endpoint: this.endpoint,
        evidence: { bytes: sample(stale), byteCount: stale.length },
      });
    }
    const before = this.#socket.bytesRead;
    const tap = this.#evidence === 'first-bytes' ? new Tap(this.#channel) : undefined;
    if (!tap) this.#channel.detach();
    const tls = startClient(tap ?? this.#channel.stream, request);
    const info = await this.#secure(tls, options?.signal, 'secureConnect', (error) =>
      handshakeFault(error, {
        endpoint: this.endpoint,
        begun: how,
        after: performance.now() - begun,
        firstBytes: tap && sample(tap.firstBytes),
        byteCount: tap?.byteCount ?? this.#socket.bytesRead - before,
      }),
    );
    if (info === 'aborted') throw options?.signal?.reason;
    try {
      this.tls = clientInfo(tls, request, this.endpoint);
    } catch (error) {
      tls.destroy();
      this.reset();
      throw error;
    }
    return this.tls;
  }

  async acceptTls(offer: TlsOffer, options?: { readonly signal?: AbortSignal }): Promise<TlsInfo> {
    const begun = performance.now();
    const queued = this.#channel.takeQueued();
    this.#channel.detach();
    // Plaintext behind the client's STARTTLS must never be taken for something said inside TLS (RFC 9051 §6.2.1). A
    // ClientHello that was quicker than this call is no plaintext.
    if (queued && isTlsRecord(queued)) this.#channel.stream.unshift(queued);
    const tls = startServer(this.#channel.stream, offer);
    const info = await this.#secure(tls, options?.signal, 'secure', (error) =>
      handshakeFault(error, {
        endpoint: this.endpoint,
        begun: this.#plaintextSeen ? 'upgrade' : 'implicit',
        after: performance.now() - begun,
        firstBytes: undefined,
        byteCount: this.#socket.bytesRead,
      }),
    );
    if (info === 'aborted') throw options?.signal?.reason;
    this.tls = serverInfo(tls);
    return this.tls;
  }

  end(): Promise<void> {
    const { stream } = this.#channel;
    if (stream.destroyed || stream.writableEnded) return Promise.resolve();
    return new Promise((resolve) => {
      stream.end(() => {
        resolve();
      });
      stream.once('close', resolve);
    });
  }

  reset(): void {
    const { stream } = this.#channel;
    if (stream !== this.#socket) stream.destroy();
    if (this.#socket.destroyed) return;
    // While a FIN is on its way libuv refuses a reset (EINVAL), and Node would then never close the handle; a socket that
    // is TLS itself knows no reset.
    if (this.#socket.writableEnded || this.#socket instanceof TLSSocket) this.#socket.destroy();
    else this.#socket.resetAndDestroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#socket.destroyed) return;
    const { stream } = this.#channel;
    const closed = new Promise<void>((resolve) => {
      this.#socket.once('close', () => {
        resolve();
      });
    });
    const patience = setTimeout(() => {
      stream.destroy();
      this.#socket.destroy();
    }, FAREWELL_MS);
    stream.end();
    this.#discard();
    await closed;
    clearTimeout(patience);
    stream.destroy();
  }

  /** Reads what still comes until the peer's end, so that closing is orderly and not a reset. */
  #discard(): void {
    const { stream } = this.#channel;
    const next = (): void => {
      this.read().then(
        (bytes) => {
          if (bytes) next();
          else {
            stream.destroy();
            this.#socket.destroySoon();
          }
        },
        () => {
          stream.destroy();
          this.#socket.destroy();
        },
      );
    };
    next();
  }

  async #secure(
    tls: TLSSocket,
    signal: AbortSignal | undefined,
    event: 'secureConnect' | 'secure',
    fault: (error: unknown) => ReturnType<typeof handshakeFault>,
  ): Promise<'secured' | 'aborted'> {
    this.#channel = new StreamChannel(tls);
    try {
      // Above a socket that is gone already the handshake would neither succeed nor fail.
      if (this.#socket.destroyed) throw this.#socket.errored ?? new Error('closed');
      await handshakeDone(tls, event, signal);
      return 'secured';
    } catch (error) {
      const judged = fault(error);
      tls.destroy();
      this.reset();
      if (signal?.aborted) return 'aborted';
      throw new WireError(judged, { cause: error });
    }
  }

  /** A failure while reading or writing, in the words of the contract. */
  #broken(error: unknown): WireError {
    if (isWireError(error)) return error;
    const code = systemCode(error);
    // TLS 1.3: a server that misses a client certificate says so only after the handshake (RFC 8446 §4.4.2.4).
    if (receivedAlert(error) !== undefined) {
      const scene = { begun: 'implicit', after: 0, firstBytes: undefined, byteCount: 0 } as const;
      return new WireError(handshakeFault(error, { endpoint: this.endpoint, ...scene }), { cause: error });
    }
    return new WireError(
      {
        kind: 'peer',
        reason: code === undefined || code === 'ERR_STREAM_WRITE_AFTER_END' ? 'closed' : 'reset',
        phase: 'command',
        after: 0,
        endpoint: this.endpoint,
        ...(code === undefined ? {} : { evidence: { code } }),
      },
      { cause: error },
    );
  }
}
