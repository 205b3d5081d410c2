import type { Lab } from '@postern/lab';
import { stubResolver } from '@postern/dns';
import type { ProbeEnvironment } from '@postern/probe';
import { systemClock } from '@postern/wire/node';
import { policyFetch } from './policy-fetch.ts';

/** A probe's environment inside the lab: its network, its DNS server, its web servers and its certificate authority. */
export function labEnvironment(lab: Lab, given?: Partial<ProbeEnvironment>): Partial<ProbeEnvironment> {
  const clock = given?.clock ?? systemClock();
  const { network, roots } = lab;
  const [webHost] = lab.webHosts;
  const resolver = stubResolver({
    network,
    clock,
    servers: [lab.resolver],
    random: Math.random,
    trusted: true,
  });
  return {
    ...given,
    clock,
    network,
    roots,
    resolver,
    ...(webHost && {
      fetch: policyFetch({ resolver, roots, at: webHost.real.address, port: webHost.real.port }),
    }),
  };
}
