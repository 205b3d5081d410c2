/** An address as its 4 or 16 octets, or `undefined` for anything that is no strict IPv4 or IPv6 literal. */
export function parseAddress(text: string): Uint8Array | undefined {
  return text.includes(':') ? parseV6(text) : parseV4(text);
}

/** The text form of RFC 5952: lower case, the first of the longest runs of zero groups shortened. */
export function formatAddress(octets: Uint8Array): string {
  if (octets.length === 4) return octets.join('.');
  const groups = Array.from(
    { length: 8 },
    (_, index) => (octetAt(octets, 2 * index) << 8) | octetAt(octets, 2 * index + 1),
  );
  let best = { start: 0, length: 0 };
  for (let start = 0; start < 8; start += 1) {
    let length = 0;
    while (start + length < 8 && groups[start + length] === 0) length += 1;
    if (length > best.length) best = { start, length };
  }
  const text = (some: readonly number[]): string => some.map((group) => group.toString(16)).join(':');
  // RFC 5952 §4.2.2: a single zero group is not shortened.
  if (best.length < 2) return text(groups);
  return `${text(groups.slice(0, best.start))}::${text(groups.slice(best.start + best.length))}`;
}

/** The address in its one text form, or `undefined` for something else. */
export function normalAddress(text: string): string | undefined {
  const octets = parseAddress(text);
  return octets && formatAddress(octets);
}

/**
 * The address in the literal form of mail, `[192.0.2.1]` or `[IPv6:2001:db8::1]` (RFC 5321 §4.1.3), or `undefined` for
 * anything else.
 */
export function mailAddressLiteral(domain: string): string | undefined {
  const inside = /^\[(.*)\]$/s.exec(domain)?.[1];
  if (inside === undefined) return undefined;
  if (/^ipv6:/i.test(inside))
    return inside.slice(5).includes(':') ? normalAddress(inside.slice(5)) : undefined;
  return inside.includes(':') ? undefined : normalAddress(inside);
}

function octetAt(octets: Uint8Array, at: number): number {
  return octets[at] ?? 0;
}

function parseV4(text: string): Uint8Array | undefined {
  // No leading zeros: some read them as octal.
  if (!/^(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){3}$/.test(text)) return undefined;
  const numbers = text.split('.').map(Number);
  return numbers.every((number) => number <= 255) ? Uint8Array.from(numbers) : undefined;
}

function parseV6(text: string): Uint8Array | undefined {
  if (text.length > 45) return undefined;
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const groups = halves.map((half, index) => parseGroups(half, index === halves.length - 1));
  const [head, tail] = groups;
  if (!head || (halves.length === 2 && !tail)) return undefined;
  const missing = 8 - head.length - (tail?.length ?? 0);
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const all = [
    ...head,
    ...Array.from({ length: halves.length === 2 ? missing : 0 }, () => 0),
    ...(tail ?? []),
  ];
  return Uint8Array.from(all.flatMap((group) => [group >> 8, group & 0xff]));
}

/** Groups between colons; the last may be a dotted IPv4 address (RFC 4291 §2.2). */
function parseGroups(text: string, mayEndInV4: boolean): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    const v4 = mayEndInV4 && index === parts.length - 1 && part.includes('.') ? parseV4(part) : undefined;
    if (v4) groups.push((octetAt(v4, 0) << 8) | octetAt(v4, 1), (octetAt(v4, 2) << 8) | octetAt(v4, 3));
    else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return groups;
}
