import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { unlessAborted } from '../abort.ts';
import { sample } from '../bytes.ts';
import { isWireError, UsageError, WireError } from '../faults.ts';
import { isTlsRecord, judgeNonTls } from '../first-bytes.ts';
import type { Connection, Endpoint } from '../network.ts';
import type { TlsInfo, TlsOffer, TlsRequest } from '../tls.ts';
import { accepted, StreamChannel, takeQueued, writeJoined } from './channel.ts';
import type { Channel } from './channel.ts';
import { systemCode } from './connect-fault.ts';
import { clientInfo, handshakeDone, serverInfo, startClient, startServer } from './handshake.ts';
import { unfinished } from './sessions.ts';
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
  /** While a handshake runs: nobody may read then, for what comes belongs to TLS. */
  #handshaking: Promise<void> | undefined;
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

  async read(options?: { readonly signal?: AbortSignal }): Promise<Uint8Array | undefined> {
    const signal = options?.signal;
    signal?.throwIfAborted();
    try {
      for (;;) {
        const taken = this.#handshaking ? undefined : this.#channel.take();
        if (taken !== undefined && taken !== 'end' && !this.tls) this.#plaintextSeen = true;
        if (taken !== undefined) return taken === 'end' ? undefined : taken;
        // The channel may be another one after a wait: a read that waits goes on inside TLS.
        const more = this.#handshaking ?? this.#channel.readable();
        await (signal ? unlessAborted(more, signal) : more);
      }
    } catch (error) {
      if (signal?.aborted === true && error === signal.reason) throw error;
      throw this.#broken(error);
    }
  }

  write(bytes: Uint8Array, options?: { readonly signal?: AbortSignal }): Promise<void> {
    const signal = options?.signal;
    if (signal?.aborted === true) return Promise.reject(signal.reason);
    if (!this.tls) this.#plaintextSeen = true;
    const written = writeJoined(this.#channel.stream, bytes);
    if (written === accepted) return accepted;
    const told = written.catch((error: unknown) => {
      throw this.#broken(error);
    });
    return unlessAborted(told, signal);
  }

  handshake(request: TlsRequest, options?: { readonly signal?: AbortSignal }): Promise<TlsInfo> {
    return this.#alone(() => this.#handshake(request, options?.signal));
  }

  async #handshake(request: TlsRequest, signal: AbortSignal | undefined): Promise<TlsInfo> {
    const begun = performance.now();
    const stale = takeQueued(this.#channel);
    if (stale) throw this.#stale(stale);
    const how = this.#plaintextSeen ? 'upgrade' : 'implicit';
    const before = this.#socket.bytesRead;
    const tap = this.#evidence === 'first-bytes' ? new Tap(this.#channel) : undefined;
    if (!tap) this.#channel.detach();
    const tls = this.#begin(() => startClient(tap ?? this.#channel.stream, request));
    await this.#secure(tls, !tap, signal, 'secureConnect', (error) =>
      handshakeFault(error, {
        endpoint: this.endpoint,
        begun: how,
        after: performance.now() - begun,
        firstBytes: tap && sample(tap.firstBytes),
        byteCount: tap?.byteCount ?? this.#socket.bytesRead - before,
      }),
    ).catch((error: unknown) => {
      unfinished(tls, request);
      throw error;
    });
    try {
      this.tls = clientInfo(tls, request, { endpoint: this.endpoint, after: performance.now() - begun });
    } catch (error) {
      tls.destroy();
      this.reset();
      throw error;
    }
    return this.tls;
  }

  acceptTls(offer: TlsOffer, options?: { readonly signal?: AbortSignal }): Promise<TlsInfo> {
    return this.#alone(() => this.#accept(offer, options?.signal));
  }

  async #accept(offer: TlsOffer, signal: AbortSignal | undefined): Promise<TlsInfo> {
    const begun = performance.now();
    const queued = takeQueued(this.#channel);
    // Plaintext behind the client's STARTTLS must never be taken for something said inside TLS (RFC 9051 §6.2.1). A
    // ClientHello that was quicker than this call is no plaintext.
    if (queued && !isTlsRecord(queued)) throw this.#stale(queued);
    this.#channel.detach();
    if (queued) this.#channel.stream.unshift(queued);
    const tls = this.#begin(() => startServer(this.#channel.stream, offer));
    await this.#secure(tls, true, signal, 'secure', (error) =>
      handshakeFault(error, {
        endpoint: this.endpoint,
        begun: this.#plaintextSeen ? 'upgrade' : 'implicit',
        after: performance.now() - begun,
        firstBytes: undefined,
        byteCount: this.#socket.bytesRead,
      }),
    );
    this.tls = serverInfo(tls, offer, this.endpoint);
    return this.tls;
  }

  /** Runs a handshake; a read that waits meanwhile waits for what comes inside TLS. */
  async #alone(shake: () => Promise<TlsInfo>): Promise<TlsInfo> {
    if (this.tls || this.#handshaking) throw new UsageError('a handshake inside TLS', 'RFC 3207 §4.2');
    const over = Promise.withResolvers<void>();
    this.#handshaking = over.promise;
    try {
      return await shake();
    } finally {
      this.#handshaking = undefined;
      over.resolve();
    }
  }

  /** Begins TLS. Where our own side gave what TLS cannot use, the peer must not wait for it. */
  #begin(start: () => TLSSocket): TLSSocket {
    try {
      return start();
    } catch (error) {
      this.reset();
      throw error;
    }
  }

  /** Bytes that were here before the handshake. */
  #stale(bytes: Uint8Array): WireError {
    this.reset();
    return new WireError({
      kind: 'tls',
      reason: judgeNonTls(bytes, this.#plaintextSeen ? 'upgrade' : 'implicit'),
      phase: 'tls',
      after: 0,
      endpoint: this.endpoint,
      evidence: { bytes: sample(bytes), byteCount: bytes.length },
    });
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
    const over = (): void => {
      stream.destroy();
      this.#socket.destroySoon();
    };
    const next = (): void => {
      this.read().then(
        (bytes) => {
          if (bytes) {
            next();
          } else if (stream.destroyed || stream.writableFinished) {
            over();
          } else {
            // The peer has ended before us: what we wrote last is still on its way.
            stream.once('finish', over);
            stream.once('close', over);
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
    direct: boolean,
    signal: AbortSignal | undefined,
    event: 'secureConnect' | 'secure',
    fault: (error: unknown) => ReturnType<typeof handshakeFault>,
  ): Promise<void> {
    this.#channel = new StreamChannel(tls);
    const ended = (): void => {
      tls.destroy();
    };
    try {
      // Above a socket that is gone or has ended already the handshake would neither succeed nor fail.
      if (this.#socket.destroyed || this.#socket.readableEnded)
        throw this.#socket.errored ?? new Error('closed');
      // TLS on the handle itself hears of an end only if it comes later; what the socket still says is one from before.
      if (direct) this.#socket.once('end', ended);
      await handshakeDone(tls, event, signal);
    } catch (error) {
      const judged = fault(error);
      tls.destroy();
      this.reset();
      if (signal?.aborted === true && error === signal.reason) throw error;
      throw new WireError(judged, { cause: error });
    } finally {
      this.#socket.off('end', ended);
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
