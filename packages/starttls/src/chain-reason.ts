import type { CertificateReason } from '@postern/wire';
import type { Certificate } from './certificate/read-certificate.ts';

/**
 * What OpenSSL's verification results mean. Every name of OpenSSL 3.5 is here, without `X509_V_ERR_`. Node has words for
 * 27 of them and says `UNSPECIFIED` for the rest (`nodejs/node`, `X509ErrorCode`), which is then explained by looking at the
 * certificates ourselves.
 */
const chainReasons = {
  UNSPECIFIED: 'cert-untrusted',
  UNABLE_TO_GET_ISSUER_CERT: 'cert-untrusted',
  UNABLE_TO_GET_CRL: 'cert-untrusted',
  UNABLE_TO_DECRYPT_CERT_SIGNATURE: 'cert-untrusted',
  UNABLE_TO_DECRYPT_CRL_SIGNATURE: 'cert-untrusted',
  UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY: 'cert-untrusted',
  CERT_SIGNATURE_FAILURE: 'cert-untrusted',
  CRL_SIGNATURE_FAILURE: 'cert-untrusted',
  CERT_NOT_YET_VALID: 'cert-not-yet-valid',
  CERT_HAS_EXPIRED: 'cert-expired',
  CRL_NOT_YET_VALID: 'cert-untrusted',
  CRL_HAS_EXPIRED: 'cert-untrusted',
  ERROR_IN_CERT_NOT_BEFORE_FIELD: 'cert-malformed',
  ERROR_IN_CERT_NOT_AFTER_FIELD: 'cert-malformed',
  ERROR_IN_CRL_LAST_UPDATE_FIELD: 'cert-untrusted',
  ERROR_IN_CRL_NEXT_UPDATE_FIELD: 'cert-untrusted',
  OUT_OF_MEM: 'cert-untrusted',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'cert-self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'cert-untrusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'cert-untrusted',
  // Or cert-chain-incomplete: see `chainReason`.
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'cert-untrusted',
  CERT_CHAIN_TOO_LONG: 'cert-untrusted',
  CERT_REVOKED: 'cert-untrusted',
  NO_ISSUER_PUBLIC_KEY: 'cert-untrusted',
  PATH_LENGTH_EXCEEDED: 'cert-untrusted',
  INVALID_PURPOSE: 'cert-purpose',
  CERT_UNTRUSTED: 'cert-untrusted',
  CERT_REJECTED: 'cert-untrusted',
  SUBJECT_ISSUER_MISMATCH: 'cert-untrusted',
  AKID_SKID_MISMATCH: 'cert-untrusted',
  AKID_ISSUER_SERIAL_MISMATCH: 'cert-untrusted',
  KEYUSAGE_NO_CERTSIGN: 'cert-untrusted',
  UNABLE_TO_GET_CRL_ISSUER: 'cert-untrusted',
  UNHANDLED_CRITICAL_EXTENSION: 'cert-untrusted',
  KEYUSAGE_NO_CRL_SIGN: 'cert-untrusted',
  UNHANDLED_CRITICAL_CRL_EXTENSION: 'cert-untrusted',
  INVALID_NON_CA: 'cert-untrusted',
  PROXY_PATH_LENGTH_EXCEEDED: 'cert-untrusted',
  KEYUSAGE_NO_DIGITAL_SIGNATURE: 'cert-purpose',
  PROXY_CERTIFICATES_NOT_ALLOWED: 'cert-untrusted',
  INVALID_EXTENSION: 'cert-malformed',
  INVALID_POLICY_EXTENSION: 'cert-malformed',
  NO_EXPLICIT_POLICY: 'cert-untrusted',
  DIFFERENT_CRL_SCOPE: 'cert-untrusted',
  UNSUPPORTED_EXTENSION_FEATURE: 'cert-untrusted',
  UNNESTED_RESOURCE: 'cert-untrusted',
  PERMITTED_VIOLATION: 'cert-name-constraint',
  EXCLUDED_VIOLATION: 'cert-name-constraint',
  SUBTREE_MINMAX: 'cert-name-constraint',
  APPLICATION_VERIFICATION: 'cert-untrusted',
  UNSUPPORTED_CONSTRAINT_TYPE: 'cert-name-constraint',
  UNSUPPORTED_CONSTRAINT_SYNTAX: 'cert-name-constraint',
  UNSUPPORTED_NAME_SYNTAX: 'cert-name-constraint',
  CRL_PATH_VALIDATION_ERROR: 'cert-untrusted',
  PATH_LOOP: 'cert-untrusted',
  SUITE_B_INVALID_VERSION: 'cert-untrusted',
  SUITE_B_INVALID_ALGORITHM: 'cert-untrusted',
  SUITE_B_INVALID_CURVE: 'cert-untrusted',
  SUITE_B_INVALID_SIGNATURE_ALGORITHM: 'cert-untrusted',
  SUITE_B_LOS_NOT_ALLOWED: 'cert-untrusted',
  SUITE_B_CANNOT_SIGN_P_384_WITH_P_256: 'cert-untrusted',
  HOSTNAME_MISMATCH: 'cert-name-mismatch',
  EMAIL_MISMATCH: 'cert-name-mismatch',
  IP_ADDRESS_MISMATCH: 'cert-name-mismatch',
  DANE_NO_MATCH: 'cert-untrusted',
  EE_KEY_TOO_SMALL: 'cert-key-too-small',
  CA_KEY_TOO_SMALL: 'cert-key-too-small',
  CA_MD_TOO_WEAK: 'cert-weak-signature',
  INVALID_CALL: 'cert-untrusted',
  STORE_LOOKUP: 'cert-untrusted',
  NO_VALID_SCTS: 'cert-untrusted',
  PROXY_SUBJECT_NAME_VIOLATION: 'cert-untrusted',
  OCSP_VERIFY_NEEDED: 'cert-untrusted',
  OCSP_VERIFY_FAILED: 'cert-untrusted',
  OCSP_CERT_UNKNOWN: 'cert-untrusted',
  UNSUPPORTED_SIGNATURE_ALGORITHM: 'cert-untrusted',
  SIGNATURE_ALGORITHM_MISMATCH: 'cert-malformed',
  SIGNATURE_ALGORITHM_INCONSISTENCY: 'cert-malformed',
  INVALID_CA: 'cert-untrusted',
  PATHLEN_INVALID_FOR_NON_CA: 'cert-untrusted',
  PATHLEN_WITHOUT_KU_KEY_CERT_SIGN: 'cert-untrusted',
  KU_KEY_CERT_SIGN_INVALID_FOR_NON_CA: 'cert-untrusted',
  ISSUER_NAME_EMPTY: 'cert-malformed',
  SUBJECT_NAME_EMPTY: 'cert-malformed',
  MISSING_AUTHORITY_KEY_IDENTIFIER: 'cert-untrusted',
  MISSING_SUBJECT_KEY_IDENTIFIER: 'cert-untrusted',
  EMPTY_SUBJECT_ALT_NAME: 'cert-malformed',
  EMPTY_SUBJECT_SAN_NOT_CRITICAL: 'cert-malformed',
  CA_BCONS_NOT_CRITICAL: 'cert-untrusted',
  AUTHORITY_KEY_IDENTIFIER_CRITICAL: 'cert-untrusted',
  SUBJECT_KEY_IDENTIFIER_CRITICAL: 'cert-untrusted',
  CA_CERT_MISSING_KEY_USAGE: 'cert-untrusted',
  EXTENSIONS_REQUIRE_VERSION_3: 'cert-malformed',
  EC_KEY_EXPLICIT_PARAMS: 'cert-untrusted',
  RPK_UNTRUSTED: 'cert-untrusted',
  // Node's own word, where a caller left the names to it.
  ERR_TLS_CERT_ALTNAME_INVALID: 'cert-name-mismatch',
} as const satisfies Readonly<Record<string, CertificateReason>>;

