import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { connect as tlsConnect, TLSSocket } from 'node:tls';
import type { ConnectionOptions } from 'node:tls';
import type { Duplex } from 'node:stream';
import { WireError } from '../faults.ts';
import type { Endpoint } from '../network.ts';
import type { Milliseconds } from '../time.ts';
import type { ChainTrust, TlsInfo, TlsOffer, TlsPeer, TlsRequest } from '../tls.ts';
import { channelBindings } from './channel-binding.ts';
import { clientContext, serverContext } from './secure-context.ts';
import { judged, resumedPeer, withSession } from './sessions.ts';

/** What a client's request means to Node. Verification is ours, so nothing is refused there. */
export function clientOptions(request: TlsRequest): ConnectionOptions {
  const named = isIP(request.serverName) === 0 && request.serverName !== '';
  return {
    secureContext: clientContext(request),
    // RFC 6066 §3: never an IP literal, no trailing dot.
    ...(named ? { servername: request.serverName.replace(/\.$/, '') } : {}),
    ...(request.alpn ? { ALPNProtocols: [...request.alpn] } : {}),
    // The chain's verdict is still computed; names are judged by `verify`, by stricter rules than Node's.
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
  };
}

/** Begins a client's handshake over a stream. */
export function startClient(stream: Duplex, request: TlsRequest): TLSSocket {
  return withSession(request, (session) =>
    tlsConnect({ socket: stream, ...clientOptions(request), ...session }),
  );
}

/** Begins a server's handshake over a stream. */
export function startServer(stream: Duplex, offer: TlsOffer): TLSSocket {
  return new TLSSocket(stream, {
    isServer: true,
    secureContext: serverContext(offer.identity(undefined), offer),
    SNICallback: (name, done) => {
      try {
        done(null, serverContext(offer.identity(name), offer));
      } catch (error) {
        done(error as Error);
      }
    },
    ...(offer.alpn ? { ALPNProtocols: [...offer.alpn] } : {}),
    // Both together make OpenSSL send the alert; one alone only asks.
    requestCert: offer.clientCertificate !== undefined,
    rejectUnauthorized: offer.clientCertificate === 'required',
  });
}

/** Waits for the end of a handshake; rejects with the platform's error, or with `signal.reason`. */
export function handshakeDone(
  tls: TLSSocket,
  event: 'secureConnect' | 'secure',
  signal: AbortSignal | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      tls.off(event, ready);
      tls.off('error', failed);
      tls.off('close', closed);
      tls.off('end', closed);
      tls.off('readable', look);
      signal?.removeEventListener('abort', aborted);
      act();
    };
    const ready = (): void => {
      settle(resolve);
    };
    const failed = (error: Error): void => {
      settle(() => {
        reject(error);
      });
    };
    const closed = (): void => {
      settle(() => {
        reject(tls.errored ?? new Error('closed'));
      });
    };
    const aborted = (): void => {
      settle(() => {
        reject(signal?.reason);
      });
    };
    // The end of the stream shows only to somebody who reads; reading nothing takes no data away.
    const look = (): void => {
      tls.read(0);
    };
    tls.on('readable', look);
    tls.on('end', closed);
    tls.on(event, ready);
    tls.on('error', failed);
    tls.on('close', closed);
    if (signal?.aborted) aborted();
    else signal?.addEventListener('abort', aborted, { once: true });
  });
}

/**
 * What a finished handshake of a client amounts to; throws the fault of a peer that `verify` refused, with the time it took: who judges has no
 * clock.
 */
export function clientInfo(
  tls: TLSSocket,
  request: TlsRequest,
  { endpoint, after }: { readonly endpoint: Endpoint; readonly after: Milliseconds },
): TlsInfo {
  const before = resumedPeer(tls);
  // A resumed handshake shows no certificate: what the first one showed is judged again.
  const peer: TlsPeer = before
    ? { ...before, endpoint, resumed: true }
    : {
        endpoint,
        serverName: request.serverName,
        chain: sentChain(tls),
        trust: trustOf(tls),
        resumed: tls.isSessionReused(),
      };
  const verification = request.verify(peer);
  judged(tls, request, peer, verification.status !== 'rejected');
  if (verification.status === 'rejected') throw new WireError({ endpoint, ...verification.fault, after });
  return {
    ...baseInfo(tls),
    ...(before ? { peerFrom: 'session' as const } : {}),
    peer,
    verification,
    channelBindings: () => channelBindings(tls, peer.chain[0]),
  };
}

/** What a finished handshake of a server amounts to. */
export function serverInfo(tls: TLSSocket, offer: TlsOffer, endpoint: Endpoint): TlsInfo {
  const base = baseInfo(tls);
  const chain = offer.clientCertificate === undefined ? [] : sentChain(tls);
  return {
    ...base,
    peer:
      chain.length === 0
        ? undefined
        : { endpoint, serverName: '', chain, trust: clientTrust(tls), resumed: base.resumed },
    verification: undefined,
    channelBindings: () => channelBindings(tls, tls.getX509Certificate()?.raw),
  };
}

/** Node tells a server's socket the verdict over its client only where Node's own server made it; below it is always there. */
interface VerifyingHandle {
  readonly verifyError?: () => { readonly code?: string } | null | undefined;
}

function clientTrust(tls: TLSSocket): ChainTrust {
  const handle = (tls as unknown as { readonly ssl?: VerifyingHandle | null }).ssl;
  // Without a verdict nobody is trusted.
  if (!handle?.verifyError) return { ok: false, code: 'UNSPECIFIED' };
  const error = handle.verifyError();
  return error ? { ok: false, code: error.code ?? 'UNSPECIFIED' } : { ok: true };
}

function baseInfo(tls: TLSSocket): Omit<TlsInfo, 'peer' | 'verification'> {
  return {
    version: tls.getProtocol() ?? 'unknown',
    cipher: tls.getCipher().standardName,
    alpn: tls.alpnProtocol || undefined,
    resumed: tls.isSessionReused(),
    peerFrom: 'handshake',
  };
}

/** The certificates as the peer sent them: the X.509 objects, unlike the legacy ones, do not add a local root. */
function sentChain(tls: TLSSocket): readonly Uint8Array[] {
  const chain: Uint8Array[] = [];
  let certificate: X509Certificate | undefined = tls.getPeerX509Certificate();
  while (certificate && chain.length < 16) {
    chain.push(new Uint8Array(certificate.raw));
    certificate = certificate.issuerCertificate;
  }
  return chain;
}

function trustOf(tls: TLSSocket): ChainTrust {
  if (tls.authorized) return { ok: true };
  const error: unknown = tls.authorizationError;
  return {
    ok: false,
    code: typeof error === 'string' ? error : ((error as { code?: string } | null)?.code ?? 'UNSPECIFIED'),
  };
}
