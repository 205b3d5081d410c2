import { ipOctets } from '@postern/wire';

/**
 * The network an address is announced in, as a text: a /24 of IPv4, a /48 of IPv6. A firewall's rule rarely stands for one address
 * of a provider alone. An address that cannot be read is a network of its own.
 */
export function prefixOf(address: string): string {
  if (!address.includes(':')) {
    const end = address.lastIndexOf('.');
    return end < 0 ? address : `${address.slice(0, end)}.0/24`;
  }
  const embedded = embeddedNetwork(address);
  if (embedded !== undefined) return embedded;
  const [head = ''] = address.split('%');
  const [before = '', after] = head.split('::');
  const left = before === '' ? [] : before.split(':');
  const right = after === undefined || after === '' ? [] : after.split(':');
  const zeros =
    after === undefined ? [] : Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0');
  const groups = [...left, ...zeros, ...right]
    .slice(0, 3)
    .map((group) => Number.parseInt(group, 16).toString(16));
  return `${groups.join(':')}::/48`;
}

/**
 * An IPv4 address inside IPv6 belongs to the IPv4 network: mapped (RFC 4291 §2.5.5.2), or as NAT64 writes it (RFC 6052 §2.1), where
 * all servers of IPv4 would else be one network.
 */
function embeddedNetwork(address: string): string | undefined {
  if (!/^(::|0*:0*:|0*64:)/.test(address)) return undefined;
  const octets = ipOctets(address);
  if (!octets) return undefined;
  const [a = 0, b = 0, c = 0] = octets.subarray(12);
  const mapped =
    octets[10] === 0xff && octets[11] === 0xff && octets.subarray(0, 10).every((octet) => octet === 0);
  return mapped || isNat64(octets) ? `${a}.${b}.${c}.0/24` : undefined;
}

/** 64:ff9b::/96. */
function isNat64(octets: Uint8Array): boolean {
  const [a, b, c, d, ...rest] = octets.subarray(0, 12);
  return a === 0 && b === 0x64 && c === 0xff && d === 0x9b && rest.every((octet) => octet === 0);
}
