import { createPublicKey, X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Tlsa } from '@postern/dns';
import { equalBytes } from '../certificate/der.ts';
import { readCertificate } from '../certificate/read-certificate.ts';
import type { Certificate } from '../certificate/read-certificate.ts';
import { matchesTlsa } from './match-tlsa.ts';

/** Signature checks for one chain. An honest one needs three; a hostile one must not buy time with certificates. */
const MAX_CHECKS = 40;

/** A path from the server's certificate to a trust anchor of usage DANE-TA, every signature on it checked. */
export interface AnchoredPath {
  /** The leaf first; the anchor last, unless it is a bare key, which is in no certificate. */
  readonly certificates: readonly [Certificate, ...Certificate[]];
}

/**
 * Builds the path by RFC 7671 §5.2: from the leaf, by names and signatures, up to a certificate that a record of usage 2
 * matches. An anchor that is published whole need not be sent (RFC 7671 §5.2.2); a published key need not be in any
 * certificate that is sent: then it must have signed the last one (RFC 7671 §5.2.3). `undefined` = there is no such path.
 *
 * The leaf itself is no anchor, as for OpenSSL: that is what usage 3 is for.
 */
export function anchoredPath(
  leaf: Certificate,
  sent: readonly Certificate[],
  records: readonly Tlsa[],
): AnchoredPath | undefined {
  const anchors = records.filter(({ usage }) => usage === 2);
  const whole = anchors.filter(({ selector, matching }) => selector === 0 && matching === 0);
  const issuers = [...whole.flatMap(({ data }) => readCertificate(data) ?? []), ...sent];
  const keys = anchors
    .filter(({ selector, matching }) => selector === 1 && matching === 0)
    .flatMap(({ data }) => publicKey(data) ?? []);
  let checks = 0;
  const signed = (certificate: Certificate, key: KeyObject | undefined): boolean => {
    checks += 1;
    return key !== undefined && checks <= MAX_CHECKS && isSignedBy(certificate, key);
  };

  function extend(path: AnchoredPath['certificates']): AnchoredPath | undefined {
    const top = path.at(-1) ?? leaf;
    for (const issuer of issuers) {
      if (checks > MAX_CHECKS || !equalBytes(issuer.subject.whole, top.issuer.whole)) continue;
      if (path.some((one) => equalBytes(one.der, issuer.der))) continue;
      if (!mayIssue(issuer, path.length - 1) || !signed(top, publicKey(issuer.subjectPublicKeyInfo)))
        continue;
      const longer: AnchoredPath['certificates'] = [...path, issuer];
      if (anchors.some((record) => matchesTlsa(record, issuer))) return { certificates: longer };
      const found = extend(longer);
      if (found) return found;
    }
    return keys.some((key) => signed(top, key)) ? { certificates: path } : undefined;
  }
  return extend([leaf]);
}

/** RFC 5280 §4.2.1.9, §4.2.1.3: an authority, for a path with so many authorities below it. */
function mayIssue({ authority, unknownCritical }: Certificate, below: number): boolean {
  return (
    authority !== undefined &&
    authority.signsCertificates &&
    authority.pathLength >= below &&
    !unknownCritical
  );
}

function publicKey(spki: Uint8Array): KeyObject | undefined {
  try {
    return createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  } catch {
    // A kind of key that the platform does not know; nothing can be checked with it.
    return undefined;
  }
}

function isSignedBy(certificate: Certificate, key: KeyObject): boolean {
  try {
    return new X509Certificate(certificate.der).verify(key);
  } catch {
    return false;
  }
}
