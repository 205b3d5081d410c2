/** What is right or wrong with a certificate; each has one flaw and no other. */
export type CertificateVariant =
  /** For its names, in date, with its intermediate. */
  | 'good'
  /** For `*.` and the parent of its first name: one label is matched, as RFC 9525 §6.3 allows. */
  | 'wildcard'
  /** Ended yesterday. */
  | 'expired'
  /** Begins tomorrow. */
  | 'not-yet-valid'
  /** For another host. */
  | 'wrong-name'
  /** Signed by itself, by nobody else. */
  | 'self-signed'
  /** Sent without its intermediate. */
  | 'incomplete-chain'
  /** The name stands in the subject's CN only, which RFC 9525 §2 no longer counts. */
  | 'common-name-only'
  /** An RSA key of 1024 bits. */
  | 'weak-key';
