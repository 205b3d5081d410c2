/** The longest IPv6 literal: six groups and a dotted IPv4 address. */
const LONGEST = 45;

/**
 * The octets of an IP literal, four or sixteen; `undefined` for any other text. Zone identifiers are refused: they mean
 * something on one machine only.
 *
 * @example
 * ```ts run
 * import { ipOctets, ipText } from '@postern/wire';
 * const octets = ipOctets('2001:DB8:0::1');
 * if (octets) console.log(ipText(octets)); // 2001:db8::1
 * ```
 */
export function ipOctets(text: string): Uint8Array | undefined {
  if (text.length > LONGEST) return undefined;
  return text.includes(':') ? v6(text) : v4(text);
}

/** RFC 3986 §3.2.2, dec-octet: no leading zeros, so that nothing reads as octal. */
function v4(text: string): Uint8Array | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)) {
    return undefined;
  }
  return Uint8Array.from(parts, Number);
}

/** RFC 4291 §2.2, all three forms. */
function v6(text: string): Uint8Array | undefined {
  const halves = text.split('::');
  const [head, tail] = [groups(halves[0] ?? ''), groups(halves[1] ?? '')];
  // An embedded IPv4 address ends the whole, so it cannot stand before `::`.
  if (halves.length > 2 || !head || !tail || (halves.length === 2 && halves[0]?.includes('.')))
    return undefined;
  const missing = 8 - head.length - tail.length;
  // `::` stands for at least one group; without it all eight must be there.
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const all = [...head, ...Array.from({ length: missing }, () => 0), ...tail];
  return Uint8Array.from(all.flatMap((group) => [group >> 8, group & 0xff]));
}

function groups(text: string): number[] | undefined {
  if (text === '') return [];
  const parts = text.split(':');
  const last = parts.at(-1) ?? '';
  const embedded = last.includes('.') ? v4(last) : undefined;
  if (embedded) parts.pop();
  if (!parts.every((part) => /^[\da-f]{1,4}$/i.test(part))) return undefined;
  const numbers = parts.map((part) => Number.parseInt(part, 16));
  const [a = 0, b = 0, c = 0, d = 0] = embedded ?? [];
  return embedded ? [...numbers, a * 256 + b, c * 256 + d] : numbers;
}

/** Four or sixteen octets as text; IPv6 in the short form of RFC 5952 §4. */
export function ipText(octets: Uint8Array): string {
  if (octets.length === 4) return octets.join('.');
  const numbers = Array.from(
    { length: 8 },
    (_, at) => (octets[at * 2] ?? 0) * 256 + (octets[at * 2 + 1] ?? 0),
  );
  let best = { start: -1, length: 1 };
  for (let start = 0; start < 8; start += 1) {
    let length = 0;
    while (numbers[start + length] === 0) length += 1;
    if (length > best.length) best = { start, length };
  }
  const text = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(':');
  if (best.start < 0) return text(numbers);
  return `${text(numbers.slice(0, best.start))}::${text(numbers.slice(best.start + best.length))}`;
}
