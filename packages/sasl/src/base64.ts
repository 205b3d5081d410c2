const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Value of each ASCII code, 255 where it is not in the alphabet. */
const values: Uint8Array = new Uint8Array(128).fill(255);
for (let value = 0; value < 64; value += 1) values[alphabet.charCodeAt(value)] = value;

/**
 * Encodes bytes as base64 with padding (RFC 4648 §4), the form all three mail protocols carry SASL in. No line breaks.
 *
 * @example
 * ```ts run
 * import { encodeBase64 } from '@postern/sasl';
 * console.log(encodeBase64(new TextEncoder().encode('tim'))); // dGlt
 * ```
 */
export function encodeBase64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const left = bytes.length - at;
    const group = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    text += alphabet.charAt(group >> 18) + alphabet.charAt((group >> 12) & 63);
    text += left > 1 ? alphabet.charAt((group >> 6) & 63) : '=';
    text += left > 2 ? alphabet.charAt(group & 63) : '=';
  }
  return text;
}

/**
 * Decodes base64 strictly: `undefined` for white space, a character outside the alphabet, missing or extra padding, or
 * anything after `=` (RFC 4954 §4, RFC 5034 §4). Platform decoders skip all of these, and what two sides read differently
 * is where attacks live. Unused bits of the last character are ignored, as RFC 4648 §3.5 leaves open.
 *
 * @example
 * ```ts run
 * import { decodeBase64 } from '@postern/sasl';
 * console.log(decodeBase64('AA==')); // Uint8Array(1) [ 0 ]
 * console.log(decodeBase64('AA')); // undefined
 * ```
 */
export function decodeBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0) return undefined;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const digits = text.length - padding;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  let buffer = 0;
  let bits = 0;
  let to = 0;
  for (let at = 0; at < digits; at += 1) {
    const value = values[text.charCodeAt(at)] ?? 255;
    if (value === 255) return undefined;
    buffer = ((buffer << 6) | value) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[to] = buffer >> bits;
    to += 1;
  }
  return bytes;
}
