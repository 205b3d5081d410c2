import * as codec from 'dns-packet';
import type { Answer, Packet, TlsaData } from 'dns-packet';
import { concatBytes, ipText, peerText } from '@postern/wire';
import { MalformedMessage, measure } from './message/structure.ts';
import type { MessageStructure, RecordPlace } from './message/structure.ts';
import { normalName } from './name.ts';
import { typeByNumber, typeNumbers } from './records.ts';
import type { Mx, ResourceRecord, RecordType, Soa, Srv } from './records.ts';

/** Decodes one record; part of the library, missing in its type declarations. */
const { answer: recordDecoder } = codec as unknown as {
  readonly answer: { readonly decode: (bytes: Buffer, offset: number) => Answer };
};

/**
 * The UDP payload we say we take (RFC 6891 §6.2.3). 1232 fits the least IPv6 MTU, so no answer is ever fragmented; larger
 * ones come truncated and are fetched over TCP.
 */
const UDP_PAYLOAD = 1232;

/** RFC 8467 §4.1. */
const PADDING_BLOCK = 128;

/** RFC 1035 §4.1.1, RFC 6891 §9. */
export const rcodes = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  BADVERS: 16,
} as const;

const CLASS_IN = 1;
const TYPE_NS = 2;
const TYPE_OPT = 41;
const OPTION_PADDING = 12;
const OPTION_EDE = 15;
/** Text of an extended error that is kept; it is a hint for people, and the peer's. */
const MAX_EDE_TEXT = 256;
/** Extended errors that are kept of one message. Servers send one, rarely two. */
const MAX_EDES = 8;

/** What is asked: a name in our form and a type. */
export interface Question {
  readonly name: string;
  readonly type: RecordType;
}

/** How a query is sent. */
export interface QueryHeader {
  readonly id: number;
  /** Whether to add an OPT record (RFC 6891). */
  readonly edns: boolean;
  /** DO: send the signatures as well (RFC 4035 §3.2.1). Not needed to get the AD bit. */
  readonly dnssecOk: boolean;
  /** CD: answer although validation fails (RFC 4035 §3.2.2); for diagnosis only. */
  readonly checkingDisabled: boolean;
  /** Whether to fill it up to a multiple of 128 octets, so that its length tells nothing; with `edns` only. Default no. */
  readonly padded?: boolean;
}

/** A message that has been checked and decoded. Records of other types and classes are left out (RFC 8482, RFC 4035). */
export interface Message {
  readonly id: number;
  readonly response: boolean;
  readonly opcode: number;
  readonly authoritative: boolean;
  readonly truncated: boolean;
  readonly recursionDesired: boolean;
  readonly recursionAvailable: boolean;
  /** AD, RFC 4035 §3.2.3. */
  readonly authenticated: boolean;
  /** CD, RFC 4035 §3.2.2. */
  readonly checkingDisabled: boolean;
  /** With the upper bits of the OPT record, RFC 6891 §6.1.3. */
  readonly rcode: number;
  /** The one question; its type is a number, for it may be none of ours. */
  readonly question: { readonly name: string; readonly type: number; readonly class: number } | undefined;
  readonly answers: readonly ResourceRecord[];
  readonly authorities: readonly ResourceRecord[];
  /** Whether the authority section names servers: with nothing else in the message that is a referral (RFC 2308 §2.1). */
  readonly hasNameServers: boolean;
  readonly edns:
    { readonly payload: number; readonly version: number; readonly dnssecOk: boolean } | undefined;
  /** RFC 8914. */
  readonly extendedErrors: readonly { readonly code: number; readonly text: string }[];
}

/** A decoded message, or what was wrong with it. */
export type Parsed =
  { readonly ok: true; readonly message: Message } | { readonly ok: false; readonly problem: string };

/** Builds a query: recursion desired, AD set to ask for the AD bit in the answer (RFC 6840 §5.7). */
export function encodeQuery(question: Question, header: QueryHeader): Uint8Array {
  const flags =
    codec.RECURSION_DESIRED | codec.AUTHENTIC_DATA | (header.checkingDisabled ? codec.CHECKING_DISABLED : 0);
  const { id, dnssecOk, edns, padded = false } = header;
  const questions: Packet['questions'] = [{ name: question.name, type: question.type, class: 'IN' }];
  const additionals = edns ? [optRecord(dnssecOk, 0, padded ? 0 : undefined)] : [];
  const packet: Packet = { type: 'query', id, flags, questions, additionals };
  if (edns && padded) {
    const missing = -codec.encodingLength(packet) & (PADDING_BLOCK - 1);
    additionals[0] = optRecord(dnssecOk, 0, missing);
  }
  // A copy: the library returns a Buffer, whose `slice` shares memory where everybody expects that of an array.
  return Uint8Array.from(codec.encode(packet));
}

