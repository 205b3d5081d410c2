import { habits } from '../habits/catalogue.ts';
import type { HabitName } from '../habits/habit-name.ts';
import { announce } from './plan.ts';
import type { HostPlan, ProviderPlan } from './plan.ts';

const domain = 'zoo.test';

/** One host per habit, each also the domain of one account: `zoe@cert-expired.zoo.test`. */
export const zoo: readonly ProviderPlan[] = (Object.keys(habits) as HabitName[]).map((name, index) => {
  const { ports, lesson } = habits[name];
  const hostName = `${name}.${domain}`;
  const host: HostPlan = {
    hostName,
    addresses: [`198.51.100.${index + 1}`],
    ports: Object.fromEntries(ports.map((port) => [port, name])),
  };
  return {
    domain: hostName,
    hosts: [host],
    account: {
      address: `zoe@${hostName}`,
      password: 'zoe-in-the-lab',
      token: 'zoe-token-of-the-lab',
      provider: hostName,
      lesson,
    },
    records: announce(hostName, host),
  };
});
