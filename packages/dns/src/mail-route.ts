/**
 * Where mail for a domain goes (RFC 5321 §5.1, RFC 7505). Two steps: {@link mailRoute} reads the MX records,
 * {@link routeHosts} turns them into hosts with addresses. A domain that says something definite gets a status; a failure
 * to find out is thrown, means "try later", and never leads to the domain's own address.
 */
import { ipOctets } from '@postern/wire';
import { mailAddressLiteral } from './address/literal.ts';
import { domainName, sameName } from './name.ts';
import type { Mx } from './records.ts';
import type { Resolver } from './resolver.ts';

/** Something in a domain's MX records that is wrong or worth knowing, though mail may still flow. */
export interface MailRouteDiagnostic {
  /**
   * `mx-is-address`: an exchange is an IP address (RFC 5321 §5.1), not used. `mx-bad-name`: it is no host name, not used.
   * `mx-loop`: it is ourselves, so it and all less preferred ones were left out. `null-mx-preference`: a null MX whose
   * preference is not 0. `null-mx-ignored`: a null MX beside others, which RFC 7505 §3 forbids. `domain-is-alias`: the
   * domain is an alias.
   */
  readonly type:
    | 'mx-is-address'
    | 'mx-bad-name'
    | 'mx-loop'
    | 'null-mx-preference'
    | 'null-mx-ignored'
    | 'domain-is-alias';
  /** The name or address it is about. */
  readonly host: string;
}

/** What all routes found by DNS say. */
export interface RouteMarks {
  /** The AD bit of the MX answer. */
  readonly authenticated: boolean;
  /** Whether the resolver was declared trusted. */
  readonly trusted: boolean;
  /** What was noticed. */
  readonly diagnostics: readonly MailRouteDiagnostic[];
}

/** The domain names exchangers. */
export interface ExchangersRoute extends RouteMarks {
  readonly status: 'exchangers';
  /** By preference; equal ones in random order where `random` was given. No host twice. At least one. */
  readonly hosts: readonly Mx[];
}

/** The domain has no MX record: it is its own exchanger, with preference 0 (RFC 5321 §5.1). */
export interface ImplicitRoute extends RouteMarks {
  readonly status: 'implicit';
  /** The domain. */
  readonly host: string;
}

/** The domain says that it takes no mail (RFC 7505). Permanent. */
export interface NullMxRoute extends RouteMarks {
  readonly status: 'null-mx';
}

/** The domain does not exist. Permanent. */
export interface NoDomainRoute extends RouteMarks {
  readonly status: 'no-such-domain';
}

/** There are MX records and none can be used. Permanent; the domain's own address must not be tried (RFC 5321 §5.1). */
export interface UnusableRoute extends RouteMarks {
  readonly status: 'unusable';
  /** Why: the only exchangers are addresses, are no names, or are ourselves. */
  readonly reason: 'mx-is-address' | 'dns-bad-name' | 'mx-loop';
}

/** An address literal in place of a domain: nothing is looked up (RFC 5321 §4.1.3). */
export interface LiteralRoute {
  readonly status: 'address-literal';
  /** The address. */
  readonly address: string;
}

/** Where mail for a domain goes. */
export type MailRoute =
  ExchangersRoute | ImplicitRoute | NullMxRoute | NoDomainRoute | UnusableRoute | LiteralRoute;

/** Options of {@link mailRoute}. */
export interface MailRouteOptions {
  /**
   * Numbers from 0 to below 1, to spread load over exchangers of one preference (RFC 5321 §5.1). Without it they stay in
   * the resolver's order, which most resolvers change by themselves.
   */
  readonly random?: () => number;
  /** Names this host takes mail by: at one of them the list is cut off, lest mail come back to ourselves. Default none. */
  readonly ownNames?: readonly string[];
  /** Ends the wait; `signal.reason` is rethrown untouched. */
  readonly signal?: AbortSignal;
}