/** A verification result of OpenSSL as Node writes it. */
type ChainCode = keyof typeof chainReasons;

function isChainCode(code: string): code is ChainCode {
  return Object.hasOwn(chainReasons, code);
}

/** Whether a code of the platform speaks of a certificate. */
export function isCertificateCode(code: string): boolean {
  return isChainCode(code);
}

/**
 * Our reason for a chain that the platform refused. `path` is the leaf and those of its issuers that the peer sent; a code
 * that is not in the table counts as `cert-untrusted`.
 *
 * `UNABLE_TO_VERIFY_LEAF_SIGNATURE` says that the issuer of the leaf is neither known nor sent, which is so for an unknown
 * authority and for a missing intermediate alike. Public authorities write into every certificate where its issuer can be
 * fetched (RFC 5280 §4.2.2.1), private ones hardly ever do; that tells the two apart.
 */
export function chainReason(code: string, path: readonly Certificate[]): CertificateReason {
  if (code === 'UNABLE_TO_VERIFY_LEAF_SIGNATURE') {
    const [leaf] = path;
    return path.length === 1 && leaf?.namesIssuerLocation ? 'cert-chain-incomplete' : 'cert-untrusted';
  }
  return isChainCode(code) ? chainReasons[code] : 'cert-untrusted';
}
