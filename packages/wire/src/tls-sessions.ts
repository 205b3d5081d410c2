import type { TlsPeer } from './tls.ts';

/** What is kept of a TLS session so that a later connection can resume it. */
export interface TlsSession {
  /** The ticket or session, as the platform wants it back. */
  readonly ticket: Uint8Array;
  /** The peer of the full handshake: a resumed one shows no certificate, so this is what gets judged again. */
  readonly peer: TlsPeer;
}

/**
 * Sessions of one server under one policy. Whoever makes it sees to that: a session must never be offered where the host, the
 * endpoint, the requirement, the trust roots or the client's certificate differ, since a resumed handshake verifies nothing.
 */
export interface TlsSessions {
  /** A session to offer, or none. */
  offer(): TlsSession | undefined;
  /** A session of a peer that was judged and not rejected. Comes once for each ticket, in TLS 1.3 some time after the handshake. */
  store(session: TlsSession): void;
  /**
   * The server did not take this one up, what it stands for was rejected, or the handshake with it came to no end: do not offer it
   * again.
   */
  drop(session: TlsSession): void;
}
