import { UsageError, WireError } from '@postern/wire';
import type { Evidence } from '@postern/wire';

/** RFC 1035 §2.3.4: 63 octets a label. */
const MAX_LABEL = 63;
/** RFC 1035 §2.3.4: 255 octets on the wire are 253 characters of text, without the last dot. */
export const MAX_NAME = 253;

const allowedAscii = /^[A-Za-z0-9_.-]+$/;

/** Options of {@link domainName}. */
export interface DomainNameOptions {
  /**
   * Whether labels that begin with an underscore are allowed, as in `_25._tcp.mx.example.org`. Default `false`: hosts and
   * mail domains have none; only the owner names of SRV, TLSA and TXT records do (RFC 8552).
   */
  readonly underscores?: boolean;
}

/**
 * Brings a name into the one form used everywhere here: A-labels, lower case, no trailing dot. U-labels are converted by
 * UTS #46, non-transitional, so `ß` stays itself (RFC 5890, 5891); names compare without regard to case (RFC 4343).
 *
 * Throws a {@link WireError} of kind `dns` with reason `dns-bad-name` for an empty label, a label of more than 63 or a name
 * of more than 253 octets, and for anything but letters, digits, hyphens and underscores. Nothing is looked up.
 *
 * @example
 * ```ts
 * import { domainName } from '@postern/dns';
 * domainName('STRAßE.example.'); // 'xn--strae-oqa.example'
 * ```
 */
export function domainName(text: string, options?: DomainNameOptions): string {
  const ascii = isAscii(text) ? text : toAscii(text);
  if (!allowedAscii.test(ascii)) throw badName('RFC 1123 §2.1');
  const name = asciiLower(withoutLastDot(ascii));
  if (name.length > MAX_NAME) throw badName('RFC 1035 §2.3.4');
  for (const label of name.split('.')) {
    if (label.length === 0 || label.length > MAX_LABEL) throw badName('RFC 1035 §2.3.4');
    if (label.startsWith('_') && options?.underscores !== true) throw badName('RFC 8552 §1.1');
  }
  return name;
}

/** Whether two names are the same: case and a trailing dot do not matter (RFC 4343). */
export function sameName(one: string, other: string): boolean {
  return asciiLower(withoutLastDot(one)) === asciiLower(withoutLastDot(other));
}

/**
 * The owner name of the TLSA records for a service, by RFC 6698 §3: the port in decimal, the protocol, the host.
 *
 * Throws `dns-bad-name` where the whole is no name, a `UsageError` for what is no port.
 *
 * @example
 * ```ts
 * import { tlsaName } from '@postern/dns';
 * tlsaName('mx1.example.com', 25); // '_25._tcp.mx1.example.com'
 * ```
 */
export function tlsaName(host: string, port: number): string {
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new UsageError(`${port} is no port`, 'port');
  return domainName(`_${port}._tcp.${host}`, { underscores: true });
}

/** Whether `name` is `ancestor` or lies below it; both in the form of {@link domainName}. The root is `.`. */
export function isWithin(name: string, ancestor: string): boolean {
  return ancestor === '.' || name === ancestor || name.endsWith(`.${ancestor}`);
}

/** The name one label up, or `.` above the last label. */
export function parentName(name: string): string {
  const dot = name.indexOf('.');
  return dot < 0 || name === '.' ? '.' : name.slice(dot + 1);
}

/** A name off the wire or out of a zone in our form; the root stays `.`. It is printable ASCII already. */
export function normalName(text: string): string {
  return text === '.' ? text : asciiLower(withoutLastDot(text));
}

/** Lower case for ASCII letters only: `toLowerCase` would also turn U+212A, the Kelvin sign, into a `k`. */
function asciiLower(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

function withoutLastDot(text: string): string {
  return text.endsWith('.') ? text.slice(0, -1) : text;
}

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) > 0x7f) return false;
  return true;
}

/**
 * UTS #46 by the runtime's URL parser, which every platform has. It would read more than a name into ASCII delimiters, so
 * those are refused first; it also turns a name that ends in a number into an address, so that is refused afterwards.
 */
function toAscii(text: string): string {
  // More characters than this cannot become a name that is short enough; the mapping may not cost more than they do.
  if (text.length > MAX_NAME + 1) throw badName('RFC 1035 §2.3.4');
  for (const character of text) {
    if (character.charCodeAt(0) <= 0x7f && !allowedAscii.test(character)) throw badName('RFC 1123 §2.1');
  }
  let host: string;
  try {
    host = new URL(`http://${text}/`).hostname;
  } catch {
    throw badName('RFC 5891 §4.2');
  }
  if (/(^|\.)\d+\.?$/.test(host)) throw badName('RFC 5891 §4.2');
  return host;
}

function badName(rule: NonNullable<Evidence['rule']>): WireError {
  return new WireError({ kind: 'dns', reason: 'dns-bad-name', phase: 'dns', after: 0, evidence: { rule } });
}
