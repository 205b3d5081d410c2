/** A mail exchange of a domain (RFC 5321 §5.1, RFC 1035 §3.3.9). */
export interface Mx {
  /** Lower comes first. */
  readonly preference: number;
  /** The host that takes mail; `.` says that none does (RFC 7505). */
  readonly exchange: string;
}

/** Where a service is found (RFC 2782). */
export interface Srv {
  /** Lower comes first. */
  readonly priority: number;
  /** The share among targets of one priority. */
  readonly weight: number;
  /** The port, to be used as given. */
  readonly port: number;
  /** The host; `.` says that the service is not offered. */
  readonly target: string;
}

/** What a certificate must match (RFC 6698 §2.1). */
export interface Tlsa {
  /** 0 PKIX-TA, 1 PKIX-EE, 2 DANE-TA, 3 DANE-EE. */
  readonly usage: number;
  /** 0 the whole certificate, 1 its SubjectPublicKeyInfo. */
  readonly selector: number;
  /** 0 the data itself, 1 its SHA-256, 2 its SHA-512. */
  readonly matching: number;
  /** The certificate association data; the holder's own copy. */
  readonly data: Uint8Array;
}

/** The start of authority of a zone (RFC 1035 §3.3.13). Times are in seconds, as they stand in the record. */
export interface Soa {
  /** The primary name server. */
  readonly mname: string;
  /** The mailbox of the person in charge, as a name; a dot in its first label is written `\.`. */
  readonly rname: string;
  /** The zone's version. */
  readonly serial: number;
  /** Seconds between two refreshes of a secondary. */
  readonly refresh: number;
  /** Seconds between two attempts after a failed refresh. */
  readonly retry: number;
  /** Seconds after which a secondary gives up. */
  readonly expire: number;
  /** Seconds for which an absence may be remembered (RFC 2308 §4). */
  readonly minimum: number;
}

/**
 * What a record of each type holds. Names are in lower case without a trailing dot, the root is `.`; addresses are in the
 * text form of RFC 5952.
 */
export interface Records {
  /** An IPv4 address. */
  readonly A: string;
  /** An IPv6 address. */
  readonly AAAA: string;
  /** A mail exchange. */
  readonly MX: Mx;
  /** A service's host and port. */
  readonly SRV: Srv;
  /**
   * The strings of one record joined without separators; bytes that are no UTF-8 stand as one character each. Whoever holds
   * the zone chose them, control characters included: print them escaped.
   */
  readonly TXT: string;
  /** The name this one is an alias of. */
  readonly CNAME: string;
  /** A certificate association. */
  readonly TLSA: Tlsa;
  /** A zone's start of authority. */
  readonly SOA: Soa;
}

/** The record types that can be asked for. ANY is not among them, on purpose (RFC 8482). */
export type RecordType = keyof Records;

/** The record types by their number on the wire. */
export const typeNumbers: { readonly [K in RecordType]: number } = {
  A: 1,
  CNAME: 5,
  SOA: 6,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  TLSA: 52,
};

const namesByNumber = new Map<number, RecordType>(
  Object.entries(typeNumbers).map(([name, number]) => [number, name as RecordType]),
);

/** The type with a number, or `undefined` for one that is none of ours. */
export function typeByNumber(number: number): RecordType | undefined {
  return namesByNumber.get(number);
}

/** One record with its owner. */
export interface RecordOf<K extends RecordType> {
  readonly name: string;
  readonly type: K;
  /** Seconds, already 0 where the sign bit was set (RFC 2181 §8). */
  readonly ttl: number;
  readonly data: Records[K];
}

/** A record of any of our types; narrows by `type`. */
export type ResourceRecord = { readonly [K in RecordType]: RecordOf<K> }[RecordType];

/** Whether a record has a type; narrows where the type is a variable. */
export function hasType<K extends RecordType>(
  record: ResourceRecord,
  type: K,
): record is ResourceRecord & RecordOf<K> {
  return record.type === type;
}

/**
 * Texts that carry a tag, such as `v=STSv1;`: the tag must be followed at once by what it says, so a later version with a
 * longer number does not match. White space before it is allowed (RFC 8461 §3.1). The tag is returned with the text.
 *
 * @example
 * ```ts
 * import { taggedTexts } from '@postern/dns';
 * taggedTexts(['v=STSv1; id=a', 'v=STSv10; id=b'], 'v=STSv1;'); // ['v=STSv1; id=a']
 * ```
 */
export function taggedTexts(texts: readonly string[], tag: string): readonly string[] {
  return texts.map((text) => text.replace(/^[ \t]+/, '')).filter((text) => text.startsWith(tag));
}
