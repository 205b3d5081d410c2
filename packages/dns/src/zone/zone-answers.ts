import { concatBytes } from '@postern/wire';
import * as codec from 'dns-packet';
import type { Answer } from 'dns-packet';
import { optRecord, parseMessage, rcodes } from '../message.ts';
import type { Message } from '../message.ts';
import { measure } from '../message/structure.ts';
import { typeByNumber } from '../records.ts';
import type { ResourceRecord, RecordType } from '../records.ts';
import type { DnsFailure } from '../failure.ts';
import { parseZone } from './zone-file.ts';
import { indexZone, recordsOf } from './zone-lookup.ts';
import type { ZoneIndex } from './zone-lookup.ts';
import { failureLookup, signedLookup } from './zone-options.ts';
import type { ZoneOptions } from './zone-options.ts';

/** RFC 1035 §4.2.1: what fits into a datagram when the client says nothing of its size. */
const PLAIN_PAYLOAD = 512;
/** Aliases put into one answer; more than a resolver will follow, so that it is the one to refuse. */
const MAX_CHAIN = 16;
const TYPE_CNAME = 5;

/** Where a query came from. */
export type Transport = 'datagram' | 'stream';

/** A DNS server without its sockets: a query in, its answer out. `undefined` stays silent. */
export type DnsAnswerer = (query: Uint8Array, transport: Transport) => Uint8Array | undefined;

const wireFailures: Readonly<Partial<Record<DnsFailure, number>>> = {
  'dns-servfail': rcodes.SERVFAIL,
  'dns-bogus': rcodes.SERVFAIL,
  'dns-cname-loop': rcodes.SERVFAIL,
  'dns-refused': rcodes.REFUSED,
  'dns-formerr': rcodes.FORMERR,
  'dns-bad-name': rcodes.FORMERR,
  'dns-notimp': rcodes.NOTIMP,
};

/**
 * Answers queries on the wire from master-file text, as a recursive resolver would that knows nothing else: to stand behind
 * a DNS server in tests and labs. Answers that do not fit into a datagram are truncated; queries that cannot be read get
 * FORMERR or silence, never an exception.
 *
 * Throws a `UsageError` where the zone's text is wrong.
 *
 * @example
 * ```ts
 * import { listenDns, zoneAnswers } from '@postern/dns';
 * import type { Host } from '@postern/wire';
 *
 * const serve = (host: Host) =>
 *   listenDns(host, { address: '127.0.0.1', port: 5353 }, zoneAnswers('mx1.example.test. A 192.0.2.1'));
 * ```
 */
export function zoneAnswers(zone: string, options?: ZoneOptions): DnsAnswerer {
  const index = indexZone(parseZone(zone, options));
  const failure = failureLookup(options?.failures);
  const signed = signedLookup(options?.authenticated);

  return (bytes, transport) => {
    const parsed = parseMessage(bytes);
    // An answer to what is no readable query could be bounced between two servers for ever.
    if (!parsed.ok || parsed.message.response) return undefined;
    const { message } = parsed;
    const { question, edns } = message;
    const query: Query = { message, questionBytes: questionBytes(bytes) };
    if (message.opcode !== 0) return reply(query, { rcode: rcodes.NOTIMP }, transport);
    if (question === undefined) return reply(query, { rcode: rcodes.FORMERR }, transport);
    if (edns !== undefined && edns.version > 0) return reply(query, { rcode: rcodes.BADVERS }, transport);
    if (question.class !== 1) return reply(query, { rcode: rcodes.REFUSED }, transport);

    const type = typeByNumber(question.type);
    const chain = followChain(index, question.name, question.type, type);
    const reason = chain.names
      .map((name) => failure(name, type ?? ''))
      .find((found) => found !== undefined && !(found === 'dns-bogus' && message.checkingDisabled));
    if (reason === 'dns-timeout' || reason === 'dns-unreachable') return undefined;
    if (reason === 'dns-malformed') return broken(bytes);
    if (reason !== undefined) {
      const ede = reason === 'dns-bogus' ? 6 : undefined;
      return reply(
        query,
        { rcode: wireFailures[reason] ?? rcodes.SERVFAIL, ...(ede === undefined ? {} : { ede }) },
        transport,
      );
    }
    return reply(query, { ...chain, authenticated: chain.names.every(signed) }, transport);
  };
}

/** A query, decoded, with its question as it came. */
interface Query {
  readonly message: Message;
  readonly questionBytes: Uint8Array;
}

interface Contents {
  readonly rcode: number;
  readonly answers?: readonly ResourceRecord[];
  readonly authorities?: readonly ResourceRecord[];
  readonly authenticated?: boolean;
  /** An extended error, RFC 8914. */
  readonly ede?: number;
}

