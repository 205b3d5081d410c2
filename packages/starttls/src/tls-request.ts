import { UsageError } from '@postern/wire';
import type { TlsIdentity, TlsRequest } from '@postern/wire';
import { isServerName } from './identity.ts';
import type { Requirement } from './requirement.ts';
import { verifier } from './verify-peer.ts';
import type { WallClock } from './wall-clock.ts';

/** What {@link tlsRequest} needs. */
export interface TlsRequestOptions {
  /**
   * The name sent as SNI: as typed, as in the SRV or MX record, or the TLSA base domain (RFC 7672 §8.1). An IP literal is
   * fine; none is sent then (RFC 6066 §3).
   */
  readonly serverName: string;
  /** What the peer must fulfil. */
  readonly requirement: Requirement;
  /** Tells the civil time, by which certificates expire. */
  readonly wallClock: WallClock;
  /** Trust anchors in place of the system's, PEM. */
  readonly roots?: readonly string[];
  /** The names by which a peer is judged under a requirement that demands none. Default: `serverName`. */
  readonly names?: readonly string[];
  /** Certificate and key for a server that asks for one; EXTERNAL logs in with it. Default: none. */
  readonly identity?: TlsIdentity;
  /** Protocols for ALPN. Default: none is sent, because old mail servers abort on it. */
  readonly alpn?: readonly string[];
  /** Lowest version offered. Default `TLSv1.2` (RFC 9325 §3.1.1); lower ones are for diagnosis only. */
  readonly minVersion?: NonNullable<TlsRequest['minVersion']>;
}

/**
 * Builds the request for a handshake, implicit TLS and STARTTLS alike, with the peer's verification in it. Throws
 * {@link UsageError} `argument-refused` for a server name that is neither a host name (as A-labels) nor an IP literal.
 *
 * @example
 * ```ts
 * import { requirementFor, tlsRequest } from '@postern/starttls';
 * const serverName = 'imap.example.org';
 * const requirement = requirementFor({ names: [serverName] });
 * const tls = tlsRequest({ serverName, requirement, wallClock: () => Date.now() });
 * // network.connect({ address, port: 993 }, { tls })
 * ```
 */
export function tlsRequest(options: TlsRequestOptions): TlsRequest {
  const { requirement, wallClock, roots, names, identity, alpn, minVersion } = options;
  // RFC 6066 §3: no trailing dot. An IP literal is never sent; networks see to that.
  const serverName = options.serverName.replace(/\.$/, '').toLowerCase();
  if (!isServerName(serverName)) {
    throw new UsageError('a server name is a host name or an IP literal', 'RFC 6066 §3', 'argument-refused');
  }
  return {
    serverName,
    verify: verifier(requirement, { wallClock, ...(roots ? { roots } : {}), ...(names ? { names } : {}) }),
    ...(roots ? { roots } : {}),
    ...(identity ? { identity } : {}),
    ...(alpn ? { alpn } : {}),
    ...(minVersion ? { minVersion } : {}),
  };
}
