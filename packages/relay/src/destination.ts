import type { Candidate, Terms } from '@postern/pool';
import type { PlannedHost, PlannedWay } from '@postern/starttls';
import type { Reason } from '@postern/wire';

/** A way into a host, by which a connection is made. */
export interface Entry {
  readonly host: PlannedHost;
  readonly way: PlannedWay;
}

/** Hosts that are as good as each other, with their ways: what the pool is asked for. */
export interface Destination {
  readonly key: string;
  readonly domain: string;
  readonly candidates: readonly Candidate[];
  readonly entries: ReadonlyMap<string, Entry>;
  /** Why these are the ways that are left, where TLS was tried and failed. */
  readonly because: Reason | undefined;
  /** Whether a message with REQUIRETLS is to go there. */
  readonly requireTls: 'yes' | 'no';
  /** Everything that is demanded, written out, so that no connection is used under a policy it was not made for. */
  readonly terms: Terms;
}

/** The name of a way among those of a destination. */
export function entryKey({ endpoint: { address, port }, method }: Omit<Candidate, 'rank'>): string {
  return `${address} ${port} ${method}`;
}

/** Makes a destination of the ways of some hosts: those to be raced, or those for after a failed handshake. */
export function destinationOf(
  domain: string,
  hosts: readonly PlannedHost[],
  when: PlannedWay['when'],
  { requireTls, because }: Pick<Destination, 'requireTls' | 'because'>,
): Destination {
  const entries = new Map<string, Entry>();
  const candidates: Candidate[] = [];
  for (const host of hosts) {
    for (const address of host.addresses) {
      for (const way of host.ways) {
        if (way.when !== when) continue;
        // With the name: two hosts at one address are two ways, for what is demanded there differs.
        const method = `${way.method} as ${host.host}`;
        // Each one its own rank: host by host, address by address, and at each address the ways in their order.
        const candidate = { endpoint: { address, port: way.port }, method, rank: candidates.length };
        candidates.push(candidate);
        entries.set(entryKey(candidate), { host, way });
      }
    }
  }
  const policy = JSON.stringify([requireTls, hosts, when], hexadecimal);
  const terms: Terms = {
    protocol: 'smtp',
    host: domain,
    policy,
    authorities: undefined,
    identity: undefined,
    login: undefined,
  };
  return { key: `${domain} ${policy}`, domain, candidates, entries, requireTls, because, terms };
}

/** Octets as a text, as short as they can be. */
function hexadecimal(_key: string, value: unknown): unknown {
  if (!(value instanceof Uint8Array)) return value;
  return Array.from(value, (octet) => octet.toString(16).padStart(2, '0')).join('');
}
