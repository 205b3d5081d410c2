// Our relay in the test world, for tests that send to many domains: in the test's own process, which is in the namespace of
// the servers.
import { readFileSync } from 'node:fs';
import { cachedResolver, stubResolver } from '@postern/dns';
import type { Resolver } from '@postern/dns';
import { createRelay } from '@postern/relay';
import type { Delivered, Relay, RelayEnvironment } from '@postern/relay';
import type { TryHost } from '@postern/starttls';
import type { Clock, Network } from '@postern/wire';
import { nodeNetwork, systemClock } from '@postern/wire/node';
import { readEnvironment } from './environment.ts';

const { ca, resolver: server } = readEnvironment();
const network: Network = nodeNetwork();

export const clock: Clock = systemClock();
export const roots: readonly string[] = [readFileSync(ca.root, 'utf8')];

/** Asks Unbound, and believes what it says about DNSSEC. */
export function worldResolver(): Resolver {
  const servers = [{ ...server, trusted: true }];
  return cachedResolver(stubResolver({ network, clock, servers, random: Math.random }), { clock });
}

export function openRelay(more: Partial<RelayEnvironment> = {}): Relay {
  return createRelay({
    network,
    clock,
    resolver: worldResolver(),
    wallClock: () => Date.now(),
    domain: 'sender.test',
    roots,
    allowSpecial: true,
    timing: { deadline: 10_000 },
    ...more,
  });
}

/** So many at a time, the answers in order. */
export async function inParallel<T, R>(
  width: number,
  all: readonly T[],
  work: (one: T) => Promise<R>,
): Promise<readonly R[]> {
  const done: R[] = [];
  const next = all.entries();
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (const [index, one] of next) done[index] = await work(one);
    }),
  );
  return done;
}

/** What was demanded of the host that took a message, and how it was proven; `undefined` where there was no TLS. */
export function tlsOf({
  recipients: [result],
  domains: [domain],
}: Delivered): { readonly decision: TryHost; readonly verifiedBy: string | undefined } | undefined {
  if (result?.status !== 'delivered' || result.protection.method === 'plaintext') return undefined;
  const hosts = domain?.plan.status === 'deliver' ? domain.plan.hosts : [];
  const decision = hosts.find(({ host }) => host === result.host)?.ways[0]?.decision;
  if (decision?.status !== 'try') throw new Error(`no plan had TLS with ${result.host}`);
  const { verification } = result.protection.tls;
  return { decision, verifiedBy: verification?.status === 'verified' ? verification.by : undefined };
}

/** `deferred REASON`, `refused REASON`; nothing for what was delivered. */
export function failureOf({ recipients: [result] }: Delivered): string | undefined {
  if (result?.status === 'delivered') return undefined;
  return result ? `${result.status} ${result.reason}` : 'no result';
}
