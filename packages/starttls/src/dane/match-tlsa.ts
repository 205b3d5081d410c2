import { createHash } from 'node:crypto';
import type { Tlsa } from '@postern/dns';
import { equalBytes } from '../certificate/der.ts';
import type { Certificate } from '../certificate/read-certificate.ts';

const hashes: Readonly<Record<number, string>> = { 1: 'sha256', 2: 'sha512' };

/** Whether a certificate is the one that a usable record describes (RFC 6698 §2.1, §4.1). */
export function matchesTlsa(
  { selector, matching, data }: Tlsa,
  certificate: Pick<Certificate, 'der' | 'subjectPublicKeyInfo'>,
): boolean {
  const selected = selector === 0 ? certificate.der : certificate.subjectPublicKeyInfo;
  const hash = hashes[matching];
  return equalBytes(data, hash === undefined ? selected : createHash(hash).update(selected).digest());
}
