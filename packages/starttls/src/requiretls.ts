import type { Reason, Unverified, Verified } from '@postern/wire';

/** What is known about a session before a message with REQUIRETLS is offered to it. */
export interface RequireTlsFacts {
  /** What the handshake's judgement was; `undefined` without TLS. */
  readonly verification: Verified | Unverified | undefined;
  /** Whether it is known that the domain meant this host; see `TryHost.hostIsKnown`. True where there was no MX record. */
  readonly hostIsKnown: boolean;
  /** Whether the EHLO reply inside TLS lists REQUIRETLS. */
  readonly offered: boolean;
}

/** Why a host may not have a message with REQUIRETLS. */
export type RequireTlsProblem = Extract<Reason, 'tls-required' | 'requiretls-not-offered'>;

/**
 * Whether a message with REQUIRETLS may go to a host (RFC 8689 §4.2.1): over TLS, to a peer proved by authorities or by DANE, that
 * the domain is known to have named, and that promises the same. `undefined` = it may; else QUIT, and on to the next host.
 * That only the promise is missing is said where everything else is right.
 *
 * A certificate that a fingerprint of the configuration proved counts too: somebody vouched for it by hand.
 */
export function requireTlsProblem(facts: RequireTlsFacts): RequireTlsProblem | undefined {
  if (facts.verification?.status !== 'verified' || !facts.hostIsKnown) return 'tls-required';
  return facts.offered ? undefined : 'requiretls-not-offered';
}

/** How the sender of a message with REQUIRETLS is told that no host would do. */
export interface RequireTlsBounce {
  /** The enhanced status code (RFC 8689 §5): 5.7.30, REQUIRETLS support required; 5.7.10, encryption needed (RFC 5248). */
  readonly code: '5.7.30' | '5.7.10';
  /** A bounce has no sender. */
  readonly reversePath: '';
  /** Headers only, whatever the sender asked for: the text needed protection (RFC 8689 §5). */
  readonly ret: 'HDRS';
  /** REQUIRETLS is asked for again, but a next hop without it does not stop the bounce (RFC 8689 §5). */
  readonly requireTls: 'if-offered';
}

/**
 * The bounce of a message that no host might have. `problems` are those of all hosts that were tried; as soon as one of them
 * lacked nothing but the promise, that is what the sender is told.
 */
export function requireTlsBounce(problems: readonly RequireTlsProblem[]): RequireTlsBounce {
  const code = problems.includes('requiretls-not-offered') ? '5.7.30' : '5.7.10';
  return { code, reversePath: '', ret: 'HDRS', requireTls: 'if-offered' };
}
