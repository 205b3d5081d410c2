import { UsageError } from '@postern/wire';

/** The name of a mailbox, for people and for the wire. */
export interface MailboxName {
  /** For people. */
  readonly name: string;
  /** As the server writes it, to be sent back unchanged (RFC 9051 §5.1: case and all). */
  readonly wire: string;
  /** Where the wire form is no valid modified UTF-7, or no UTF-8; `name` is the wire form then. */
  readonly invalid?: true;
  /** Where it is no UTF-8: the octets, which are sent back in place of `wire`. */
  readonly octets?: Uint8Array;
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,';
const digitOf: ReadonlyMap<string, number> = new Map(Array.from(alphabet, (digit, value) => [digit, value]));

/**
 * Writes a name in modified UTF-7, as IMAP4rev1 wants it (RFC 3501 §5.1.3): `&` and what is not printable ASCII in Base64 of
 * UTF-16, neighbours in one run. Throws a `UsageError` for a lone surrogate, which is no character.
 *
 * @example
 * ```ts run
 * import { encodeMailboxName } from '@postern/imap';
 * console.log(encodeMailboxName('Entwürfe')); // Entw&APw-rfe
 * ```
 */
export function encodeMailboxName(name: string): string {
  if (!name.isWellFormed())
    throw new UsageError('the name holds half a character', 'RFC 3501 §5.1.3', 'argument-refused');
  return name.replaceAll('&', '&-').replaceAll(/[^\x20-\x7e]+/g, (run) => `&${base64(run)}-`);
}

function base64(run: string): string {
  let text = '';
  let bits = 0;
  let value = 0;
  for (let at = 0; at < run.length; at += 1) {
    value = ((value << 16) | run.charCodeAt(at)) & 0x3f_ffff;
    for (bits += 16; bits >= 6; bits -= 6) text += alphabet[(value >> (bits - 6)) & 63];
  }
  return bits > 0 ? text + alphabet[(value << (6 - bits)) & 63] : text;
}

/**
 * Reads a name as the server wrote it. Text beyond ASCII is taken as it is: it is UTF-8, asked for or not. Never throws: what
 * is no modified UTF-7 comes back as it stands, marked (RFC 3501 §5.1.3: no printable ASCII in Base64, no needless shift,
 * padding of zeros).
 *
 * @example
 * ```ts run
 * import { decodeMailboxName } from '@postern/imap';
 * console.log(decodeMailboxName('&ZeVnLIqe-').name); // 日本語
 * ```
 */
export function decodeMailboxName(wire: string): MailboxName {
  if (!wire.includes('&')) return { name: wire, wire };
  let name = '';
  for (let at = 0; at < wire.length;) {
    const shift = wire.indexOf('&', at);
    if (shift < 0) {
      name += wire.slice(at);
      break;
    }
    const end = wire.indexOf('-', shift);
    if (end < 0) return { name: wire, wire, invalid: true };
    const run = end === shift + 1 ? '&' : decodeRun(wire.slice(shift + 1, end));
    // A run right behind another should have been one with it.
    const needless = run !== '&' && wire.startsWith('&', end + 1) && !wire.startsWith('&-', end + 1);
    if (run === undefined || needless) return { name: wire, wire, invalid: true };
    name += wire.slice(at, shift) + run;
    at = end + 1;
  }
  return { name, wire };
}

/** The characters of one run; `undefined` where it is none that an encoder writes. */
function decodeRun(run: string): string | undefined {
  const units: number[] = [];
  let bits = 0;
  let value = 0;
  for (const character of run) {
    const digit = digitOf.get(character);
    if (digit === undefined) return undefined;
    value = ((value << 6) | digit) & 0x3f_ffff;
    bits += 6;
    if (bits < 16) continue;
    bits -= 16;
    const unit = (value >> bits) & 0xffff;
    if (unit >= 0x20 && unit <= 0x7e) return undefined;
    units.push(unit);
  }
  // What is left are fewer than six zeros.
  if (bits >= 6 || (value & ((1 << bits) - 1)) !== 0) return undefined;
  let text = '';
  for (let at = 0; at < units.length; at += 4096) text += String.fromCharCode(...units.slice(at, at + 4096));
  return text.isWellFormed() ? text : undefined;
}
