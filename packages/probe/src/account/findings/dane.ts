import type { MailExchanger, Publication } from '../../report/account-report.ts';
import { tlsaLine } from '../zone-lines.ts';
import type { Observation } from './observation.ts';

/** What is to be told about the TLSA records of a host (RFC 7672). */
export function daneOf({ host, tlsa, dane, probes, others = [] }: MailExchanger): readonly Observation[] {
  if (!tlsa || !dane) return [];
  const { reason } = dane;
  // Machines behind one name may have keys of their own: each is published.
  const seen = [...probes, ...others.map(({ probe }) => probe)].filter(
    ({ endpoint }) => endpoint.port === 25,
  );
  const keys = new Set(seen.flatMap(({ certificate }) => certificate?.publicKeySha256 ?? []));
  const lines = (base: string): { readonly publish?: Publication } =>
    keys.size === 0 ? {} : { publish: { zone: Array.from(keys, (key) => tlsaLine(base, key)) } };
  switch (tlsa.status) {
    case 'failed':
      return [{ name: 'dane-unknown', severity: 'warning', reason, host }];
    case 'none':
      if (tlsa.zone === 'ad-untrusted') return [{ name: 'dane-untrusted', severity: 'note', reason, host }];
      if (tlsa.ignored > 0) return [{ name: 'tlsa-unsigned', severity: 'warning', host }];
      return tlsa.zone === 'signed' && keys.size > 0
        ? [{ name: 'dane-missing', severity: 'note', host, ...lines(host) }]
        : [];
    case 'records':
      if (reason === 'tlsa-unusable')
        return [{ name: 'tlsa-unusable', severity: 'warning', reason, host, ...lines(tlsa.base) }];
      if (dane.verdict !== 'fails') return [];
      return reason === 'dane-mismatch' || reason.startsWith('cert-')
        ? [{ name: 'dane', severity: 'problem', reason, host, ...lines(tlsa.base) }]
        : [{ name: 'dane-without-tls', severity: 'problem', reason, host }];
  }
}
