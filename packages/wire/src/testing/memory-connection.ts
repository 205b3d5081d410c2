import { unlessAborted } from '../abort.ts';
import { alertInRecord, alertReason } from '../alerts.ts';
import { sample } from '../bytes.ts';
import { UsageError, WireError } from '../faults.ts';
import type { Fault } from '../faults.ts';
import { isNoise, isTlsRecord, judgeNonTls } from '../first-bytes.ts';
import type { Connection, Endpoint } from '../network.ts';
import type { ChainTrust, TlsInfo, TlsOffer, TlsPeer, TlsRequest } from '../tls.ts';
import { BytePipe } from './byte-pipe.ts';
import { fromHex, helloRecord, identityChain, parseHello } from './memory-tls.ts';
import type { MemoryHello } from './memory-tls.ts';

/** What carries bytes from one end to the other: at once, or later and in pieces. */
export interface Carrier {
  /** Takes a private copy of bytes and delivers them to the pipe. */
  carry(bytes: Uint8Array, to: BytePipe): void;
  finish(how: 'closed' | 'reset', to: BytePipe): void;
}

/** What both ends of a memory connection share. */
export interface MemoryEnds {
  readonly clientEndpoint: Endpoint;
  readonly serverEndpoint: Endpoint;
  readonly carrier: Carrier;
  readonly trust: (chain: readonly Uint8Array[]) => ChainTrust;
  readonly now: () => number;
  /** Called once when both ends are closed. */
  readonly closed?: () => void;
}

/** Two connected ends: the client's and the server's. */
export function connectionPair(ends: MemoryEnds): readonly [MemoryConnection, MemoryConnection] {
  const up = new BytePipe();
  const down = new BytePipe();
  let open = 2;
  const closed = (): void => {
    open -= 1;
    if (open === 0) ends.closed?.();
  };
  return [
    new MemoryConnection(ends, ends.serverEndpoint, ends.clientEndpoint, down, up, closed),
    new MemoryConnection(ends, ends.clientEndpoint, ends.serverEndpoint, up, down, closed),
  ];
}

/** One end of a connection in memory. */
export class MemoryConnection implements Connection {
  readonly endpoint: Endpoint;
  readonly localEndpoint: Endpoint;
  tls: TlsInfo | undefined;
  readonly #ends: MemoryEnds;
  readonly #in: BytePipe;
  readonly #out: BytePipe;
  readonly #onClosed: () => void;
  #state: 'open' | 'half-closed' | 'closed' = 'open';
  #plaintextSeen = false;
  /** The other end is closed and was written to nevertheless. */
  #refused = false;
  /** While a handshake runs: nobody may read then, for what comes belongs to TLS. */
  #handshaking: Promise<void> | undefined;

  constructor(
    ends: MemoryEnds,
    endpoint: Endpoint,
    localEndpoint: Endpoint,
    incoming: BytePipe,
    outgoing: BytePipe,
    onClosed: () => void,
  ) {
    this.#ends = ends;
    this.endpoint = endpoint;
    this.localEndpoint = localEndpoint;
    this.#in = incoming;
    this.#out = outgoing;
    this.#onClosed = onClosed;
  }

