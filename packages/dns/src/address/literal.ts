import { ipOctets, ipText } from '@postern/wire';

/** The address in its one text form, or `undefined` for anything that is no IP literal. */
export function normalAddress(text: string): string | undefined {
  const octets = ipOctets(text);
  return octets && ipText(octets);
}

/**
 * The address in the literal form of mail, `[192.0.2.1]` or `[IPv6:2001:db8::1]` (RFC 5321 §4.1.3), or `undefined` for
 * anything else.
 */
export function mailAddressLiteral(domain: string): string | undefined {
  if (!domain.startsWith('[') || !domain.endsWith(']')) return undefined;
  const inside = domain.slice(1, -1);
  if (/^ipv6:/i.test(inside))
    return inside.slice(5).includes(':') ? normalAddress(inside.slice(5)) : undefined;
  return inside.includes(':') ? undefined : normalAddress(inside);
}
