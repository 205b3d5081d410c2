import { readPublicKey, readSignatureAlgorithm } from './algorithms.ts';
import type { PublicKey, SignatureAlgorithm } from './algorithms.ts';
import { readAlternativeNames } from './alternative-names.ts';
import type { PresentedName } from './alternative-names.ts';
import {
  context,
  DerError,
  DerReader,
  equalBytes,
  hex,
  orNothing,
  readBoolean,
  readOid,
  readTime,
  single,
  tag,
} from './der.ts';
import type { DerElement } from './der.ts';
import { readNameConstraints } from './name-constraints.ts';
import type { NameConstraints } from './name-constraints.ts';

/** What this package needs to know of a certificate (RFC 5280 §4.1), read once. Byte arrays are views of `der`. */
export interface Certificate {
  readonly der: Uint8Array;
  /** Hexadecimal, lower case. */
  readonly serialNumber: string;
  readonly signatureAlgorithm: SignatureAlgorithm;
  readonly issuer: DerElement;
  readonly subject: DerElement;
  /** Milliseconds since 1970. */
  readonly notBefore: number;
  /** Milliseconds since 1970; the last moment at which it is valid. */
  readonly notAfter: number;
  readonly publicKey: PublicKey;
  /** SubjectPublicKeyInfo, DER: what public-key fingerprints and TLSA selector 1 are made of. */
  readonly subjectPublicKeyInfo: Uint8Array;
  readonly names: readonly PresentedName[];
  /** Purposes as dotted identifiers; `undefined` = no limit. */
  readonly extendedKeyUsage: readonly string[] | undefined;
  readonly nameConstraints: NameConstraints | undefined;
  /** What it may do as an issuer (RFC 5280 §4.2.1.9); `undefined` = it is no authority. */
  readonly authority: Authority | undefined;
  /** Whether it has a critical extension that is not understood here: it must not be relied on then (RFC 5280 §4.2). */
  readonly unknownCritical: boolean;
  /** Whether it says where its issuer's certificate can be fetched (RFC 5280 §4.2.2.1, caIssuers). */
  readonly namesIssuerLocation: boolean;
  /** Whether issuer and subject are the same name (RFC 5280 §3.2). */
  readonly selfIssued: boolean;
}

/** An authority's rights. */
interface Authority {
  /** How many authorities may stand between it and a leaf. */
  readonly pathLength: number;
  /** Whether its key may sign certificates: keyCertSign, or no usage given (RFC 5280 §4.2.1.3). */
  readonly signsCertificates: boolean;
}

/** Extensions that are understood, or that say nothing about a server's identity: purposes, policies, where CRLs are. */
const understood: ReadonlySet<string> = new Set([
  '2.5.29.14',
  '2.5.29.15',
  '2.5.29.17',
  '2.5.29.19',
  '2.5.29.30',
  '2.5.29.31',
  '2.5.29.32',
  '2.5.29.35',
  '2.5.29.37',
]);

/** A certificate has one to three kilobytes; one that is larger than this is not worth the time. */
const maxBytes = 65_536;

/** Reads a certificate; `undefined` where the bytes are none. Never throws; time and memory grow with the bytes only. */
export function readCertificate(der: Uint8Array): Certificate | undefined {
  if (der.length > maxBytes) return undefined;
  return orNothing(() => read(der));
}

