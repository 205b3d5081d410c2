import { octets } from './tokens.ts';
import { number64 } from './numbers.ts';
import type { Number64 } from './numbers.ts';
import { BRACKET, codeAt, isDigit, malformed, peek, space, SPACE, tolerate } from './scan.ts';
import { octetString, streamedHere } from './strings.ts';
import type { Scan } from './scan.ts';

/** Content of a message, or a part of it (RFC 9051 §6.4.5.1, §7.5.2). */
export class Section {
  /** `BODY`, or `BINARY` where the transfer encoding is undone already (RFC 3516), or `RFC822…` of IMAP4rev1. */
  readonly item: string;
  /** What stands in the brackets, as it came: empty for the whole message, `1.2`, `HEADER.FIELDS (Subject)`. */
  readonly section: string;
  /** The first octet that was asked for, where only a piece was (RFC 9051 §6.4.5). */
  readonly origin: Number64 | undefined;
  /** The content, one character per octet; `null` = NIL, or no value at all. */
  readonly latin1: string | null;
  /** How many octets it has where they were handed on in chunks, so that none are here. */
  readonly streamedOctets: number | undefined;

  constructor(
    item: string,
    section: string,
    origin: Number64 | undefined,
    latin1: string | null,
    streamedOctets?: number,
  ) {
    this.item = item;
    this.section = section;
    this.origin = origin;
    this.latin1 = latin1;
    this.streamedOctets = streamedOctets;
  }

  /** The content's octets, made anew each time; `null` where there is no content. */
  get bytes(): Uint8Array | null {
    return this.latin1 === null ? null : octets(this.latin1);
  }
}

/** Reads `[section]<origin> value` behind the item's name. */
export function sectionItem(scan: Scan, item: string): Section {
  const { text } = scan;
  let specification = '';
  if (peek(scan) === BRACKET) {
    const end = sectionEnd(scan);
    specification = text.slice(scan.at + 1, end);
    scan.at = end + 1;
  }
  const origin = passOrigin(scan);
  // Yandex leaves the value out (MailKit #1708).
  if (peek(scan) !== SPACE) {
    tolerate(scan, 'missing-value');
    return new Section(item, specification, origin, null);
  }
  space(scan);
  const content = octetString(scan) ?? null;
  const streamed = content === '' ? streamedHere(scan, scan.at) : undefined;
  return new Section(item, specification, origin, streamed === undefined ? content : null, streamed);
}

/** Where the brackets that open here close: field names inside may be strings with a bracket in them. */
export function sectionEnd(scan: Scan): number {
  const { text } = scan;
  let quoted = false;
  for (let at = scan.at + 1; at < text.length; at += 1) {
    const code = codeAt(scan, at);
    if (code === 0x0d) break;
    if (code === 0x22) quoted = !quoted;
    else if (quoted && code === 0x5c) at += 1;
    else if (!quoted && code === 0x5d) return at;
  }
  throw malformed;
}

/** Passes `<origin>`; one server writes the length too, `<0.1024>`. */
export function passOrigin(scan: Scan): Number64 | undefined {
  const { text } = scan;
  if (peek(scan) !== 0x3c) return undefined;
  const from = scan.at + 1;
  const end = text.indexOf('>', from);
  if (end < 0 || end - from > 40) throw malformed;
  let digits = from;
  while (isDigit(codeAt(scan, digits))) digits += 1;
  if (digits === from) throw malformed;
  if (digits < end) tolerate(scan, 'wrong-field');
  scan.at = end + 1;
  const value = BigInt(text.slice(from, digits));
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}

/** `BINARY.SIZE[part] number` (RFC 3516 §4.4). */
export interface BinarySize {
  readonly section: string;
  readonly octets: Number64 | undefined;
}

export function binarySize(scan: Scan): BinarySize {
  const end = sectionEnd(scan);
  const part = scan.text.slice(scan.at + 1, end);
  scan.at = end + 1;
  space(scan);
  return { section: part, octets: number64(scan) };
}
