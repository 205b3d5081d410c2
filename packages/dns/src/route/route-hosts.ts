import { isWireError, UsageError } from '@postern/wire';
import type { Fault, Reason } from '@postern/wire';
import { normalAddress } from '../address/literal.ts';
import { addresses } from '../addresses.ts';
import type { HostAddresses } from '../addresses.ts';
import { isTemporary } from '../failure.ts';
import type { ExchangersRoute, ImplicitRoute, LiteralRoute } from '../mail-route.ts';
import type { AnnouncedRoute } from './announced-route.ts';
import type { Resolver } from '../resolver.ts';

/** After so many rounds without a host to dial the rest is left alone: a stranger's zone must not decide how much is asked. */
const MAX_ROUNDS = 4;

/** Options of {@link routeHosts}. */
export interface RouteHostsOptions {
  /**
   * Hosts that are looked up at a time, in their order. Default 5: RFC 5321 §5.1 wants at least two addresses tried, and
   * allows a limit. Only where none of them can be dialled the next ones are asked, four times at most.
   */
  readonly maxHosts?: number;
  /** Addresses used of each host. Default 4. */
  readonly maxAddresses?: number;
  /** Addresses of this host: an exchanger that has one of them is ourselves (RFC 5321 §5.1). Default none. */
  readonly ownAddresses?: readonly string[];
  /** Uses addresses that no public host has too, such as those of loopback and private networks. Default `false`. */
  readonly allowSpecial?: boolean;
  /** Ends the wait; `signal.reason` is rethrown untouched. */
  readonly signal?: AbortSignal;
}

/** An exchanger that can be dialled. */
export interface RouteHost {
  /** The name as it stands in the MX record; an address literal stands for itself. */
  readonly host: string;
  /** Its preference; 0 without an MX record. */
  readonly preference: number;
  /** The port it announced; `undefined` = 25, which all others have. */
  readonly port?: number;
  /** What to dial, in order. Several hosts may share one: whether it is worth a second try depends on what is demanded of each. */
  readonly addresses: readonly string[];
  /** The look-ups behind it, with the DNSSEC marks and the canonical name. */
  readonly found: HostAddresses;
}

/** An exchanger that was passed over, and why. */
export interface PassedOver {
  /** The exchanger. */
  readonly host: string;
  /** Its preference. */
  readonly preference: number;
  /**
   * `dns-nxdomain`, `dns-nodata`, `address-forbidden`, `mx-loop`, or the failure of its look-up.
   */
  readonly reason: Reason;
  /** Whether it may be different later. */
  readonly temporary: boolean;
  /** The failed look-up. */
  readonly fault?: Fault;
}

/** There is something to dial. */
export interface FoundHosts {
  readonly status: 'hosts';
  /** In the order to be tried; at least one. */
  readonly hosts: readonly RouteHost[];
  /** Left out. */
  readonly passedOver: readonly PassedOver[];
}

/** Nothing to dial now, but a look-up failed, so later there may be. */
export interface DeferredHosts {
  readonly status: 'deferred';
  /** All hosts, at least one of them for a temporary reason. */
  readonly passedOver: readonly PassedOver[];
}

/** Nothing to dial, for good; the domain's own address must not be tried instead (RFC 5321 §5.1). */
export interface UnusableHosts {
  readonly status: 'unusable';
  /** All hosts. */
  readonly passedOver: readonly PassedOver[];
}

/** The hosts of a route. */
export type RouteHosts = FoundHosts | DeferredHosts | UnusableHosts;

/**
 * Looks up the addresses of a route's hosts, all of a round at the same time, and keeps what can be dialled: in order of
 * preference, special ranges left out. A host whose look-up fails is passed over, and the rest is used
 * (RFC 5321 §5.1, RFC 7672 §2.1.2).
 *
 * Rejects only when aborted; throws a `UsageError` for a `maxHosts` or `maxAddresses` below 1.
 *
 * @example
 * ```ts
 * import { mailRoute, routeHosts, zoneResolver } from '@postern/dns';
 *
 * const resolver = zoneResolver('example.test. MX 10 mx1.example.test.\nmx1.example.test. A 192.0.2.1');
 * const route = await mailRoute(resolver, 'example.test');
 * if (route.status === 'exchangers') {
 *   const found = await routeHosts(resolver, route, { allowSpecial: true });
 *   // { status: 'hosts', hosts: [{ host: 'mx1.example.test', preference: 10, addresses: ['192.0.2.1'], … }], passedOver: [] }
 * }
 * ```
 */
