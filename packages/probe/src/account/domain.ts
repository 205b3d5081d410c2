import { serviceLabels, taggedTexts, tlsaName } from '@postern/dns';
import type { MailRoute, MailServices, Mx, Service } from '@postern/dns';
import { DeadlineExceeded, isWireError } from '@postern/wire';
import type { Reason } from '@postern/wire';
import { explain } from '../advice/explain.ts';
import type { DomainReport, PolicyReport } from '../report/account-report.ts';
import type { ServiceEndpoint } from '../report/endpoint.ts';
import type { Lang } from '../report/explanation.ts';
import type { ProbeReport } from '../report/probe-report.ts';
import type { ProbeEnvironment } from '../run/environment.ts';
import type { Found } from './find.ts';

/** RFC 5321 §5.1 allows a limit; the fifth exchanger has told nobody anything the first four did not. */
const MOST_EXCHANGERS = 4;

/** The hosts that take mail for the domain, best first, at most four. */
export function exchangersOf(route: MailRoute | undefined): readonly Mx[] {
  if (route?.status === 'exchangers') return route.hosts.slice(0, MOST_EXCHANGERS);
  return route?.status === 'implicit' ? [{ preference: 0, exchange: route.host }] : [];
}

/**
 * What to ask an exchanger: STARTTLS on 25, which is the standard, and TLS on 465, which has no standard between servers
 * and is asked because it would be of use (RFC 8314 §7.3 gives 465 to submission).
 */
export function exchangerEndpoints({ exchange }: Mx): readonly ServiceEndpoint[] {
  return [
    { protocol: 'smtp', host: exchange, port: 25, method: 'starttls' },
    { protocol: 'smtp', host: exchange, port: 465, method: 'implicit-tls' },
  ];
}

/** Puts together how a domain receives mail. */
export function domainReport(
  domain: string,
  { route, services, failure }: Found,
  probes: readonly ProbeReport[],
  published: readonly PolicyReport[],
  lang: Lang,
): DomainReport {
  const exchangers = exchangersOf(route);
  const reason = routeReason(route) ?? failure;
  const unanswered = unansweredOf(services);
  return {
    name: domain,
    route: routeStatus(route),
    ...(reason && { reason, explanation: explain(reason, { lang, facts: { domain } }) }),
    authenticated: route !== undefined && 'authenticated' in route && route.authenticated && route.trusted,
    exchangers: exchangers.map(({ preference, exchange }) => ({
      host: exchange,
      preference,
      probes: probes.filter(({ endpoint }) => endpoint.protocol === 'smtp' && endpoint.host === exchange),
    })),
    policies: published,
    announced: announcements(services),
    ...(unanswered.length > 0 && { unanswered }),
  };
}

/** What a domain says for itself where it names no exchanger. */
function routeReason(route: MailRoute | undefined): Reason | undefined {
  switch (route?.status) {
    case 'null-mx':
      return 'null-mx';
    case 'no-such-domain':
      return 'dns-nxdomain';
    case 'unusable':
      return route.reason;
    case 'exchangers':
    case 'implicit':
    case 'address-literal':
    case undefined:
      return undefined;
  }
}

function routeStatus(route: MailRoute | undefined): DomainReport['route'] {
  switch (route?.status) {
    case 'exchangers':
    case 'implicit':
    case 'null-mx':
    case 'no-such-domain':
      return route.status;
    case 'unusable':
    case 'address-literal':
    case undefined:
      return 'failed';
  }
}

/** What the domain publishes about its own protection. Resolves also when the time runs out: what is missing then failed. */
export function publishedPolicies(
  domain: string,
  exchangers: readonly Mx[],
  environment: ProbeEnvironment,
  signal: AbortSignal,
): Promise<readonly PolicyReport[]> {
  const { resolver } = environment;
  const tagged = async (name: 'mta-sts' | 'tlsrpt', owner: string, tag: string): Promise<PolicyReport> =>
    lookedUp(name, signal, async () => {
      const answer = await resolver.query(owner, 'TXT', { signal });
      const [record] = answer.status === 'records' ? taggedTexts(answer.records, tag) : [];
      return record;
    });
  const dane = lookedUp('dane', signal, async () => {
    const [first] = exchangers;
    if (!first) return undefined;
    const owner = tlsaName(first.exchange, 25);
    const answer = await resolver.query(owner, 'TLSA', { signal });
    return answer.status === 'records' ? `${owner}: ${answer.records.length}` : undefined;
  });
  return Promise.all([
    // RFC 8461 §3.1, RFC 8460 §3: published as TXT below these names.
    tagged('mta-sts', `_mta-sts.${domain}`, 'v=STSv1'),
    dane,
    tagged('tlsrpt', `_smtp._tls.${domain}`, 'v=TLSRPTv1'),
  ]);
}

async function lookedUp(
  name: PolicyReport['name'],
  signal: AbortSignal,
  find: () => Promise<string | undefined>,
): Promise<PolicyReport> {
  try {
    const detail = await find();
    return detail === undefined ? { name, status: 'absent' } : { name, status: 'present', detail };
  } catch (error) {
    if (error instanceof DeadlineExceeded) return { name, status: 'failed', reason: 'dns-timeout' };
    signal.throwIfAborted();
    if (!isWireError(error)) throw error;
    return { name, status: 'failed', reason: error.code };
  }
}

type Announcement = DomainReport['announced'][number];

/** The label that is asked for. */
function labelOf(service: Service): string {
  return `_${service}._tcp`;
}

function unansweredOf({ couldNotTell, results }: MailServices): NonNullable<DomainReport['unanswered']> {
  return couldNotTell.flatMap((service) => {
    const result = results[service];
    return result.ok ? [] : [{ service: labelOf(service), reason: result.fault.reason }];
  });
}

function announcements({ results }: MailServices): readonly Announcement[] {
  return (Object.keys(results) as Service[]).flatMap((service): readonly Announcement[] => {
    const result = results[service];
    const { protocol, method, port } = serviceLabels[service];
    if (!result.ok) return [];
    const label = labelOf(service);
    if (result.answer.status === 'not-offered')
      return [{ service: label, protocol, method, host: null, port }];
    if (result.answer.status !== 'targets') return [];
    return result.answer.targets.map((target) => ({
      service: label,
      protocol,
      method,
      host: target.target,
      port: target.port,
    }));
  });
}