/** An OPT record of version 0; `padding` octets of padding (RFC 7830 §3), or no option at all. */
export function optRecord(dnssecOk: boolean, extendedRcode = 0, padding?: number): Answer {
  return {
    name: '.',
    type: 'OPT',
    udpPayloadSize: UDP_PAYLOAD,
    extendedRcode,
    ednsVersion: 0,
    flags: dnssecOk ? codec.DNSSEC_OK : 0,
    flag_do: dnssecOk,
    options: padding === undefined ? [] : [{ code: OPTION_PADDING, length: padding }],
  };
}

/**
 * Whether a datagram or a message on a stream is the answer to a query: QR bit, opcode, ID and question must match
 * (RFC 5452 §9.1).
 * One whose question cannot even be read counts too, once the ID fits: it is the answer, and broken.
 */
export function answersQuery(bytes: Uint8Array, id: number, question: Question): boolean {
  const view = viewOf(bytes);
  if (view.byteLength < 12 || view.getUint16(0) !== id || (view.getUint8(2) & 0xf8) !== 0x80) return false;
  const rcode = view.getUint8(3) & 0x0f;
  // Servers that cannot read a query send back the bare header.
  if (view.getUint16(4) === 0) return rcode === rcodes.FORMERR || rcode === rcodes.NOTIMP;
  const head = readQuestion(bytes);
  if (head === undefined) return true;
  return head.name === question.name && head.type === typeNumbers[question.type] && head.class === CLASS_IN;
}

/** Whether TC is set: nothing else in such a message may be used (RFC 2181 §9). */
export function isTruncated(bytes: Uint8Array): boolean {
  return ((bytes[2] ?? 0) & 0x02) !== 0;
}

/** Decodes a message. Never throws, whatever the bytes are; costs time in proportion to their number. */
export function parseMessage(bytes: Uint8Array): Parsed {
  try {
    return { ok: true, message: decode(bytes, measure(viewOf(bytes))) };
  } catch (error) {
    // The structure has been checked, so a throw of the decoder is a gap in that check: still the peer's bytes' fault.
    return { ok: false, problem: error instanceof MalformedMessage ? error.message : 'undecodable' };
  }
}

function decode(bytes: Uint8Array, structure: MessageStructure): Message {
  const view = viewOf(bytes);
  const flags = view.getUint16(2);
  if (structure.questionCount > 1) throw new MalformedMessage('more than one question');
  const opts = structure.records.filter((place) => place.section === 'additional' && place.type === TYPE_OPT);
  // RFC 6891 §6.1.1: at most one, and its owner is the root.
  if (opts.length > 1 || opts.some((place) => view.getUint8(place.offset) !== 0)) {
    throw new MalformedMessage('more than one OPT record');
  }
  const opt = opts[0];
  return {
    id: view.getUint16(0),
    response: (flags & 0x8000) !== 0,
    opcode: (flags >> 11) & 0x0f,
    authoritative: (flags & 0x0400) !== 0,
    truncated: (flags & 0x0200) !== 0,
    recursionDesired: (flags & 0x0100) !== 0,
    recursionAvailable: (flags & 0x0080) !== 0,
    authenticated: (flags & 0x0020) !== 0,
    checkingDisabled: (flags & 0x0010) !== 0,
    rcode: (flags & 0x0f) | (opt ? (opt.ttl >>> 24) << 4 : 0),
    question: structure.questionCount === 0 ? undefined : readQuestion(bytes),
    answers: section(bytes, structure, 'answer'),
    authorities: section(bytes, structure, 'authority'),
    hasNameServers: structure.records.some(
      (place) => place.section === 'authority' && place.type === TYPE_NS,
    ),
    edns: opt && {
      payload: opt.class,
      version: (opt.ttl >>> 16) & 0xff,
      dnssecOk: (opt.ttl & 0x8000) !== 0,
    },
    extendedErrors: opt ? extendedErrors(bytes, opt) : [],
  };
}