export async function routeHosts(
  resolver: Resolver,
  route: ExchangersRoute | ImplicitRoute | LiteralRoute | AnnouncedRoute,
  options?: RouteHostsOptions,
): Promise<RouteHosts> {
  const { maxHosts = 5, maxAddresses = 4, allowSpecial = false, signal } = options ?? {};
  if (!(maxHosts >= 1)) throw new UsageError('a route needs a host to be looked up', 'maxHosts');
  if (!(maxAddresses >= 1)) throw new UsageError('a host needs an address to be dialled', 'maxAddresses');
  const own = new Set(options?.ownAddresses?.map((address) => normalAddress(address) ?? address));
  const exchangers = exchangersOf(route).slice(0, maxHosts * MAX_ROUNDS);
  const rows: Row[] = [];
  for (let at = 0; at < exchangers.length; at += maxHosts) {
    const round = exchangers.slice(at, at + maxHosts).map(async (exchanger) => {
      const found = await findAddresses(resolver, exchanger.host, allowSpecial, signal);
      return { ...exchanger, found };
    });
    rows.push(...(await Promise.all(round)));
    const sorted = sortOut(rows, own, maxAddresses);
    if (sorted.hosts.length > 0) return { status: 'hosts', ...sorted };
  }
  const { passedOver } = sortOut(rows, own, maxAddresses);
  return { status: passedOver.some(({ temporary }) => temporary) ? 'deferred' : 'unusable', passedOver };
}

/** A host of a route. */
interface Exchanger {
  readonly host: string;
  readonly preference: number;
  readonly port?: number;
}

/** A host with what its look-up came to. */
interface Row extends Exchanger {
  readonly found: HostAddresses | Fault;
}

/** Tells hosts to be dialled from those to be passed over. Rows are in order of preference. */
function sortOut(
  rows: readonly Row[],
  own: ReadonlySet<string>,
  maxAddresses: number,
): { readonly hosts: readonly RouteHost[]; readonly passedOver: readonly PassedOver[] } {
  const itself = rows.find(({ found }) => !('kind' in found) && allOf(found).some((one) => own.has(one)));
  const ownPreference = itself?.preference ?? Number.POSITIVE_INFINITY;
  const hosts: RouteHost[] = [];
  const passedOver: PassedOver[] = [];
  for (const { found, ...exchanger } of rows) {
    const { host, preference } = exchanger;
    if (preference >= ownPreference) {
      passedOver.push({ host, preference, reason: 'mx-loop', temporary: false });
    } else if ('kind' in found) {
      passedOver.push({
        host,
        preference,
        reason: found.reason,
        temporary: isTemporary(found),
        fault: found,
      });
    } else if (found.status === 'addresses') {
      hosts.push({ ...exchanger, addresses: found.addresses.slice(0, maxAddresses), found });
    } else {
      passedOver.push({ host, preference, reason: absenceReasons[found.status], temporary: false });
    }
  }
  return { hosts, passedOver };
}

/** All addresses of a host, those included that are not dialled. */
function allOf({ addresses: dialled, forbidden, v4, v6 }: HostAddresses): readonly string[] {
  const looked = [v4, v6].flatMap((family) =>
    family?.ok === true && family.answer.status === 'records' ? family.answer.records : [],
  );
  return [...dialled, ...forbidden.map(({ address }) => address), ...looked];
}

const absenceReasons = {
  'no-addresses': 'dns-nodata',
  'no-such-domain': 'dns-nxdomain',
  forbidden: 'address-forbidden',
} as const;

function exchangersOf(
  route: ExchangersRoute | ImplicitRoute | LiteralRoute | AnnouncedRoute,
): readonly Exchanger[] {
  switch (route.status) {
    case 'exchangers':
      return route.hosts.map(({ exchange, preference }) => ({ host: exchange, preference }));
    case 'announced':
      return route.hosts.map(({ exchange, preference, port }) => ({ host: exchange, preference, port }));
    case 'implicit':
      return [{ host: route.host, preference: 0 }];
    case 'address-literal':
      return [{ host: route.address, preference: 0 }];
  }
}

async function findAddresses(
  resolver: Resolver,
  host: string,
  allowSpecial: boolean,
  signal: AbortSignal | undefined,
): Promise<HostAddresses | Fault> {
  try {
    return await addresses(resolver, host, { allowSpecial, ...(signal === undefined ? {} : { signal }) });
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    if (!isWireError(error)) throw error;
    return error.fault;
  }
}
