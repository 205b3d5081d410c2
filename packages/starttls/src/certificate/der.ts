import { latin1 } from '@postern/wire';

/**
 * A strict reader of DER (X.690 §10): definite lengths in their shortest form, one-octet tags, nothing left over where
 * the caller says so. That is all a certificate needs. Whatever else comes is {@link DerError}, which never leaves this
 * folder: {@link orNothing} turns it into `undefined`.
 *
 * Rejected alternative: reading the text that Node makes of an extension. It quotes names in one release and not in
 * the next, and a name that holds a comma or a NUL can pose as two names (CVE-2021-44531, CVE-2021-44532).
 */

/** The bytes are no DER, or not what stands here by the grammar. */
export class DerError extends Error {
  override readonly name: string = 'DerError';
}

/** What `read` gives; `undefined` where it met bytes that are no DER. */
export function orNothing<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof DerError) return undefined;
    throw error;
  }
}

/** Universal tags that occur in certificates, and the context tags, by their identifier octet. */
export const tag = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utf8String: 0x0c,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  universalString: 0x1c,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const;

/** The identifier octet of a context-specific tag: primitive (`0x80`) or constructed (`0xa0`). */
export function context(number: number, form: 'primitive' | 'constructed'): number {
  return (form === 'primitive' ? 0x80 : 0xa0) + number;
}

/** One element: its identifier octet, its content, and the element as a whole. Views of the input, no copies. */
export interface DerElement {
  readonly tag: number;
  readonly content: Uint8Array;
  readonly whole: Uint8Array;
}

/** Reads elements one after the other. */
export class DerReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Whether anything is left. */
  get more(): boolean {
    return this.#at < this.#bytes.length;
  }

  /** The next element, which must have this tag if one is given. */
  next(expected?: number): DerElement {
    const bytes = this.#bytes;
    const start = this.#at;
    const identifier = this.#octet(start);
    if ((identifier & 0x1f) === 0x1f) throw new DerError('a tag of more than one octet');
    if (expected !== undefined && identifier !== expected) throw new DerError('another tag was expected');
    let at = start + 2;
    let length = this.#octet(start + 1);
    if (length >= 0x80) {
      // X.690 §10.1: definite form, in the least number of octets. Three octets hold 16 MiB, far above any limit here.
      const count = length - 0x80;
      if (count === 0 || count > 3) throw new DerError('an indefinite or immense length');
      length = 0;
      for (; at < start + 2 + count; at += 1) length = length * 256 + this.#octet(at);
      if (length < 0x80 || length < 256 ** (count - 1)) throw new DerError('a length longer than need be');
    }
    const end = at + length;
    if (end > bytes.length) throw new DerError('an element that ends behind the bytes');
    this.#at = end;
    return { tag: identifier, content: bytes.subarray(at, end), whole: bytes.subarray(start, end) };
  }

  /** The next element if it has this tag; else nothing is consumed. */
  optional(expected: number): DerElement | undefined {
    return this.#bytes[this.#at] === expected ? this.next(expected) : undefined;
  }

  /** A reader over the content of the next element. */
  enter(expected: number): DerReader {
    return new DerReader(this.next(expected).content);
  }

  /** Nothing may be left. */
  end(): void {
    if (this.more) throw new DerError('something is left over');
  }

  #octet(at: number): number {
    const octet = this.#bytes[at];
    if (octet === undefined) throw new DerError('the bytes end early');
    return octet;
  }
}

/** The only element of some bytes. */
export function single(bytes: Uint8Array, expected?: number): DerElement {
  const reader = new DerReader(bytes);
  const element = reader.next(expected);
  reader.end();
  return element;
}

/** An object identifier in dotted form. Arcs may be of any size: the `2.25` arc carries 128-bit numbers. */
export function readOid(content: Uint8Array): string {
  // 64 octets are more than any identifier in use has; a longer one would cost the square of its length.
  if (content.length === 0 || content.length > 64) throw new DerError('no object identifier');
  const arcs: bigint[] = [];
  let arc = 0n;
  let open = false;
  for (const octet of content) {
    if (!open && octet === 0x80) throw new DerError('an arc longer than need be');
    arc = arc * 128n + BigInt(octet & 0x7f);
    open = octet >= 0x80;
    if (open) continue;
    if (arcs.length === 0) {
      const root = arc < 80n ? arc / 40n : 2n;
      arcs.push(root, arc - root * 40n);
    } else {
      arcs.push(arc);
    }
    arc = 0n;
  }
  if (open) throw new DerError('no object identifier');
  return arcs.join('.');
}

/** A BOOLEAN; DER knows two contents only (X.690 §11.1). */
export function readBoolean(content: Uint8Array): boolean {
  if (content.length !== 1 || (content[0] !== 0 && content[0] !== 0xff)) throw new DerError('no boolean');
  return content[0] === 0xff;
}

/** The octets of a BIT STRING that is a whole number of octets long. */
export function readOctetBits(content: Uint8Array): Uint8Array {
  if (content[0] !== 0) throw new DerError('unused bits where there may be none');
  return content.subarray(1);
}

/** How many bits a positive INTEGER has, its sign left out. */
export function bitLength(content: Uint8Array): number {
  let start = 0;
  while (content[start] === 0) start += 1;
  const first = content[start];
  return first === undefined ? 0 : (content.length - start - 1) * 8 + (32 - Math.clz32(first));
}

/** Lower-case hexadecimal digits. */
export function hex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0');
  return text;
}

/**
 * Milliseconds since 1970 of a Time. RFC 5280 §4.1.2.5: always in UTC, with seconds, without fractions; two-digit years
 * from 50 on belong to the last century.
 */
export function readTime({ tag: identifier, content }: DerElement): number {
  const text = latin1(content);
  const digits =
    identifier === tag.utcTime && /^\d{12}Z$/.test(text)
      ? (Number(text.slice(0, 2)) < 50 ? '20' : '19') + text
      : identifier === tag.generalizedTime && /^\d{14}Z$/.test(text)
        ? text
        : '';
  if (digits === '') throw new DerError('no time');
  const part = (from: number, length = 2): number => Number(digits.slice(from, from + length));
  const [year, month, day] = [part(0, 4), part(4), part(6)];
  const [hour, minute, second] = [part(8), part(10), part(12)];
  const inRange =
    month >= 1 && month <= 12 && day >= 1 && day <= 31 && hour < 24 && minute < 60 && second < 61;
  if (year < 1000 || !inRange) throw new DerError('a time that does not exist');
  // oxlint-disable-next-line no-restricted-globals -- computes only; asks for no time.
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/** Whether two byte arrays are equal. Certificates are public: no constant time is needed. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at += 1) if (a[at] !== b[at]) return false;
  return true;
}
