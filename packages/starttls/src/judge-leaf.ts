import type { CertificateReason } from '@postern/wire';
import type { Certificate } from './certificate/read-certificate.ts';
import type { EpochMilliseconds } from './wall-clock.ts';

/** RFC 5280 §4.1.2.5: both ends included. */
export function validityReason(
  { notBefore, notAfter }: Certificate,
  now: EpochMilliseconds,
): Extract<CertificateReason, 'cert-expired' | 'cert-not-yet-valid'> | undefined {
  if (now > notAfter) return 'cert-expired';
  return now < notBefore ? 'cert-not-yet-valid' : undefined;
}

const serverAuth = '1.3.6.1.5.5.7.3.1';
const anyPurpose = '2.5.29.37.0';

/** RFC 5280 §4.2.1.12: where purposes are given, being a TLS server must be one of them. */
export function isPurposeWrong({ extendedKeyUsage: purposes }: Certificate): boolean {
  return purposes !== undefined && !purposes.includes(serverAuth) && !purposes.includes(anyPurpose);
}
