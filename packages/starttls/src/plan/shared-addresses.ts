/**
 * Hosts that share an address. A second try there is worth nothing where the same is demanded as the first time, and all where
 * it is not: the first host may have been left out, or show a certificate that is good for the second name only.
 */
import type { PlannedHost } from './ways.ts';

/**
 * Takes addresses from hosts that an earlier one has too and of which the same is demanded: they stand for each other. A host
 * without any address left is tried already, and taken out.
 */
export function withoutRepeatedAddresses(hosts: readonly PlannedHost[]): readonly PlannedHost[] {
  const earlier = new Set<string>();
  return hosts.flatMap((host) => {
    const demand = demandOf(host);
    const addresses = host.addresses.filter((address) => !earlier.has(`${address} ${demand}`));
    for (const address of addresses) earlier.add(`${address} ${demand}`);
    return addresses.length > 0 ? [{ ...host, addresses }] : [];
  });
}

/** What a host must fulfil, written out. */
function demandOf({ ways }: PlannedHost): string {
  return JSON.stringify(
    ways.map(({ port, method, decision, when }) => {
      const requirement = decision.status === 'try' ? decision.requirement : undefined;
      return [port, method, when, requirement];
    }),
  );
}