function questionBytes(bytes: Uint8Array): Uint8Array {
  const { questionTypeOffset } = measure(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  return bytes.slice(12, questionTypeOffset === undefined ? 12 : questionTypeOffset + 4);
}

/** Collects the aliases from a name on and the records at their end, as far as the limit; a loop is sent as it stands. */
function followChain(
  index: ZoneIndex,
  start: string,
  typeNumber: number,
  type: RecordType | undefined,
): Contents & { readonly names: readonly string[] } {
  const names: string[] = [];
  const answers: ResourceRecord[] = [];
  let name = start;
  for (;;) {
    names.push(name);
    const node = index.node(name);
    const soa = index.soa(name);
    const authorities = soa ? [soa] : [];
    if (node.status === 'no-such-domain') return { rcode: rcodes.NXDOMAIN, answers, authorities, names };
    const records = type === undefined ? [] : node.records.filter((record) => record.type === type);
    answers.push(...records);
    const [alias] = recordsOf(node.records, 'CNAME');
    if (records.length > 0) return { rcode: rcodes.NOERROR, answers, names };
    if (alias === undefined || typeNumber === TYPE_CNAME)
      return { rcode: rcodes.NOERROR, answers, authorities, names };
    answers.push(alias);
    name = alias.data;
    if (names.includes(name) || names.length > MAX_CHAIN) return { rcode: rcodes.NOERROR, answers, names };
  }
}

function reply(query: Query, contents: Contents, transport: Transport): Uint8Array {
  const room =
    transport === 'stream' ? 0xffff : Math.max(PLAIN_PAYLOAD, query.message.edns?.payload ?? PLAIN_PAYLOAD);
  const whole = encodeReply(query, contents, false);
  // RFC 2181 §9: a set is sent whole or not at all.
  return whole.length <= room ? whole : encodeReply(query, { rcode: contents.rcode }, true);
}

function encodeReply(query: Query, contents: Contents, truncated: boolean): Uint8Array {
  const { rcode, answers = [], authorities = [], authenticated = false, ede } = contents;
  const { message } = query;
  // RFC 6840 §5.8: AD only for those who asked for it by AD or DO.
  const ad = authenticated && (message.authenticated || message.edns?.dnssecOk === true);
  const opt = optRecord(message.edns?.dnssecOk === true, rcode >> 4);
  const additionals =
    message.edns === undefined ? [] : [ede === undefined ? opt : withExtendedError(opt, ede)];
  const bytes = codec.encode({
    type: 'response',
    id: message.id,
    flags:
      codec.RECURSION_AVAILABLE |
      (message.recursionDesired ? codec.RECURSION_DESIRED : 0) |
      (message.checkingDisabled ? codec.CHECKING_DISABLED : 0) |
      (ad ? codec.AUTHENTIC_DATA : 0) |
      (truncated ? codec.TRUNCATED_RESPONSE : 0) |
      (rcode & 0x0f),
    questions: [],
    answers: answers.map(encodable),
    authorities: authorities.map(encodable),
    additionals,
  });
  return withQuestion(bytes, query);
}

/** Puts the question in as it came, octet for octet. Nothing the library encodes is compressed, so nothing points wrong. */
function withQuestion(bytes: Uint8Array, query: Query): Uint8Array {
  if (query.message.question === undefined) return Uint8Array.from(bytes);
  const whole = concatBytes([bytes.subarray(0, 12), query.questionBytes, bytes.subarray(12)]);
  new DataView(whole.buffer).setUint16(4, 1);
  return whole;
}

function withExtendedError(opt: Answer, code: number): Answer {
  const option = { code: 15, data: Buffer.from([code >> 8, code & 0xff]) };
  // The library encodes any numbered option with data; its types list only a few.
  return { ...opt, options: [option] } as unknown as Answer;
}

/** A record in the library's words. */
function encodable(record: ResourceRecord): Answer {
  const { name, ttl } = record;
  switch (record.type) {
    case 'TXT':
      return { name, ttl, type: 'TXT', data: characterStrings(record.data) };
    case 'TLSA': {
      const { usage, selector, matching, data } = record.data;
      return {
        name,
        ttl,
        type: 'TLSA',
        data: { usage, selector, matchingType: matching, certificate: Buffer.from(data) },
      };
    }
    case 'MX':
      return { name, ttl, type: 'MX', data: record.data };
    case 'SRV':
      return { name, ttl, type: 'SRV', data: record.data };
    case 'SOA':
      return { name, ttl, type: 'SOA', data: record.data };
    case 'A':
    case 'AAAA':
    case 'CNAME':
      return { name, ttl, type: record.type, data: record.data };
  }
}

/** RFC 1035 §3.3.14: a text goes out in strings of at most 255 octets. */
function characterStrings(text: string): Buffer[] {
  const bytes = Buffer.from(text);
  const strings: Buffer[] = [];
  for (let at = 0; at === 0 || at < bytes.length; at += 255) strings.push(bytes.subarray(at, at + 255));
  return strings;
}

/** The query sent back as an answer whose name points at itself. */
function broken(query: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(query.length + 12);
  bytes.set(query);
  const view = new DataView(bytes.buffer);
  view.setUint16(2, 0x8180);
  view.setUint16(6, 0xffff);
  view.setUint16(query.length, 0xc000 | query.length);
  return bytes;
}
