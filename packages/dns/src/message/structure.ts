/**
 * A walk over a message that believes nothing. The decoder behind it (dns-packet) throws on much malformed input, yet
 * follows pointer chains of any length, ignores the stated length of record data, and merges a label that contains a dot
 * with its neighbours. So everything it will be shown is measured here first: every name it will expand, every length it
 * will skip. What passes costs time in proportion to its size.
 */

/** RFC 1035 §2.3.4. */
const MAX_NAME_OCTETS = 255;
/** A name has at most 127 labels, so an honest one needs no more pointers. */
const MAX_POINTERS = 127;

/** A place in the message where a record was found. */
export interface RecordPlace {
  readonly section: 'answer' | 'authority' | 'additional';
  /** Where the record begins, with its owner name. */
  readonly offset: number;
  readonly type: number;
  readonly class: number;
  readonly ttl: number;
  readonly dataOffset: number;
  readonly dataLength: number;
  /** Whether text can hold its names: no label has a dot, a backslash, white space or a byte above ASCII inside. */
  readonly plainNames: boolean;
}

/** The bones of a message whose every length has been checked. */
export interface MessageStructure {
  readonly questionCount: number;
  /** Where the first question's type stands, behind its name; `undefined` without a question. */
  readonly questionTypeOffset: number | undefined;
  readonly questionPlain: boolean;
  readonly records: readonly RecordPlace[];
}

/** Malformed input, thrown and caught inside this package only. */
export class MalformedMessage extends Error {
  override readonly name: string = 'MalformedMessage';
}

interface NameWalk {
  /** Where reading goes on behind the name. */
  readonly end: number;
  readonly plain: boolean;
}

/** Walks one name. Throws {@link MalformedMessage}. */
function walkName(bytes: DataView, start: number): NameWalk {
  let at = start;
  let end = -1;
  let fragment = start;
  let octets = 1;
  let pointers = 0;
  let plain = true;
  for (;;) {
    const length = octetAt(bytes, at);
    if (length === 0) return { end: end < 0 ? at + 1 : end, plain };
    if (length < 0x40) {
      octets += length + 1;
      if (octets > MAX_NAME_OCTETS) throw new MalformedMessage('name too long');
      if (at + 1 + length > bytes.byteLength) throw new MalformedMessage('label past the end');
      plain &&= isPlainLabel(bytes, at + 1, length);
      at += 1 + length;
    } else if (length >= 0xc0) {
      // RFC 1035 §4.1.4: a pointer leads to a prior occurrence, so each must go further back than the last.
      const target = ((length & 0x3f) << 8) | octetAt(bytes, at + 1);
      if (target >= fragment) throw new MalformedMessage('pointer does not lead back');
      pointers += 1;
      if (pointers > MAX_POINTERS) throw new MalformedMessage('too many pointers');
      if (end < 0) end = at + 2;
      fragment = target;
      at = target;
    } else {
      throw new MalformedMessage('unknown label type');
    }
  }
}

/** Measures a whole message. Throws {@link MalformedMessage}. */
export function measure(bytes: DataView): MessageStructure {
  if (bytes.byteLength < 12) throw new MalformedMessage('header cut short');
  const questionCount = bytes.getUint16(4);
  let at = 12;
  let questionTypeOffset: number | undefined;
  let questionPlain = true;
  for (let index = 0; index < questionCount; index += 1) {
    const name = walkName(bytes, at);
    if (index === 0) {
      questionTypeOffset = name.end;
      questionPlain = name.plain;
    }
    at = name.end + 4;
    if (at > bytes.byteLength) throw new MalformedMessage('question cut short');
  }
  const records: RecordPlace[] = [];
  const sections = [
    ['answer', bytes.getUint16(6)],
    ['authority', bytes.getUint16(8)],
    ['additional', bytes.getUint16(10)],
  ] as const;
  for (const [section, count] of sections) {
    for (let index = 0; index < count; index += 1) {
      const record = measureRecord(bytes, at, section);
      records.push(record);
      at = record.dataOffset + record.dataLength;
    }
  }
  return { questionCount, questionTypeOffset, questionPlain, records };
}

function measureRecord(bytes: DataView, offset: number, section: RecordPlace['section']): RecordPlace {
  const owner = walkName(bytes, offset);
  const at = owner.end;
  if (at + 10 > bytes.byteLength) throw new MalformedMessage('record cut short');
  const type = bytes.getUint16(at);
  const dataOffset = at + 10;
  const dataLength = bytes.getUint16(at + 8);
  if (dataOffset + dataLength > bytes.byteLength) throw new MalformedMessage('record data past the end');
  const data = measureData(bytes, type, dataOffset, dataOffset + dataLength);
  return {
    section,
    offset,
    type,
    class: bytes.getUint16(at + 2),
    ttl: bytes.getUint32(at + 4),
    dataOffset,
    dataLength,
    plainNames: owner.plain && data,
  };
}

/** Checks the data of the types that are decoded: it must fill its stated length exactly. Returns whether names are plain. */
function measureData(bytes: DataView, type: number, start: number, end: number): boolean {
  switch (type) {
    case 1: // A, RFC 1035 §3.4.1
      return exactly(end - start === 4);
    case 28: // AAAA, RFC 3596 §2.2
      return exactly(end - start === 16);
    case 5: // CNAME, RFC 1035 §3.3.1
      return nameUpTo(bytes, start, end);
    case 15: // MX, RFC 1035 §3.3.9
      return nameUpTo(bytes, start + 2, end);
    case 33: // SRV, RFC 2782
      return nameUpTo(bytes, start + 6, end);
    case 52: // TLSA, RFC 6698 §2.1
      return exactly(end - start >= 3);
    case 16: // TXT, RFC 1035 §3.3.14: one or more character strings
      return stringsUpTo(bytes, start, end);
    case 6: {
      // SOA, RFC 1035 §3.3.13. A mailbox with a dot in its first label is common, so RNAME may be anything.
      const mname = walkName(bytes, start);
      const rname = walkName(bytes, mname.end);
      return exactly(rname.end + 20 === end) && mname.plain;
    }
    default:
      return true;
  }
}

function exactly(fits: boolean): boolean {
  if (!fits) throw new MalformedMessage('record data does not fit its length');
  return true;
}

function nameUpTo(bytes: DataView, start: number, end: number): boolean {
  const name = walkName(bytes, start);
  return exactly(name.end === end) && name.plain;
}

function stringsUpTo(bytes: DataView, start: number, end: number): boolean {
  let at = start;
  while (at < end) at += 1 + octetAt(bytes, at);
  return exactly(at === end && at > start);
}

function octetAt(bytes: DataView, at: number): number {
  if (at >= bytes.byteLength) throw new MalformedMessage('message cut short');
  return bytes.getUint8(at);
}

/** Printable ASCII without `.` and `\`: what cannot be mistaken for a different name once it is text. */
function isPlainLabel(bytes: DataView, start: number, length: number): boolean {
  for (let at = start; at < start + length; at += 1) {
    const octet = bytes.getUint8(at);
    if (octet <= 0x20 || octet >= 0x7f || octet === 0x2e || octet === 0x5c) return false;
  }
  return true;
}
