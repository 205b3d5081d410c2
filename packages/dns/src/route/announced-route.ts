import { sameName } from '../name.ts';
import type { QueryOptions, Resolver } from '../resolver.ts';
import { serviceTargets } from '../service-targets.ts';
import type { ServiceMarks } from '../service-targets.ts';

/** A host that takes mail from other servers at a port of its own. */
export interface AnnouncedHost {
  /** The host. */
  readonly exchange: string;
  /** The priority of its record: lower comes first, as with MX. */
  readonly preference: number;
  /** 25: STARTTLS. Any other: TLS from the first octet there, else STARTTLS at 25 of the same host. Never plaintext. */
  readonly port: number;
}

/** The domain announces hosts. */
export interface AnnouncedRoute extends ServiceMarks {
  readonly status: 'announced';
  /** In the order to be tried; at least one. */
  readonly hosts: readonly AnnouncedHost[];
}

/** The domain announces that it takes no mail (a lone target `.`). MX is not asked then. */
export interface NoMailAnnounced extends ServiceMarks {
  readonly status: 'not-offered';
}

/** The domain announces nothing: MX decides. */
export interface NotAnnounced extends ServiceMarks {
  readonly status: 'no-records';
}

/** The domain announces hosts, and none can be used; MX must not be used instead. */
export interface UnusableAnnouncement extends ServiceMarks {
  readonly status: 'unusable';
  /** `mx-loop`: the first of them is ourselves. `srv-bad-target`: each has a bad port or is no host name. */
  readonly reason: 'mx-loop' | 'srv-bad-target';
}

/** What a domain announces to other servers. */
export type Announcement = AnnouncedRoute | NoMailAnnounced | NotAnnounced | UnusableAnnouncement;

/** Options of {@link announcedRoute}. */
export interface AnnouncedRouteOptions extends QueryOptions {
  /**
   * The labels of the records, asked for in order until one has some. Default `_smtp-tls` (draft-nurpmeso-smtp-tls-srv) alone;
   * there is no RFC, so the name may change, and `_smtp` may mean something else.
   */
  readonly labels?: readonly `_${string}`[];
  /** Numbers from 0 to below 1, to choose by weight. */
  readonly random?: () => number;
  /** Names this host takes mail by: the list is cut off at the first of them (RFC 5321 §5.1). Default none. */
  readonly ownNames?: readonly string[];
}

/**
 * Looks whether a domain announces by SRV where and with which TLS it takes mail from other servers. **Experimental**: two
 * drafts, no RFC. Use it only where somebody decided to; then it takes the place of the MX records, demands TLS, and the
 * hosts obey all that MX hosts obey: `routeHosts` guards their addresses, MTA-STS compares their names.
 *
 * Rejects with a `WireError` of kind `dns` where the question was not answered: mail waits then.
 *
 * @example
 * ```ts
 * import { announcedRoute, zoneResolver } from '@postern/dns';
 *
 * const resolver = zoneResolver('_smtp-tls._tcp.example.test. SRV 10 0 465 mx1.example.test.');
 * await announcedRoute(resolver, 'example.test');
 * // { status: 'announced', hosts: [{ exchange: 'mx1.example.test', preference: 10, port: 465 }], … }
 * ```
 */
export async function announcedRoute(
  resolver: Resolver,
  domain: string,
  options?: AnnouncedRouteOptions,
): Promise<Announcement> {
  const { labels: [label = '_smtp-tls', ...others] = [], ...rest } = options ?? {};
  const found = await announcedUnder(label, resolver, domain, rest);
  // What cannot be answered or used ends the search: another label must not take the place of a domain's word.
  return found.status === 'no-records' && others.length > 0
    ? announcedRoute(resolver, domain, { ...rest, labels: others })
    : found;
}

async function announcedUnder(
  label: `_${string}`,
  resolver: Resolver,
  domain: string,
  { ownNames = [], ...rest }: Omit<AnnouncedRouteOptions, 'labels'>,
): Promise<Announcement> {
  const answer = await serviceTargets(resolver, label, domain, rest);
  const { authenticated, trusted, diagnostics } = answer;
  const marks = { authenticated, trusted, diagnostics };
  if (answer.status === 'unusable') return { status: 'unusable', reason: 'srv-bad-target', ...marks };
  if (answer.status !== 'targets') return { status: answer.status, ...marks };
  const own = answer.targets.find(({ target }) => ownNames.some((mine) => sameName(mine, target)));
  const hosts = answer.targets
    .filter(({ priority }) => own === undefined || priority < own.priority)
    .map(({ target, priority, port }) => ({ exchange: target, preference: priority, port }));
  return hosts.length > 0
    ? { status: 'announced', hosts, ...marks }
    : { status: 'unusable', reason: 'mx-loop', ...marks };
}
