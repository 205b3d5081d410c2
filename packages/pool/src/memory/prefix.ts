/**
 * The network an address is announced in, as a text: a /24 of IPv4, a /48 of IPv6. A firewall's rule rarely stands for one address
 * of a provider alone. An address that cannot be read is a network of its own.
 */
export function prefixOf(address: string): string {
  if (!address.includes(':')) {
    const end = address.lastIndexOf('.');
    return end < 0 ? address : `${address.slice(0, end)}.0/24`;
  }
  // An IPv4 address inside IPv6 belongs to the IPv4 network.
  const embedded = /^::ffff:(\d+\.\d+\.\d+)\.\d+$/i.exec(address)?.[1];
  if (embedded !== undefined) return `${embedded}.0/24`;
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
