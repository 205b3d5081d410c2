import { isSecure, serviceLabels, tlsaName } from '@postern/dns';
import type { MailRoute, MailServices, Mx, Service } from '@postern/dns';
import type { Reason, TlsPeer } from '@postern/wire';
import { explain } from '../advice/explain.ts';
import type { DomainReport, MailExchanger, PolicyReport } from '../report/account-report.ts';
import type { ServiceEndpoint } from '../report/endpoint.ts';
import type { Lang } from '../report/explanation.ts';
import type { ProbeReport } from '../report/probe-report.ts';
import type { PolicyVerdict, StsReport, TlsaReport, TlsrptReport } from '../report/published-report.ts';
import { announcedExchangers } from './announced-hosts.ts';
import type { Found } from './find.ts';
import { judgeByDane, judgeBySts } from './judge-exchanger.ts';
import type { Judging, SeenExchanger } from './judge-exchanger.ts';
import type { SeenAddress } from './other-addresses.ts';
import type { Published, TlsaFact } from './published.ts';
import { tlsaText } from './zone-lines.ts';

/** RFC 5321 §5.1 allows a limit; the fifth exchanger has told nobody anything the first four did not. */
const MOST_EXCHANGERS = 4;

/** More TLSA records than any host has on purpose. */
const MOST_RECORDS = 32;

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

/** What was seen of a domain, besides what there is to probe. */
export interface SeenDomain {
  readonly probes: readonly ProbeReport[];
  /** Absent where the check was stopped before. */
  readonly published: Published | undefined;
  /** The chains that other servers get to see, by host and port, as `mx1.example.test 25`. */
  readonly peers: ReadonlyMap<string, TlsPeer>;
  /** What was seen at their other addresses, by host. */
  readonly others: ReadonlyMap<string, readonly SeenAddress[]>;
}

/** Puts together how a domain receives mail. */
export function domainReport(
  domain: string,
  { route, services, failure }: Found,
  { probes, published, peers, others }: SeenDomain,
  judging: Judging,
  lang: Lang,
): DomainReport {
  const judged = (host: string, own: readonly ProbeReport[]): Partial<MailExchanger> => {
    const tlsa = published?.tlsa.get(host);
    const facts = { host, nextHop: domain, named: namedBy(route) } as const;
    const verdicts = (seen: Omit<SeenExchanger, 'facts'>): Pick<MailExchanger, 'dane' | 'sts'> =>
      published && tlsa
        ? {
            dane: judgeByDane({ facts, ...seen }, tlsa, judging),
            sts: judgeBySts({ facts, ...seen }, published.sts, judging),
          }
        : {};
    const first = verdicts({
      probe: own.find(({ endpoint }) => endpoint.port === 25),
      peer: peers.get(`${host} 25`),
    });
    // Policies are about port 25; 465 has no standard.
    const inOrder = (others.get(host) ?? []).toSorted(
      (one, other) => one.probe.endpoint.port - other.probe.endpoint.port,
    );
    const more = inOrder.map((seen) => ({
      probe: seen.probe,
      ...(seen.probe.endpoint.port === 25 && verdicts(seen)),
    }));
    const failing = { dane: failingOf('dane', [first, ...more]), sts: failingOf('sts', [first, ...more]) };
    return {
      ...(more.length > 0 && { others: more }),
      ...(tlsa && { tlsa: tlsaReport(tlsa) }),
      ...first,
      ...(failing.dane && { dane: failing.dane }),
      ...(failing.sts && { sts: failing.sts }),
    };
  };
  const exchangers = exchangersOf(route);
  const sts = published?.sts;
  const elsewhere = announcedExchangers(published?.announcement, domain, { probes, peers, sts }, judging);
  const reason = routeReason(route) ?? failure;
  const unanswered = unansweredOf(services);
  return {
    name: domain,
    route: routeStatus(route),
    ...(reason && { reason, explanation: explain(reason, { lang, facts: { domain } }) }),
    authenticated: route !== undefined && 'authenticated' in route && route.authenticated && route.trusted,
    ...(route &&
      'diagnostics' in route &&
      route.diagnostics.length > 0 && { diagnostics: route.diagnostics }),
    ...(route?.status === 'exchangers' && { exchanges: route.hosts.map(({ exchange }) => exchange) }),
    exchangers: exchangers.map(({ preference, exchange }) => {
      const own = probes.filter(({ endpoint }) => endpoint.protocol === 'smtp' && endpoint.host === exchange);
      return { host: exchange, preference, probes: own, ...judged(exchange, own) };
    }),
    policies: published ? policies(published) : [],
    ...(published && {
      sts: published.sts,
      tlsrpt: published.tlsrpt,
      announcement: published.announcement,
    }),
    ...(elsewhere.length > 0 && { announcedExchangers: elsewhere }),
    announced: announcements(services),
    ...(unanswered.length > 0 && { unanswered }),
  };
}