  async read(options?: { readonly signal?: AbortSignal }): Promise<Uint8Array | undefined> {
    const signal = options?.signal;
    signal?.throwIfAborted();
    for (;;) {
      const bytes = this.#handshaking ? undefined : this.#in.take();
      if (bytes) {
        if (!this.tls) this.#plaintextSeen = true;
        return bytes;
      }
      if (this.#in.ended === 'reset') throw this.#broken('reset');
      if (this.#in.ended) return undefined;
      await unlessAborted(this.#handshaking ?? this.#in.readable(), signal);
    }
  }

  async write(bytes: Uint8Array, options?: { readonly signal?: AbortSignal }): Promise<void> {
    const signal = options?.signal;
    signal?.throwIfAborted();
    if (this.#state !== 'open') throw this.#broken('closed');
    if (this.#in.ended === 'reset' || this.#refused) throw this.#broken('reset');
    if (!this.tls) this.#plaintextSeen = true;
    // Nobody is there to take it: the first write cannot know, the next one does, as with TCP.
    if (this.#out.finished) this.#refused = true;
    this.#ends.carrier.carry(sample(bytes, bytes.length), this.#out);
    if (!this.#out.full) return;
    await unlessAborted(this.#out.room(), signal);
    if (this.#out.end === 'reset') throw this.#broken('reset');
  }

  handshake(request: TlsRequest, options?: { readonly signal?: AbortSignal }): Promise<TlsInfo> {
    return this.#alone(async () => {
      const begun = this.#ends.now();
      options?.signal?.throwIfAborted();
      const stale = this.#in.peek();
      if (stale.length > 0) throw this.#tlsFault(this.#judge(stale), begun, stale);
      this.#send(
        helloRecord({
          serverName: request.serverName,
          ...(request.alpn ? { alpn: request.alpn } : {}),
          ...(request.identity ? { clientChain: identityChain(request.identity) } : {}),
        }),
      );
      const hello = await this.#hello(begun, options?.signal);
      const chain = (hello.chain ?? []).map(fromHex);
      const { endpoint } = this;
      const trust = this.#ends.trust(chain);
      const peer: TlsPeer = { endpoint, serverName: request.serverName, chain, trust, resumed: false };
      const verification = request.verify(peer);
      if (verification.status === 'rejected') {
        const after = this.#ends.now() - begun;
        throw new WireError({ endpoint, ...verification.fault, after });
      }
      return info(hello.protocol, peer, verification);
    });
  }

  acceptTls(offer: TlsOffer, options?: { readonly signal?: AbortSignal }): Promise<TlsInfo> {
    return this.#alone(async () => {
      const begun = this.#ends.now();
      options?.signal?.throwIfAborted();
      const hello = await this.#hello(begun, options?.signal);
      const shown = offer.clientCertificate ? (hello.clientChain ?? []).map(fromHex) : [];
      const client: TlsPeer | undefined =
        shown.length === 0
          ? undefined
          : {
              endpoint: this.endpoint,
              serverName: '',
              chain: shown,
              trust: this.#ends.trust(shown),
              resumed: false,
            };
      if (offer.clientCertificate === 'required' && client?.trust.ok !== true) {
        // Unlike TLS 1.3, which says so only after the handshake, this ends it. RFC 8446 §6.2: none came, or an unknown CA's.
        const alert = client ? 48 : 116;
        this.#send(Uint8Array.of(0x15, 0x03, 0x03, 0, 2, 2, alert));
        await this.end();
        throw this.#tlsFault(alertReason(alert), begun);
      }
      const protocol = offer.alpn?.find((name) => hello.alpn?.includes(name));
      const chain = identityChain(offer.identity(hello.serverName));
      this.#send(helloRecord({ chain, ...(protocol === undefined ? {} : { protocol }) }));
      return info(protocol, client, undefined);
    });
  }

  /** Runs a handshake; a read that waits meanwhile waits for what comes inside TLS. Whatever fails breaks the connection. */
  async #alone(shake: () => Promise<TlsInfo>): Promise<TlsInfo> {
    if (this.tls || this.#handshaking) throw new UsageError('a handshake inside TLS', 'RFC 3207 §4.2');
    const over = Promise.withResolvers<void>();
    this.#handshaking = over.promise;
    try {
      this.tls = await shake();
      return this.tls;
    } catch (error) {
      // An end that was said in good order stays one, so that the alert before it arrives.
      if (this.#state === 'open') this.reset();
      throw error;
    } finally {
      this.#handshaking = undefined;
      over.resolve();
    }
  }

  /** Whether a pipe is the one this end writes to. */
  writesTo(pipe: BytePipe): boolean {
    return pipe === this.#out;
  }

  async end(): Promise<void> {
    if (this.#state !== 'open') return;
    this.#state = 'half-closed';
    this.#ends.carrier.finish('closed', this.#out);
  }

  reset(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#ends.carrier.finish('reset', this.#out);
    this.#in.finish('reset');
    this.#onClosed();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#state === 'closed') return;
    await this.end();
    this.#state = 'closed';
    // Nobody reads any more, and who still waits gets the end.
    this.#in.finish('closed');
    this.#onClosed();
  }

  /** Reads exactly one handshake record; anything else has a reason. */
  async #hello(begun: number, signal: AbortSignal | undefined): Promise<MemoryHello> {
    let seen = this.#in.peek();
    for (;;) {
      if (seen.length > 0) {
        const alert = alertInRecord(seen);
        if (alert !== undefined) throw this.#tlsFault(alertReason(alert), begun, seen);
        // A TLS library waits for the five bytes of a record's header before it says that this is none.
        const whole = seen.length >= 5 || this.#in.finished || isNoise(seen);
        if (whole && !isTlsRecord(seen)) throw this.#tlsFault(this.#judge(seen), begun, seen);
        const { length, hello } = whole ? parseHello(seen) : { length: 5 };
        if (hello === 'broken') throw this.#tlsFault('tls-broken', begun, seen);
        if (hello) {
          let left = length;
          while (left > 0) left -= this.#in.take(left)?.length ?? left;
          return hello;
        }
      }
      if (this.#in.finished) break;
      // Not `readable`, which is content with the bytes that were here before.
      await unlessAborted(this.#in.changed(), signal);
      seen = this.#in.peek();
    }
    throw this.#tlsFault(this.#in.end === 'reset' ? 'reset-during-tls' : 'closed-during-tls', begun, seen);
  }

  #judge(bytes: Uint8Array): Fault['reason'] {
    return judgeNonTls(bytes, this.#plaintextSeen ? 'upgrade' : 'implicit');
  }

  #send(bytes: Uint8Array): void {
    this.#ends.carrier.carry(bytes, this.#out);
  }

  #tlsFault(reason: Fault['reason'], begun: number, bytes: Uint8Array = new Uint8Array()): WireError {
    return new WireError({
      kind: 'tls',
      reason,
      phase: 'tls',
      after: this.#ends.now() - begun,
      endpoint: this.endpoint,
      ...(bytes.length > 0 ? { evidence: { bytes: sample(bytes), byteCount: bytes.length } } : {}),
    });
  }

  #broken(reason: 'closed' | 'reset'): WireError {
    return new WireError({ kind: 'peer', reason, phase: 'command', after: 0, endpoint: this.endpoint });
  }
}

function info(
  alpn: string | undefined,
  peer: TlsPeer | undefined,
  verification: TlsInfo['verification'],
): TlsInfo {
  return {
    version: 'TLSv1.3',
    cipher: 'TLS_AES_256_GCM_SHA384',
    alpn,
    resumed: false,
    peerFrom: 'handshake',
    peer,
    verification,
  };
}
