import type { Lab } from '@postern/lab';
import { stubResolver } from '@postern/dns';
import type { ProbeEnvironment } from '@postern/probe';
import { systemClock } from '@postern/wire/node';

/** A probe's environment inside the lab: its network, its DNS server and its certificate authority. */
export function labEnvironment(lab: Lab, given?: Partial<ProbeEnvironment>): Partial<ProbeEnvironment> {
  const clock = given?.clock ?? systemClock();
  const { network, roots } = lab;
  return {
    ...given,
    clock,
    network,
    roots,
    resolver: stubResolver({ network, clock, servers: [lab.resolver], random: Math.random, trusted: true }),
  };
}
