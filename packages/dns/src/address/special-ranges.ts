import { parseAddress } from './ip.ts';

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

const v4Ranges: readonly (readonly [prefix: string, bits: number, range: SpecialRange])[] = [
  ['0.0.0.0', 8, 'unspecified'], // RFC 791 §3.2, RFC 1122 §3.2.1.3
  ['10.0.0.0', 8, 'private'], // RFC 1918 §3
  ['100.64.0.0', 10, 'shared'], // RFC 6598 §7
  ['127.0.0.0', 8, 'loopback'], // RFC 1122 §3.2.1.3
  ['169.254.0.0', 16, 'link-local'], // RFC 3927 §1.2; cloud machines keep their secrets there
  ['172.16.0.0', 12, 'private'],
  ['192.0.0.0', 24, 'reserved'], // RFC 6890 §2.1
  ['192.0.2.0', 24, 'documentation'], // RFC 5737 §3
  ['192.168.0.0', 16, 'private'],
  ['198.18.0.0', 15, 'benchmarking'], // RFC 2544 appendix C.2.2
  ['198.51.100.0', 24, 'documentation'],
  ['203.0.113.0', 24, 'documentation'],
  ['224.0.0.0', 4, 'multicast'], // RFC 5771 §3
  ['240.0.0.0', 4, 'reserved'], // RFC 1112 §4, with the limited broadcast
];

const v6Ranges: readonly (readonly [prefix: string, bits: number, range: SpecialRange])[] = [
  ['::', 128, 'unspecified'], // RFC 4291 §2.5.2
  ['::1', 128, 'loopback'], // RFC 4291 §2.5.3
  ['2001:2::', 48, 'benchmarking'], // RFC 5180 §8
  ['2001:db8::', 32, 'documentation'], // RFC 3849 §4
  ['3fff::', 20, 'documentation'], // RFC 9637 §3
  ['100::', 64, 'reserved'], // RFC 6666 §4
  ['fc00::', 7, 'private'], // RFC 4193 §3.1
  ['fe80::', 10, 'link-local'], // RFC 4291 §2.5.6
  ['ff00::', 8, 'multicast'], // RFC 4291 §2.7
];

/** IPv6 prefixes that carry an IPv4 address, with the octet where it begins: a guard must look inside. */
const embeddings: readonly (readonly [prefix: string, bits: number, offset: number])[] = [
  ['::ffff:0:0', 96, 12], // RFC 4291 §2.5.5.2
  ['64:ff9b::', 96, 12], // RFC 6052 §2.1
  ['2002::', 16, 2], // RFC 3056 §2
];

/**
 * The special range an address belongs to, or `undefined` for an ordinary one. IPv4 addresses inside IPv6 (mapped, NAT64,
 * 6to4) count as what they carry.
 *
 * @example
 * ```ts
 * import { specialRange } from '@postern/dns';
 * specialRange('::ffff:127.0.0.1'); // 'loopback'
 * ```
 */
export function specialRange(address: string): SpecialRange | undefined {
  const octets = parseAddress(address);
  if (!octets) return undefined;
  if (octets.length === 4) return rangeOf(octets, v4Ranges);
  for (const [prefix, bits, offset] of embeddings) {
    if (matches(octets, prefix, bits)) return rangeOf(octets.subarray(offset, offset + 4), v4Ranges);
  }
  return rangeOf(octets, v6Ranges);
}

/** Whether the guard keeps a program from dialling addresses of a range, unless it was told to allow them. */
export function isForbidden(range: SpecialRange): boolean {
  return !reportedOnly.has(range);
}

function rangeOf(
  octets: Uint8Array,
  ranges: readonly (readonly [prefix: string, bits: number, range: SpecialRange])[],
): SpecialRange | undefined {
  return ranges.find(([prefix, bits]) => matches(octets, prefix, bits))?.[2];
}

function matches(octets: Uint8Array, prefix: string, bits: number): boolean {
  const wanted = parseAddress(prefix);
  if (wanted?.length !== octets.length) return false;
  for (let bit = 0; bit < bits; bit += 8) {
    const mask = bits - bit >= 8 ? 0xff : (0xff << (8 - (bits - bit))) & 0xff;
    if (((octets[bit >> 3] ?? 0) & mask) !== ((wanted[bit >> 3] ?? 0) & mask)) return false;
  }
  return true;
}
