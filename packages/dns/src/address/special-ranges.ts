import { ipOctets, UsageError } from '@postern/wire';

/** The ranges of addresses that do not lead to a server on the public internet (RFC 6890 and the registries it set up). */
export type SpecialRange =
  | 'unspecified'
  | 'loopback'
  | 'link-local'
  | 'multicast'
  | 'documentation'
  | 'benchmarking'
  | 'reserved'
  | 'private'
  | 'shared';

/** Ranges that are dialled all the same, because mail servers of one's own network live there. They are only reported. */
const reportedOnly: ReadonlySet<SpecialRange> = new Set<SpecialRange>(['private', 'shared']);

/** A range, its prefix in octets so that nothing is compared as text. */
interface Prefix {
  readonly octets: Uint8Array;
  readonly bits: number;
  readonly range: SpecialRange;
}

const v4Ranges: readonly Prefix[] = [
  prefix('0.0.0.0/8', 'unspecified'), // RFC 791 §3.2, RFC 1122 §3.2.1.3
  prefix('10.0.0.0/8', 'private'), // RFC 1918 §3
  prefix('100.64.0.0/10', 'shared'), // RFC 6598 §7
  prefix('127.0.0.0/8', 'loopback'), // RFC 1122 §3.2.1.3
  prefix('169.254.0.0/16', 'link-local'), // RFC 3927 §1.2; cloud machines keep their secrets there
  prefix('172.16.0.0/12', 'private'),
  prefix('192.0.0.0/24', 'reserved'), // RFC 6890 §2.1
  prefix('192.0.2.0/24', 'documentation'), // RFC 5737 §3
  prefix('192.88.99.0/24', 'reserved'), // RFC 7526 §6: the relays of 6to4 are gone
  prefix('192.168.0.0/16', 'private'),
  prefix('198.18.0.0/15', 'benchmarking'), // RFC 2544 appendix C.2.2
  prefix('198.51.100.0/24', 'documentation'),
  prefix('203.0.113.0/24', 'documentation'),
  prefix('224.0.0.0/4', 'multicast'), // RFC 5771 §3
  prefix('240.0.0.0/4', 'reserved'), // RFC 1112 §4, with the limited broadcast
];

const v6Ranges: readonly Prefix[] = [
  prefix('::/128', 'unspecified'), // RFC 4291 §2.5.2
  prefix('::1/128', 'loopback'), // RFC 4291 §2.5.3
  prefix('64:ff9b:1::/48', 'private'), // RFC 8215 §3: NAT64 of one network
  prefix('2001:2::/48', 'benchmarking'), // RFC 5180 §8
  prefix('2001:db8::/32', 'documentation'), // RFC 3849 §4
  prefix('2001::/23', 'reserved'), // RFC 2928 §2: Teredo, ORCHID and the like; no mail server among them
  prefix('3fff::/20', 'documentation'), // RFC 9637 §3
  prefix('fc00::/7', 'private'), // RFC 4193 §3.1
  prefix('fe80::/10', 'link-local'), // RFC 4291 §2.5.6
  prefix('fec0::/10', 'private'), // RFC 3879 §4, site-local
  prefix('ff00::/8', 'multicast'), // RFC 4291 §2.7
];

/** RFC 4291 §2.4: outside of the ranges above, global unicast addresses are given out of this one only. */
const globalUnicast: Prefix = prefix('2000::/3', 'reserved');

/** IPv6 prefixes that carry an IPv4 address, with the octet where it begins: a guard must look inside. */
const embeddings: readonly { readonly outer: Prefix; readonly offset: number }[] = [
  { outer: prefix('::ffff:0:0/96', 'reserved'), offset: 12 }, // RFC 4291 §2.5.5.2
  { outer: prefix('64:ff9b::/96', 'reserved'), offset: 12 }, // RFC 6052 §2.1
  { outer: prefix('2002::/16', 'reserved'), offset: 2 }, // RFC 3056 §2
  { outer: prefix('::/96', 'reserved'), offset: 12 }, // RFC 4291 §2.5.5.1, long deprecated
];

/**
 * The special range an address belongs to, or `undefined` for an ordinary one. IPv4 addresses inside IPv6 (mapped,
 * compatible, NAT64, 6to4) count as what they carry; a zone identifier (RFC 4007 §11) does not matter.
 *
 * Throws a `UsageError` `argument-refused` for what is no IP literal: nothing that cannot be read counts as ordinary.
 *
 * @example
 * ```ts run
 * import { specialRange } from '@postern/dns';
 * console.log(specialRange('::ffff:127.0.0.1')); // loopback
 * ```
 */
export function specialRange(address: string): SpecialRange | undefined {
  const octets = ipOctets(address.replace(/%.*$/s, ''));
  if (!octets) throw new UsageError('an IP literal was expected', 'IP literal', 'argument-refused');
  if (octets.length === 4) return rangeOf(octets, v4Ranges);
  const named = rangeOf(octets, v6Ranges);
  if (named !== undefined) return named;
  for (const { outer, offset } of embeddings) {
    if (lies(octets, outer)) return rangeOf(octets.subarray(offset, offset + 4), v4Ranges);
  }
  return lies(octets, globalUnicast) ? undefined : 'reserved';
}

/** Whether the guard keeps a program from dialling addresses of a range, unless it was told to allow them. */
export function isForbidden(range: SpecialRange): boolean {
  return !reportedOnly.has(range);
}

function rangeOf(octets: Uint8Array, ranges: readonly Prefix[]): SpecialRange | undefined {
  return ranges.find((one) => lies(octets, one))?.range;
}

function lies(octets: Uint8Array, { octets: wanted, bits }: Prefix): boolean {
  for (let at = 0; at * 8 < bits; at += 1) {
    const mask = (0xff00 >> Math.min(8, bits - at * 8)) & 0xff;
    if (((octets[at] ?? 0) & mask) !== ((wanted[at] ?? 0) & mask)) return false;
  }
  return true;
}

function prefix(text: `${string}/${number}`, range: SpecialRange): Prefix {
  const [address = '', bits] = text.split('/');
  const octets = ipOctets(address);
  if (octets === undefined) throw new UsageError(`${text} is no prefix`, 'internal');
  return { octets, bits: Number(bits), range };
}
