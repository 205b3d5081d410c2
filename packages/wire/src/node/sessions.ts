import type { TLSSocket } from 'node:tls';
import type { TlsPeer, TlsRequest } from '../tls.ts';
import type { TlsSession } from '../tls-sessions.ts';

/** What is known about the session of a handshake. */
interface Resumption {
  readonly offered: TlsSession | undefined;
  /** Tickets that came before the peer was judged (TLS 1.2 sends them early). */
  early: Buffer[];
  /** The peer, once it was judged and not rejected. */
  peer: TlsPeer | undefined;
}

const resumptions = new WeakMap<TLSSocket, Resumption>();

/** Begins a handshake that resumes a session if the request has one, and listens for new tickets. */
export function withSession(
  request: TlsRequest,
  begin: (options: { readonly session?: Buffer }) => TLSSocket,
): TLSSocket {
  const { sessions } = request;
  if (!sessions) return begin({});
  const offered = sessions.offer();
  const tls = begin(offered ? { session: Buffer.from(offered.ticket) } : {});
  const resumption: Resumption = { offered, early: [], peer: undefined };
  resumptions.set(tls, resumption);
  tls.on('session', (ticket) => {
    const { peer } = resumption;
    if (peer) sessions.store({ ticket, peer });
    else if (resumption.early.length < 4) resumption.early.push(ticket);
  });
  return tls;
}

/** The peer of the session that a handshake resumed, as it was seen then. */
export function resumedPeer(tls: TLSSocket): TlsPeer | undefined {
  return tls.isSessionReused() ? resumptions.get(tls)?.offered?.peer : undefined;
}

/** The peer was judged: from now on its tickets are kept, or the session it resumed is dropped. */
export function judged(tls: TLSSocket, request: TlsRequest, peer: TlsPeer, accepted: boolean): void {
  const { sessions } = request;
  const resumption = resumptions.get(tls);
  if (!sessions || !resumption) return;
  const { offered, early } = resumption;
  if (offered && (!accepted || !peer.resumed)) sessions.drop(offered);
  if (!accepted) return;
  resumption.peer = peer;
  for (const ticket of early) sessions.store({ ticket, peer });
  resumption.early = [];
}

/**
 * The handshake came to no end. The session may be why, whatever it looked like: a server that cannot take it up must not be lost
 * for as long as it is kept.
 */
export function unfinished(tls: TLSSocket, request: TlsRequest): void {
  const offered = resumptions.get(tls)?.offered;
  if (offered) request.sessions?.drop(offered);
}
