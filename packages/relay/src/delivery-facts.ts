import { announcedRoute, mailRoute, routeHosts, tlsaRecords } from '@postern/dns';
import type { Announcement, MailRoute, RouteHost, RouteHosts } from '@postern/dns';
import type { DeliveryFacts, DeliveryPolicy, Lookup, TlsaLookup } from '@postern/starttls';
import { isWireError } from '@postern/wire';
import type { LookupEnvironment } from './environment.ts';

const SMTP = 25;
const SUBMISSIONS = 465;

/** What can be looked up host by host. */
type Dialable = Parameters<typeof routeHosts>[1];

/**
 * Looks up all that `deliveryPlan` wants to know about a domain: the announcement where the policy names one, else or beside it
 * the MX records, addresses, TLSA records and the MTA-STS policy. What nobody will use is not asked for: no TLSA records under
 * a level that somebody set without them, nothing at all for an address literal.
 *
 * Failed look-ups are facts. Rejects only when aborted, with `signal.reason`, and with what the policy store throws.
 *
 * @example
 * ```ts run
 * import { zoneResolver } from '@postern/dns';
 * import { deliveryFacts } from '@postern/relay';
 * import { deliveryPlan } from '@postern/starttls';
 *
 * const resolver = zoneResolver('nomail.test. MX 0 .');
 * const plan = deliveryPlan(await deliveryFacts('nomail.test', {}, { resolver }));
 * console.log(plan.status === 'refuse' && plan.reason); // null-mx
 * ```
 */
export async function deliveryFacts(
  domain: string,
  policy: DeliveryPolicy,
  environment: LookupEnvironment,
  options?: { readonly signal?: AbortSignal },
): Promise<DeliveryFacts> {
  const { resolver, sts, random, ownNames, announcementLabels: labels } = environment;
  const call = options?.signal === undefined ? {} : { signal: options.signal };
  const choosing = { ...call, ...(random && { random }), ...(ownNames && { ownNames }) };
  const literal = domain.startsWith('[');
  const asksSts = sts && !literal && (policy.level === undefined || policy.level === 'sts');
  // The policy belongs to the domain, whatever its hosts are.
  const policyLookup = asksSts ? sts.policyFor(domain, call) : undefined;
  // It is waited for below; until then a rejection has somebody who listens.
  policyLookup?.catch(() => undefined);

  const announcement =
    policy.announce === undefined || literal
      ? undefined
      : await lookedUp(announcedRoute(resolver, domain, { ...choosing, ...(labels && { labels }) }), call);
  const announced =
    policy.announce === 'use' &&
    announcement !== undefined &&
    !(announcement.ok && announcement.answer.status === 'no-records');
  const route = announced ? undefined : await lookedUp(mailRoute(resolver, domain, choosing), call);
  const dialable = dialableOf(announced ? announcement : route);
  const { allowSpecial, ownAddresses, connectTo } = environment;
  const hosts =
    dialable &&
    (await routeHosts(resolver, dialable, {
      ...call,
      ...(allowSpecial === undefined ? {} : { allowSpecial }),
      ...(ownAddresses && { ownAddresses }),
    }));
  const tlsa = hosts && dialable ? await tlsaLookups(hosts, dialable, policy, environment, call) : [];
  const found = await policyLookup;
  return {
    domain,
    ...(announcement && { announcement }),
    ...(route && { route }),
    ...(hosts && { hosts: connectTo ? dialledAt(hosts, connectTo) : hosts }),
    tlsa,
    ...(found && { sts: found }),
  };
}

/** The best host at other addresses. All hosts there would be one machine under many names. */
function dialledAt(hosts: RouteHosts, addresses: readonly string[]): RouteHosts {
  if (hosts.status !== 'hosts') return hosts;
  return { ...hosts, hosts: hosts.hosts.slice(0, 1).map((host) => ({ ...host, addresses })) };
}

/** A failed look-up as a value; an abort stays one. */
async function lookedUp<T>(
  lookup: Promise<T>,
  { signal }: { readonly signal?: AbortSignal },
): Promise<Lookup<T>> {
  try {
    return { ok: true, answer: await lookup };
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    if (!isWireError(error)) throw error;
    return { ok: false, fault: error.fault };
  }
}

function dialableOf(lookup: Lookup<MailRoute | Announcement> | undefined): Dialable | undefined {
  if (lookup?.ok !== true) return undefined;
  const { answer } = lookup;
  switch (answer.status) {
    case 'exchangers':
    case 'implicit':
    case 'address-literal':
    case 'announced':
      return answer;
    case 'null-mx':
    case 'no-such-domain':
    case 'unusable':
    case 'not-offered':
    case 'no-records':
      return undefined;
  }
}

async function tlsaLookups(
  hosts: RouteHosts,
  route: Dialable,
  { level, try465 }: DeliveryPolicy,
  { resolver }: LookupEnvironment,
  call: { readonly signal?: AbortSignal },
): Promise<readonly TlsaLookup[]> {
  if (hosts.status !== 'hosts') return [];
  if (level !== undefined && level !== 'dane' && level !== 'dane-only') return [];
  // RFC 7673 §3.1: a host that an insecure SRV record named has proved nothing, whatever its own zone says.
  if (route.status === 'announced' && !(route.authenticated && route.trusted)) return [];
  const extra = try465 === true && route.status !== 'announced' ? [SUBMISSIONS] : [];
  const ports = ({ port = SMTP }: RouteHost): ReadonlySet<number> => new Set([SMTP, port, ...extra]);
  const lookups = hosts.hosts.flatMap((host) =>
    [...ports(host)].map(async (port) => ({
      host: host.host,
      port,
      result: await lookedUp(tlsaRecords(resolver, host.found, port, call), call),
    })),
  );
  return Promise.all(lookups);
}
