import type { ProviderPlan } from '../providers/plan.ts';
import { oddities } from './oddities.ts';

/** Announced for `mail.halfway.test`; no host of the lab has it. */
const unreachableAddress = '2001:db8::40';

/** The whole zone of the lab as master-file text (RFC 1035 §5.1), every name in full. */
export function zoneText(plans: readonly ProviderPlan[]): string {
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
    ]),
    `mail.halfway.test. AAAA ${unreachableAddress}`,
    ...oddities.flatMap(({ domain, lesson, records }) => [`; ${domain}: ${lesson.en}`, ...records]),
  ];
  return `${lines.join('\n')}\n`;
}

/** Names whose look-up fails, as the server of `@postern/dns` takes them. */
export function zoneFailures(): Readonly<Record<string, NonNullable<(typeof oddities)[number]['failure']>>> {
  return Object.fromEntries(
    oddities.flatMap(({ domain, failure }) => (failure === undefined ? [] : [[domain, failure] as const])),
  );
}