/** A sender comes to any address of a host: one that fails is enough to lose mail. */
function failingOf(
  policy: 'dane' | 'sts',
  all: readonly Pick<MailExchanger, 'dane' | 'sts'>[],
): PolicyVerdict | undefined {
  return all.map((one) => one[policy]).find((judged) => judged?.verdict === 'fails');
}

/** Who named the hosts: for DANE it matters whether anybody could have forged that. */
function namedBy(route: MailRoute | undefined): 'secure' | 'insecure' | 'itself' {
  if (route?.status !== 'exchangers') return 'itself';
  return isSecure(route) ? 'secure' : 'insecure';
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

/** The policies in short. Where some host's records could not be looked up, nobody knows whether the domain uses DANE. */
function policies({ sts, tlsrpt, tlsa }: Published): readonly PolicyReport[] {
  const facts = [...tlsa.values()];
  const dane =
    facts.find(({ status }) => status === 'records') ?? facts.find(({ status }) => status === 'failed');
  return [
    { name: 'mta-sts', ...stsInShort(sts) },
    dane?.status === 'records'
      ? { name: 'dane', status: 'present', detail: `${tlsaName(dane.base, 25)}: ${dane.records.length}` }
      : dane?.status === 'failed'
        ? { name: 'dane', status: 'failed', reason: dane.reason }
        : { name: 'dane', status: 'absent' },
    { name: 'tlsrpt', ...tlsrptInShort(tlsrpt) },
  ];
}

function stsInShort(sts: StsReport): Omit<PolicyReport, 'name'> {
  switch (sts.status) {
    case 'absent':
      return { status: 'absent' };
    case 'failed':
      return { status: 'failed', reason: sts.reason };
    case 'not-fetched':
      return { status: 'present', detail: `v=STSv1; id=${sts.id}` };
    case 'policy':
      return { status: 'present', detail: `v=STSv1; id=${sts.id}; mode=${sts.mode}` };
  }
}

function tlsrptInShort(tlsrpt: TlsrptReport): Omit<PolicyReport, 'name'> {
  switch (tlsrpt.status) {
    case 'absent':
      return { status: 'absent' };
    case 'broken':
      return { status: 'failed' };
    case 'failed':
      return { status: 'failed', reason: tlsrpt.reason };
    case 'present':
      return { status: 'present', detail: `v=TLSRPTv1; rua=${tlsrpt.targets.join(',')}` };
  }
}

/** The records of a host as a report shows them. */
function tlsaReport(fact: TlsaFact): TlsaReport {
  switch (fact.status) {
    case 'failed':
      return { status: 'failed', reason: fact.reason };
    case 'records':
      return {
        status: 'records',
        base: fact.base,
        records: fact.records.slice(0, MOST_RECORDS).map(tlsaText),
      };
    case 'none': {
      const zones = { insecure: 'unsigned', 'ad-untrusted': 'ad-untrusted' } as const;
      const zone = fact.reason === undefined ? 'signed' : zones[fact.reason];
      return { status: 'none', zone, ignored: fact.ignored };
    }
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
