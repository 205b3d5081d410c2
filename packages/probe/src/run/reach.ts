import { addresses } from '@postern/dns';
import { connectAll } from '@postern/pool';
import type { Attempt, Connecting, Memory } from '@postern/pool';
import { WireError } from '@postern/wire';
import type { ServiceEndpoint } from '../report/endpoint.ts';
import type { ProbeEnvironment } from './environment.ts';
import type { Recorder } from './recorder.ts';

/** The host whose addresses are dialled. */
export function dialledHost(host: string, { connectTo }: Pick<ProbeEnvironment, 'connectTo'>): string {
  return connectTo ?? host;
}

/**
 * Finds the addresses to dial. Rejects with a `WireError` where there are none: `dns-nxdomain`, `dns-nodata`,
 * `address-forbidden`, or the resolver's failure.
 */
export async function locate(
  host: string,
  environment: ProbeEnvironment,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { resolver, connectTo, allowSpecial = false } = environment;
  const found = await addresses(resolver, dialledHost(host, environment), {
    signal,
    // The guard is against what strangers publish; the host to dial was named by the caller.
    allowSpecial: allowSpecial || connectTo !== undefined,
  });
  switch (found.status) {
    case 'addresses':
      return found.addresses;
    case 'no-such-domain':
      throw new WireError({ kind: 'dns', reason: 'dns-nxdomain', phase: 'dns', after: 0 });
    case 'no-addresses':
      throw new WireError({ kind: 'dns', reason: 'dns-nodata', phase: 'dns', after: 0 });
    case 'forbidden':
      throw new WireError({ kind: 'policy', reason: 'address-forbidden', phase: 'dns', after: 0 });
  }
}

/** Dials all addresses of an endpoint. A probe that has no method yet leaves it out. */
export function reach(
  { port, method }: Pick<ServiceEndpoint, 'port'> & Partial<Pick<ServiceEndpoint, 'method'>>,
  hosts: readonly string[],
  environment: ProbeEnvironment,
  signal: AbortSignal,
): Connecting {
  const { network, clock, sockets, remembered } = environment;
  const memory = watched(environment);
  return connectAll(
    hosts.map((address) => ({ address, port })),
    {
      network,
      clock,
      signal,
      ...(method === undefined ? {} : { method }),
      ...(memory ? { memory } : {}),
      ...(remembered === undefined ? {} : { remembered }),
      ...(sockets === undefined ? {} : { sockets }),
    },
  );
}

/** The memory, with the watch for local blocks listening. */
function watched({ memory, blocks }: ProbeEnvironment): Memory | undefined {
  if (!blocks) return memory;
  return {
    judge: (endpoint, now) => memory?.judge(endpoint, now) ?? 'try',
    note: (observation) => {
      blocks.note(observation);
      memory?.note(observation);
    },
    recall: (endpoint, now) => memory?.recall?.(endpoint, now),
    loss: (now) => memory?.loss?.(now) ?? 0,
  };
}

/** Notes what became of the addresses that were dialled and not gone through; one that answered late was connected too. */
export function noteAttempts(attempts: readonly Attempt[], recorder: Recorder): void {
  for (const { endpoint, outcome, reason } of attempts) {
    if (outcome === 'granted') continue;
    if (outcome === 'open') recorder.note('connected', endpoint.address);
    else recorder.note('not-connected', `${endpoint.address} ${reason ?? outcome}`);
  }
}
