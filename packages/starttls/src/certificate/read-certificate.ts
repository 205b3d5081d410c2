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
  /** Whether it says where its issuer's certificate can be fetched (RFC 5280 §4.2.2.1, caIssuers). */
  readonly namesIssuerLocation: boolean;
  /** Whether issuer and subject are the same name (RFC 5280 §3.2). */
  readonly selfIssued: boolean;
}

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

  const alternativeNames = extensions.get('2.5.29.17');
  const purposes = extensions.get('2.5.29.37');
  const constraints = extensions.get('2.5.29.30');
  const access = extensions.get('1.3.6.1.5.5.7.1.1');
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
    namesIssuerLocation: access !== undefined && hasCaIssuers(access),
    selfIssued: equalBytes(issuer.whole, subject.whole),
  };
}

function readExtensions(element: DerElement | undefined): ReadonlyMap<string, Uint8Array> {
  const extensions = new Map<string, Uint8Array>();
  if (!element) return extensions;
  const reader = new DerReader(single(element.content, tag.sequence).content);
  while (reader.more) {
    const extension = reader.enter(tag.sequence);
    const oid = readOid(extension.next(tag.oid).content);
    const critical = extension.optional(tag.boolean);
    if (critical) readBoolean(critical.content);
    // RFC 5280 §4.2: no extension twice. Two lists of names would let two readers see two different servers.
    if (extensions.has(oid)) throw new DerError('an extension that comes twice');
    extensions.set(oid, extension.next(tag.octetString).content);
    extension.end();
  }
  return extensions;
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
