import { utf8 } from '@postern/wire';

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The text behind an xtext (RFC 3461 §4): `+` and two upper-case hexadecimal digits stand for an octet. UTF-8 is let through, as
 * RFC 6533 §3 allows in an ORCPT. `undefined` where it is none.
 */
export function decodeXtext(text: string): string | undefined {
  if (!/^(?:[!-*,-<>-~\u0080-\uffff]|\+[0-9A-F]{2})*$/.test(text)) return undefined;
  const octets: number[] = [];
  for (const [, hex, plain] of text.matchAll(/\+([0-9A-F]{2})|([^+]+)/g)) {
    if (hex !== undefined) octets.push(Number.parseInt(hex, 16));
    else octets.push(...utf8(plain ?? ''));
  }
  try {
    return strict.decode(Uint8Array.from(octets));
  } catch {
    return undefined;
  }
}
