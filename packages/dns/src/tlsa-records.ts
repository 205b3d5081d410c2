import type { HostAddresses } from './addresses.ts';
import { MAX_NAME, tlsaName } from './name.ts';
import type { Tlsa } from './records.ts';
import { isSecure } from './resolver.ts';
import type { AnswerMarks, QueryOptions, Resolver } from './resolver.ts';

/** The host has TLSA records, and nobody can have forged them. */
export interface SecureTlsa {
  readonly status: 'records';
  /** The TLSA base domain: the name they were found at, to be sent as SNI and looked for in a certificate (RFC 7672 §8.1). */
  readonly base: string;
  /** At least one, usable or not; which are, `@postern/starttls` knows. */
  readonly records: readonly Tlsa[];
}

/** The host has none: its zone says so, or has no say because it is not signed. */
export interface NoTlsa {
  readonly status: 'none';
  /**
   * Why nothing was asked or counted. `insecure`: the zone of the host is not signed. `ad-untrusted`: the resolver says that
   * it is, and was not declared trusted. `undefined`: a secure answer says that there are none.
   */
  readonly reason: 'insecure' | 'ad-untrusted' | undefined;
}

/** What is known about the TLSA records of a host. */
export type TlsaAnswer = SecureTlsa | NoTlsa;

/**
 * Finds the TLSA records of a host by RFC 7672 §2.2.2 and §2.2.3. They are asked for only where the addresses that were
 * found before are secure, at the end of the host's alias first and then at its own name; where some link of the alias is
 * insecure but the first is not, at its own name only. `port` is the one that is really dialled, as in the SRV record.
 *
 * For a host that an SRV record named, ask only if that record is secure too (RFC 7673 §3.1); for one that an MX record named,
 * an insecure record leaves the channel authenticated and the domain not (RFC 7672 §2.2.1).
 *
 * Rejects with a `WireError` of kind `dns` where a question was not answered: the host must be passed over then, for
 * "nobody answered" is what an attacker makes of "here are my TLSA records" (RFC 7672 §2.1.2). Abort rethrows `signal.reason`.
 *
 * @example
 * ```ts
 * import { addresses, tlsaRecords, zoneResolver } from '@postern/dns';
 *
 * const zone = 'mx.example.test. A 192.0.2.1\n_25._tcp.mx.example.test. TLSA 3 1 1 00ff';
 * const resolver = zoneResolver(zone, { authenticated: true });
 * const found = await addresses(resolver, 'mx.example.test', { allowSpecial: true });
 * await tlsaRecords(resolver, found, 25); // { status: 'records', base: 'mx.example.test', records: [{ usage: 3, … }] }
 * ```
 */
export async function tlsaRecords(
  resolver: Resolver,
  found: HostAddresses,
  port: number,
  options?: QueryOptions,
): Promise<TlsaAnswer> {
  const candidates = await baseDomains(resolver, found, options);
  if (candidates.status !== 'names') return candidates;
  let seen: Pick<AnswerMarks, 'authenticated' | 'trusted'> | undefined;
  for (const base of candidates.names) {
    // RFC 1035 §2.3.4: below a host whose name is almost as long as names may be nothing can stand.
    if (`_${port}._tcp.${base}`.length > MAX_NAME) continue;
    const answer = await resolver.query(tlsaName(base, port), 'TLSA', options);
    if (answer.status !== 'records') continue;
    if (isSecure(answer)) return { status: 'records', base, records: answer.records };
    seen = answer;
  }
  return { status: 'none', reason: seen && insecurity(seen) };
}

/** The names at which TLSA records may stand, in order. */
async function baseDomains(
  resolver: Resolver,
  { host, canonical, authenticated, trusted }: HostAddresses,
  options: QueryOptions | undefined,
): Promise<NoTlsa | { readonly status: 'names'; readonly names: readonly string[] }> {
  // An address literal was not looked up, so it is never secure (RFC 7672 §2.2).
  if (isSecure({ authenticated, trusted })) {
    return { status: 'names', names: canonical === host ? [host] : [canonical, host] };
  }
  // Some link is insecure; which one, only the alias itself can tell (RFC 7672 §2.1.3).
  if (canonical !== host) {
    const alias = await resolver.query(host, 'CNAME', options);
    if (alias.status === 'records' && isSecure(alias)) return { status: 'names', names: [host] };
    return { status: 'none', reason: insecurity(alias) };
  }
  return { status: 'none', reason: insecurity({ authenticated, trusted }) };
}

function insecurity({
  authenticated,
  trusted,
}: Pick<AnswerMarks, 'authenticated' | 'trusted'>): NoTlsa['reason'] {
  return authenticated && !trusted ? 'ad-untrusted' : 'insecure';
}
