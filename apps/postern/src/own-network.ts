import { createHash } from 'node:crypto';
import type { NetworkInterfaceInfo } from 'node:os';
import { specialRange } from '@postern/dns';
import { ipOctets, ipText } from '@postern/wire';

/** What a memory takes as the name of a network. */
const LONGEST = 100;

/**
 * A text that is another one in another network: what a firewall of one swallows may go through in the other. For IPv4 it is our
 * address, because most private networks have the same few prefixes; for IPv6 the network alone, because there our address changes
 * within one (RFC 8981 §3.4). A link-local address is the same everywhere and says nothing.
 */
export function networkName(
  interfaces: Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>,
): string {
  const networks = Object.values(interfaces)
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, address }) => !internal && specialRange(address) !== 'link-local')
    .map(({ family, cidr, address }) => (family === 'IPv6' ? subnetOf(address) : (cidr ?? address)));
  const name = [...new Set(networks)].toSorted().join(' ');
  return name.length <= LONGEST ? name : createHash('sha256').update(name).digest('hex');
}

/** RFC 4291 §2.5.1: the upper half of an address names its link. */
function subnetOf(address: string): string {
  const octets = ipOctets(address);
  return octets ? `${ipText(octets.fill(0, 8))}/64` : address;
}