/**
 * Finds the exchangers of a domain, as it stands behind the `@` of an address; U-labels and address literals are fine.
 *
 * Rejects with a `WireError` of kind `dns` where the MX question was not answered: mail waits then, whatever addresses the
 * domain has (RFC 5321 §5.1). `dns-bad-name` alone is permanent.
 *
 * @example
 * ```ts
 * import { mailRoute, zoneResolver } from '@postern/dns';
 *
 * const resolver = zoneResolver('nomail.test. MX 0 .\nexample.test. MX 10 mx1.example.test.');
 * await mailRoute(resolver, 'example.test'); // { status: 'exchangers', hosts: [{ preference: 10, exchange: 'mx1.example.test' }], … }
 * await mailRoute(resolver, 'nomail.test'); // { status: 'null-mx', … }
 * ```
 */
export async function mailRoute(
  resolver: Resolver,
  domain: string,
  options?: MailRouteOptions,
): Promise<MailRoute> {
  if (options?.signal?.aborted) throw options.signal.reason;
  const address = mailAddressLiteral(domain);
  if (address !== undefined) return { status: 'address-literal', address };
  const name = domainName(domain);
  const answer = await resolver.query(
    name,
    'MX',
    options?.signal === undefined ? {} : { signal: options.signal },
  );
  const diagnostics: MailRouteDiagnostic[] = [];
  if (answer.canonical !== name) diagnostics.push({ type: 'domain-is-alias', host: answer.canonical });
  const marks: RouteMarks = { authenticated: answer.authenticated, trusted: answer.trusted, diagnostics };
  if (answer.status === 'no-such-domain') return { status: 'no-such-domain', ...marks };
  // RFC 5321 §5.1: an empty list, and only that, makes the domain its own exchanger.
  if (answer.status === 'no-data') return { status: 'implicit', host: name, ...marks };

  const nulls = answer.records.filter((record) => record.exchange === '.');
  const others = answer.records.filter((record) => record.exchange !== '.');
  if (others.length === 0) {
    // RFC 7505 §3 wants preference 0; what else could a lone dot with another one mean?
    if (nulls.some((record) => record.preference !== 0))
      diagnostics.push({ type: 'null-mx-preference', host: name });
    return { status: 'null-mx', ...marks };
  }
  if (nulls.length > 0) diagnostics.push({ type: 'null-mx-ignored', host: name });
  const usable = others.filter((record) => isHost(record, diagnostics));
  if (usable.length === 0) {
    const onlyAddresses = others.every((record) => ipOctets(record.exchange) !== undefined);
    return { status: 'unusable', reason: onlyAddresses ? 'mx-is-address' : 'dns-bad-name', ...marks };
  }
  const sorted = sortExchangers(usable, options?.random);
  const own = sorted.find((mx) => options?.ownNames?.some((mine) => sameName(mine, mx.exchange)) === true);
  if (own !== undefined) diagnostics.push({ type: 'mx-loop', host: own.exchange });
  // RFC 5321 §5.1: ourselves and everything as little preferred.
  const hosts = own === undefined ? sorted : sorted.filter((mx) => mx.preference < own.preference);
  if (hosts.length === 0) return { status: 'unusable', reason: 'mx-loop', ...marks };
  return { status: 'exchangers', hosts, ...marks };
}

/** Whether an exchange is a host name at all. RFC 5321 §5.1, RFC 2181 §10.3: an address is none. */
function isHost(record: Mx, diagnostics: MailRouteDiagnostic[]): boolean {
  if (ipOctets(record.exchange) !== undefined) {
    diagnostics.push({ type: 'mx-is-address', host: record.exchange });
    return false;
  }
  try {
    domainName(record.exchange);
    return true;
  } catch {
    diagnostics.push({ type: 'mx-bad-name', host: record.exchange });
    return false;
  }
}

/** By preference, equal ones shuffled (RFC 5321 §5.1); a host named twice counts where it is preferred most. */
function sortExchangers(records: readonly Mx[], random: (() => number) | undefined): readonly Mx[] {
  const list = [...records];
  if (random !== undefined) {
    // Fisher and Yates: every order is as likely as any other.
    for (let last = list.length - 1; last > 0; last -= 1) {
      const other = Math.min(last, Math.floor(random() * (last + 1)));
      const [a, b] = [list[last], list[other]];
      if (a === undefined || b === undefined) continue;
      list[last] = b;
      list[other] = a;
    }
  }
  list.sort((one, other) => one.preference - other.preference);
  const seen = new Set<string>();
  return list.filter((mx) => {
    if (seen.has(mx.exchange)) return false;
    seen.add(mx.exchange);
    return true;
  });
}
