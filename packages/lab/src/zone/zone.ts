import type { ZoneOptions } from '@postern/dns';
import type { ProviderPlan } from '../providers/plan.ts';
import { oddities } from './oddities.ts';

/** Announced for `mail.halfway.test`; no host of the lab has it. */
const unreachableAddress = '2001:db8::40';

/** The whole zone of the lab as master-file text (RFC 1035 §5.1), every name in full. `key` as in `ProviderPlan.published`. */
export function zoneText(plans: readonly ProviderPlan[], key: string): string {
  const lines = [
    '$TTL 300',
    'test. SOA ns.lab.test. hostmaster.lab.test. 1 3600 600 86400 60',
    ...plans.flatMap((plan) => [
      `; ${plan.domain}: ${plan.account.lesson.en}`,
      ...plan.hosts.flatMap((host) =>
        host.addresses.map(
          (address) => `${host.hostName}. ${address.includes(':') ? 'AAAA' : 'A'} ${address}`,
        ),
      ),
      ...plan.records,
      ...(plan.published?.(key) ?? []),
      ...(plan.webHosts ?? []).map(({ hostName, address }) => `${hostName}. A ${address}`),
    ]),
    `mail.halfway.test. AAAA ${unreachableAddress}`,
    ...oddities.flatMap(({ domain, lesson, records }) => [`; ${domain}: ${lesson.en}`, ...records]),
  ];
  return `${lines.join('\n')}\n`;
}

/** How the zone answers beyond its records: what fails, and which domains are signed. */
export function zoneOptions(plans: readonly ProviderPlan[]): ZoneOptions {
  const failing = oddities.flatMap(({ domain, failure }) =>
    failure === undefined ? [] : [[domain, failure] as const],
  );
  const signed = plans.flatMap(({ domain, published: publication }) => (publication ? [domain] : []));
  return {
    failures: Object.fromEntries(failing),
    authenticated: (name) => signed.some((domain) => name === domain || name.endsWith(`.${domain}`)),
  };
}
