import { createPublicKey } from 'node:crypto';
import type { Tlsa } from '@postern/dns';
import { readCertificate } from '../certificate/read-certificate.ts';

/** Length in octets of the digests that are known: SHA-256 and SHA-512 (RFC 6698 §2.1.3). */
const digestLengths: Readonly<Record<number, number>> = { 1: 32, 2: 64 };

/** More records than any host has; the rest is not read. Each can cost a digest or a signature check per certificate. */
const MAX_RECORDS = 32;

/**
 * The records that count, by RFC 7672 §3.1 and the digest agility of RFC 7671 §9: those that can be used at all, and among
 * those with equal usage and selector only the ones with the strongest digest, beside those without one. None = all are
 * unusable, which demands TLS without authentication (RFC 7672 §2.2).
 *
 * Usages 0 and 1 count as unusable: SMTP has no list of authorities that both ends agree on (RFC 7672 §3.1.3).
 */
export function usableTlsa(records: readonly Tlsa[]): readonly Tlsa[] {
  const usable = records.slice(0, MAX_RECORDS).filter(isUsable);
  return usable.filter(
    ({ usage, selector, matching }) =>
      matching === 0 ||
      // RFC 6698 §2.1.3: a greater number is a stronger digest, of those that are known.
      !usable.some(
        (other) => other.usage === usage && other.selector === selector && other.matching > matching,
      ),
  );
}

function isUsable({ usage, selector, matching, data }: Tlsa): boolean {
  if ((usage !== 2 && usage !== 3) || (selector !== 0 && selector !== 1)) return false;
  if (matching !== 0) return data.length === digestLengths[matching];
  return selector === 0 ? readCertificate(data) !== undefined : isPublicKey(data);
}

function isPublicKey(data: Uint8Array): boolean {
  try {
    createPublicKey({ key: Buffer.from(data), format: 'der', type: 'spki' });
    return true;
  } catch {
    return false;
  }
}
