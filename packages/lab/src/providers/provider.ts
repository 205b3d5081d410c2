import type { HabitName } from '../habits/habit-name.ts';
import type { LabText } from '../endpoint.ts';
import type { MailPort } from '../ports.ts';
import { announce } from './plan.ts';
import type { HostPlan, ProviderPlan } from './plan.ts';

/** A provider with one host, `mail.` and the domain, that its records announce. */
export function provider(
  domain: string,
  user: string,
  addresses: readonly string[],
  ports: Readonly<Partial<Record<MailPort, HabitName>>>,
  lesson: LabText,
): ProviderPlan {
  const host: HostPlan = { hostName: `mail.${domain}`, addresses, ports };
  return {
    domain,
    hosts: [host],
    account: {
      address: `${user}@${domain}`,
      password: `${user}-in-the-lab`,
      token: `${user}-token-of-the-lab`,
      provider: domain,
      lesson,
    },
    records: announce(domain, host),
  };
}