/** RFC 5280 §4.1: Certificate and TBSCertificate, field by field. */
function read(der: Uint8Array): Certificate {
  const certificate = new DerReader(single(der, tag.sequence).content);
  const body = certificate.enter(tag.sequence);
  const signatureAlgorithm = readSignatureAlgorithm(certificate.enter(tag.sequence));
  certificate.next(tag.bitString);
  certificate.end();

  body.optional(context(0, 'constructed'));
  const serialNumber = hex(body.next(tag.integer).content).replace(/^00(?=.)/, '');
  body.next(tag.sequence);
  const issuer = body.next(tag.sequence);
  const validity = body.enter(tag.sequence);
  const [notBefore, notAfter] = [readTime(validity.next()), readTime(validity.next())];
  validity.end();
  const subject = body.next(tag.sequence);
  const publicKeyInfo = body.next(tag.sequence);
  const publicKey = readPublicKey(new DerReader(publicKeyInfo.content));
  body.optional(context(1, 'primitive'));
  body.optional(context(2, 'primitive'));
  const extensions = readExtensions(body.optional(context(3, 'constructed')));
  body.end();

  const alternativeNames = extensions.get('2.5.29.17')?.content;
  const purposes = extensions.get('2.5.29.37')?.content;
  const constraints = extensions.get('2.5.29.30')?.content;
  const access = extensions.get('1.3.6.1.5.5.7.1.1')?.content;
  return {
    der,
    serialNumber,
    signatureAlgorithm,
    issuer,
    subject,
    notBefore,
    notAfter,
    publicKey,
    subjectPublicKeyInfo: publicKeyInfo.whole,
    names: alternativeNames ? readAlternativeNames(alternativeNames) : [],
    extendedKeyUsage: purposes && readOids(purposes),
    nameConstraints: constraints && readNameConstraints(constraints),
    authority: readAuthority(extensions.get('2.5.29.19')?.content, extensions.get('2.5.29.15')?.content),
    unknownCritical: [...extensions].some(([oid, { critical }]) => critical && !understood.has(oid)),
    namesIssuerLocation: access !== undefined && hasCaIssuers(access),
    selfIssued: equalBytes(issuer.whole, subject.whole),
  };
}

interface Extension {
  readonly critical: boolean;
  readonly content: Uint8Array;
}

function readExtensions(element: DerElement | undefined): ReadonlyMap<string, Extension> {
  const extensions = new Map<string, Extension>();
  if (!element) return extensions;
  const reader = new DerReader(single(element.content, tag.sequence).content);
  while (reader.more) {
    const extension = reader.enter(tag.sequence);
    const oid = readOid(extension.next(tag.oid).content);
    const flag = extension.optional(tag.boolean);
    const critical = flag !== undefined && readBoolean(flag.content);
    // RFC 5280 §4.2: no extension twice. Two lists of names would let two readers see two different servers.
    if (extensions.has(oid)) throw new DerError('an extension that comes twice');
    extensions.set(oid, { critical, content: extension.next(tag.octetString).content });
    extension.end();
  }
  return extensions;
}

/** RFC 5280 §4.2.1.9 and §4.2.1.3. */
function readAuthority(basic: Uint8Array | undefined, usage: Uint8Array | undefined): Authority | undefined {
  if (basic === undefined) return undefined;
  const constraints = new DerReader(single(basic, tag.sequence).content);
  const flag = constraints.optional(tag.boolean);
  const limit = constraints.optional(tag.integer)?.content;
  constraints.end();
  if (flag === undefined || !readBoolean(flag.content)) return undefined;
  // More than fits one octet is no limit for any chain that is read here; a negative one is none that can be kept.
  const pathLength = limit === undefined || limit.length > 1 ? Number.POSITIVE_INFINITY : (limit[0] ?? 0);
  // Bit 5 of the octet behind the count of unused bits.
  const signsCertificates =
    usage === undefined || ((single(usage, tag.bitString).content[1] ?? 0) & 0x04) !== 0;
  return { pathLength, signsCertificates };
}

function readOids(content: Uint8Array): readonly string[] {
  const oids: string[] = [];
  const reader = new DerReader(single(content, tag.sequence).content);
  while (reader.more) oids.push(readOid(reader.next(tag.oid).content));
  return oids;
}

/** RFC 5280 §4.2.2.1. */
function hasCaIssuers(content: Uint8Array): boolean {
  const reader = new DerReader(single(content, tag.sequence).content);
  while (reader.more) {
    if (readOid(reader.enter(tag.sequence).next(tag.oid).content) === '1.3.6.1.5.5.7.48.2') return true;
  }
  return false;
}
