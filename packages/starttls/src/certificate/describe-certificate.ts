import { createHash, X509Certificate } from 'node:crypto';
import type { EpochMilliseconds } from '../wall-clock.ts';
import { presentedText } from './alternative-names.ts';
import { hex, orNothing } from './der.ts';
import { readDistinguishedName } from './distinguished-name.ts';
import { readCertificate } from './read-certificate.ts';
import type { Certificate } from './read-certificate.ts';

/** A certificate as plain data, for reports and JSON. The texts are the peer's: print them escaped. */
export interface CertificateDescription {
  /** Whom it is for, in the form of RFC 4514, as `CN=mail.example.org,O=Example`. Says nothing about names that count. */
  readonly subject: string;
  /** Who signed it, in the same form. */
  readonly issuer: string;
  /** Names that count (RFC 9525 §2): host names, `_service.domain` names and IP addresses of its subjectAltName. */
  readonly names: readonly string[];
  /** First moment at which it is valid. */
  readonly notBefore: EpochMilliseconds;
  /** Last moment at which it is valid. */
  readonly notAfter: EpochMilliseconds;
  /** Hexadecimal, lower case, without separators. */
  readonly serialNumber: string;
  /** SHA-256 over the whole certificate, upper-case hexadecimal with colons, as certificate viewers show it. */
  readonly fingerprint: string;
  /** SHA-256 over the public key with its algorithm, hexadecimal in lower case: what a TLSA record `3 1 1` holds (RFC 6698 §2.1). */
  readonly publicKeySha256: string;
  /** `rsa`, `rsa-pss`, `ec`, `ed25519`…; the dotted identifier where it is not known. */
  readonly keyType: string;
  /** Size of the key in bits: the modulus, or the order of the curve. `undefined` for unknown kinds. */
  readonly keyBits: number | undefined;
  /** Such as `ecdsa-with-SHA256`; the dotted identifier where it is not known. */
  readonly signatureAlgorithm: string;
  /** Whether it is signed with its own key: the signature has been checked, not only the names compared. */
  readonly selfSigned: boolean;
}

/**
 * Describes a certificate. `undefined` where the bytes are no certificate, or more than 64 KiB; never throws.
 *
 * @example
 * ```ts
 * import { describeCertificate } from '@postern/starttls';
 *
 * export function expiry(der: Uint8Array): string {
 *   const certificate = describeCertificate(der);
 *   return certificate ? new Date(certificate.notAfter).toISOString() : 'no certificate';
 * }
 * ```
 */
export function describeCertificate(der: Uint8Array): CertificateDescription | undefined {
  const certificate = readCertificate(der);
  return certificate && orNothing(() => describe(certificate));
}

function describe(certificate: Certificate): CertificateDescription {
  return {
    subject: readDistinguishedName(certificate.subject),
    issuer: readDistinguishedName(certificate.issuer),
    names: certificate.names.map(presentedText),
    notBefore: certificate.notBefore,
    notAfter: certificate.notAfter,
    serialNumber: certificate.serialNumber,
    fingerprint: fingerprint(certificate.der),
    publicKeySha256: hex(createHash('sha256').update(certificate.subjectPublicKeyInfo).digest()),
    keyType: certificate.publicKey.type,
    keyBits: certificate.publicKey.bits,
    signatureAlgorithm: certificate.signatureAlgorithm.name,
    selfSigned: isSelfSigned(certificate),
  };
}

/** SHA-256 of a certificate, upper-case hexadecimal with colons. */
function fingerprint(der: Uint8Array): string {
  const digits = hex(createHash('sha256').update(der).digest()).toUpperCase();
  return digits.replaceAll(/(..)(?=.)/g, '$1:');
}

/** Whether a certificate is signed with the key it holds. A self-issued one with another key is a key roll-over, not this. */
export function isSelfSigned(certificate: Certificate): boolean {
  if (!certificate.selfIssued) return false;
  try {
    const parsed = new X509Certificate(certificate.der);
    return parsed.verify(parsed.publicKey);
  } catch {
    // The platform does not know the key or the algorithm; the names are all there is to go by.
    return true;
  }
}
