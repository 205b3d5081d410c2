import { serviceLabels } from '@postern/dns';
import type { Service } from '@postern/dns';
import type { DomainReport, Publication, Setting } from '../../report/account-report.ts';
import type { ProbeReport } from '../../report/probe-report.ts';
import { srvLine } from '../zone-lines.ts';
import type { Observation } from './observation.ts';

/** RFC 6186, RFC 8314 §5.1: services that work and were only guessed. */
export function srvOf(
  { name, announced, unanswered = [] }: DomainReport,
  settings: readonly Setting[],
): readonly Observation[] {
  const zone = (Object.keys(serviceLabels) as Service[]).flatMap((service) => {
    const { label, protocol, method } = serviceLabels[service];
    const full = `${label}._tcp`;
    const spoken = [...announced, ...unanswered].some((one) => one.service === full);
    const setting = settings.find((one) => one.protocol === protocol && one.method === method);
    if (spoken || !setting) return [];
    // RFC 8314 §5.1: TLS from the first octet goes first.
    const priority = method === 'implicit-tls' ? 0 : 10;
    return [srvLine(`${full}.${name}`, { priority, port: setting.port, host: setting.host })];
  });
  return zone.length > 0 ? [{ name: 'srv-missing', severity: 'note', publish: { zone } }] : [];
}

/** Two drafts, no RFC: nobody is pushed to take part, but whoever does shall do it right. */
export function announcementOf({
  name,
  announcement,
  exchangers,
  exchanges,
  announcedExchangers = [],
}: DomainReport): readonly Observation[] {
  const owner = `_smtp-tls._tcp.${name}`;
  const works = exchangers.map(({ host, preference, probes }) => ({
    host,
    priority: preference,
    port: probes.filter(({ verdict }) => verdict === 'works').map(({ endpoint }) => endpoint.port),
  }));
  // The records take the place of all MX records: one host that cannot be named spoils the set.
  const complete =
    (exchanges?.length ?? 1) === exchangers.length && works.every(({ port }) => port.length > 0);
  const zone = complete
    ? works.map(({ port, ...rest }) => srvLine(owner, { ...rest, port: Math.max(...port) }))
    : [];
  const publish = { zone };
  switch (announcement?.status) {
    case 'unusable':
      return [{ name: 'announcement-unusable', severity: 'warning', publish }];
    case 'failed':
      return [{ name: 'policy-unknown', severity: 'warning', reason: announcement.reason, record: owner }];
    case 'absent': {
      const host = works.find(({ port }) => port.includes(465))?.host;
      return complete && host !== undefined
        ? [{ name: 'announcement-possible', severity: 'note', host, publish }]
        : [];
    }
    case 'announced':
      return announcedExchangers.flatMap(({ host, port, probes }) =>
        brokenPromise(host, port, probes, publish),
      );
    case 'not-offered':
    case undefined:
      return [];
  }
}

/** A host that is announced for TLS and has none. That it is silent says nothing about others, who may get through. */
function brokenPromise(
  host: string,
  port: number,
  probes: readonly ProbeReport[],
  publish: Publication,
): readonly Observation[] {
  const probe = probes.find(({ endpoint }) => endpoint.port === port);
  // An announcement promises encryption and no certificate.
  if (probe?.verdict !== 'refused' || probe.reason.startsWith('cert-')) return [];
  const { reason, endpoint } = probe;
  return [{ name: 'announced-not-offered', severity: 'warning', reason, host, endpoint, publish }];
}