function section(
  bytes: Uint8Array,
  structure: MessageStructure,
  wanted: RecordPlace['section'],
): readonly ResourceRecord[] {
  const records: ResourceRecord[] = [];
  for (const place of structure.records) {
    if (place.section !== wanted || place.class !== CLASS_IN) continue;
    const type = typeByNumber(place.type);
    if (type === undefined) continue;
    if (!place.plainNames) {
      // Dropping an answer would turn it into an absence, so the message fails; elsewhere the record is not needed.
      if (wanted === 'answer') throw new MalformedMessage('a name that text cannot hold');
      continue;
    }
    records.push(decodeRecord(bytes, place, type));
  }
  return records;
}

/** Decodes a record whose structure has been checked, so that its data is what its type says. */
function decodeRecord(bytes: Uint8Array, place: RecordPlace, type: RecordType): ResourceRecord {
  const record = recordDecoder.decode(asBuffer(bytes), place.offset) as { name: string; data: unknown };
  const name = normalName(record.name);
  // RFC 2181 §8: a TTL with the sign bit set is 0.
  const ttl = place.ttl > 0x7fff_ffff ? 0 : place.ttl;
  switch (type) {
    case 'A':
    case 'AAAA': {
      // The library shortens another run of zeros than RFC 5952 §4.2.3 wants; one address has one text here.
      const octets = bytes.subarray(place.dataOffset, place.dataOffset + place.dataLength);
      return { name, ttl, type, data: ipText(octets) };
    }
    case 'CNAME':
      return { name, ttl, type, data: normalName(record.data as string) };
    case 'MX': {
      const { preference, exchange } = record.data as Mx;
      return { name, ttl, type, data: { preference, exchange: normalName(exchange) } };
    }
    case 'SRV': {
      const { priority, weight, port, target } = record.data as Srv;
      return { name, ttl, type, data: { priority, weight, port, target: normalName(target) } };
    }
    case 'TXT':
      return { name, ttl, type, data: peerText(concatBytes(record.data as readonly Uint8Array[])) };
    case 'TLSA': {
      const { usage, selector, matchingType, certificate } = record.data as TlsaData;
      // The decoder returns a view of the message; ours is a copy, for the bytes were only borrowed.
      const data = Uint8Array.from(certificate);
      return { name, ttl, type, data: { usage, selector, matching: matchingType, data } };
    }
    case 'SOA': {
      const { mname, rname, ...numbers } = record.data as Soa;
      return { name, ttl, type, data: { mname: normalName(mname), rname: normalName(rname), ...numbers } };
    }
  }
}

/** RFC 8914 §2. Options past the end of the record make the message malformed. */
function extendedErrors(bytes: Uint8Array, opt: RecordPlace): Message['extendedErrors'] {
  const view = viewOf(bytes);
  const errors: { code: number; text: string }[] = [];
  const end = opt.dataOffset + opt.dataLength;
  let at = opt.dataOffset;
  while (at < end) {
    if (at + 4 > end || at + 4 + view.getUint16(at + 2) > end) throw new MalformedMessage('option cut short');
    const length = view.getUint16(at + 2);
    if (view.getUint16(at) === OPTION_EDE && length >= 2 && errors.length < MAX_EDES) {
      const text = bytes.subarray(at + 6, at + 4 + Math.min(length, 2 + MAX_EDE_TEXT));
      errors.push({ code: view.getUint16(at + 4), text: peerText(text) });
    }
    at += 4 + length;
  }
  return errors;
}

/** The question alone, also of a message whose rest is cut off; `undefined` where it cannot be read. */
function readQuestion(bytes: Uint8Array): Message['question'] {
  const view = viewOf(bytes);
  let at = 12;
  const labels: string[] = [];
  // A pointer in the first name of a message could only lead into the header.
  for (;;) {
    const length = bytes[at];
    if (length === undefined || length > 63 || at + 1 + length > bytes.length) return undefined;
    at += 1;
    if (length === 0) break;
    // Escaped as in zone files, so that one label with a dot inside is not taken for two.
    labels.push(String.fromCharCode(...bytes.subarray(at, at + length)).replace(/[.\\]/g, '\\$&'));
    at += length;
    if (at > 12 + 255) return undefined;
  }
  if (at + 4 > bytes.length) return undefined;
  const name = labels.length === 0 ? '.' : normalName(labels.join('.'));
  return { name, type: view.getUint16(at), class: view.getUint16(at + 2) };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
