import { mxAllowed } from '@postern/starttls';
import type { EpochMilliseconds } from '@postern/starttls';
import type {
  AnnouncedExchanger,
  DomainReport,
  MailExchanger,
  Publication,
} from '../../report/account-report.ts';
import { policyFile, policyUrl, stsLine } from '../zone-lines.ts';
import type { Observation } from './observation.ts';

/** A week: long enough to protect, short enough to be changed (RFC 8461 §3.2 suggests weeks). */
const POLICY_AGE = 604_800;

/** What is to be told about the MTA-STS policy and the hosts under it (RFC 8461). */
export function stsOf(report: DomainReport, now: EpochMilliseconds): readonly Observation[] {
  const { name: domain, sts, exchangers } = report;
  const publish = (mode: 'enforce' | 'testing'): Publication => ({
    zone: [stsLine(domain, now)],
    file: { url: policyUrl(domain), content: policyFile({ mode, ...patterns(report) }) },
  });
  switch (sts?.status) {
    case undefined:
    case 'not-fetched':
      return [];
    case 'absent':
      return [{ name: 'sts-missing', severity: 'note', publish: publish('testing') }];
    case 'failed': {
      const { at, reason } = sts;
      if (reason.startsWith('dns-'))
        return [{ name: 'policy-unknown', severity: 'warning', reason, record: `_mta-sts.${domain}` }];
      if (at === 'record')
        return [
          { name: 'sts-record', severity: 'problem', reason, publish: { zone: [stsLine(domain, now)] } },
        ];
      if (reason === 'sts-timeout') return [{ name: 'sts-policy', severity: 'warning', reason }];
      return [{ name: 'sts-policy', severity: 'problem', reason, publish: publish('testing') }];
    }
    case 'policy': {
      const { mode } = sts;
      if (mode === 'none') return [];
      const found = exchangers.flatMap((exchanger) => stsHost(exchanger, mode, publish(mode)));
      const announced = (report.announcedExchangers ?? []).flatMap((host) =>
        announcedHost(host, mode, publish(mode)),
      );
      const all = exchangers.every((exchanger) => exchanger.sts?.verdict === 'passes');
      return mode === 'testing' && all
        ? [{ name: 'sts-testing', severity: 'note', publish: publish('enforce') }]
        : [...found, ...announced.filter(({ host }) => !exchangers.some((one) => one.host === host))];
    }
  }
}

function stsHost(
  { host, sts }: MailExchanger,
  mode: 'enforce' | 'testing',
  publish: Publication,
): readonly Observation[] {
  if (sts?.verdict !== 'fails') return [];
  const { reason } = sts;
  const enforced = mode === 'enforce';
  if (reason === 'sts-mx-not-listed')
    return [
      enforced
        ? { name: 'sts-mx', severity: 'problem', reason, host, publish }
        : { name: 'sts-mx-testing', severity: 'warning', reason, host, publish },
    ];
  return [
    enforced
      ? { name: 'sts-host-enforced', severity: 'problem', reason, host }
      : { name: 'sts-host-testing', severity: 'warning', reason, host },
  ];
}

/** Announced hosts obey what MX hosts obey: one that the policy does not list is passed over. */
function announcedHost(
  { host, port, probes, sts }: AnnouncedExchanger,
  mode: 'enforce' | 'testing',
  publish: Publication,
): readonly Observation[] {
  if (sts?.reason !== 'sts-mx-not-listed') return [];
  const endpoint = probes.find((probe) => probe.endpoint.port === port)?.endpoint;
  const severity = mode === 'enforce' ? 'warning' : 'note';
  return [
    {
      name: 'announced-not-listed',
      severity,
      reason: sts.reason,
      host,
      ...(endpoint && { endpoint }),
      publish,
    },
  ];
}

/** The policy that lists every host: the patterns that fit one stay, and whoever is missing is added. */
function patterns({ name, sts, exchanges: mx = [name], announcedExchangers = [] }: DomainReport): {
  readonly mx: readonly string[];
  readonly maxAge: number;
} {
  const exchanges = [...new Set([...mx, ...announcedExchangers.map(({ host }) => host)])];
  if (sts?.status !== 'policy') return { mx: exchanges, maxAge: POLICY_AGE };
  const fit = (pattern: string, host: string): boolean => mxAllowed({ mx: [pattern] }, host);
  const kept = sts.mx.filter((pattern) => exchanges.some((host) => fit(pattern, host)));
  const missing = exchanges.filter((host) => !kept.some((pattern) => fit(pattern, host)));
  return { mx: [...kept, ...missing], maxAge: Math.max(sts.maxAge, POLICY_AGE) };
}
