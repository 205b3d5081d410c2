import type { Fault, Reason } from '@postern/wire';

/** RFC 8460 §4.3: the result types of a TLS report, as far as a single connection can cause them. */
export type TlsrptResult =
  | 'starttls-not-supported'
  | 'certificate-host-mismatch'
  | 'certificate-expired'
  | 'certificate-not-trusted'
  | 'validation-failure'
  | 'tlsa-invalid'
  | 'dnssec-invalid'
  | 'dane-required'
  | 'sts-policy-fetch-error'
  | 'sts-policy-invalid'
  | 'sts-webpki-invalid';

/**
 * The result type under which a fault is reported to the receiving domain; `undefined` = not reportable: the connection
 * did not get far enough, or it is no matter of TLS (RFC 8460 §4.3.4). `certificate-not-trusted` and
 * `validation-failure` are broad, so a report gives the reason beside them as `failure-reason-code`. Total: a new reason
 * without a line here does not compile. DNS reasons are meant to come from the DANE path, where they are
 * `dnssec-invalid`; do not report others.
 *
 * @example
 * ```ts
 * import { tlsrptResult } from '@postern/starttls';
 * tlsrptResult({ reason: 'cert-self-signed' }); // → 'certificate-not-trusted'
 * ```
 */
export function tlsrptResult(fault: Pick<Fault, 'reason'>): TlsrptResult | undefined {
  const { reason } = fault;
  if (isAlert(reason)) return 'validation-failure';
  switch (reason) {
    case 'starttls-not-offered':
    case 'starttls-masked':
    case 'starttls-refused':
    case 'starttls-refused-temporarily':
    case 'starttls-protocol-error':
    case 'downgrade-suspected':
      return 'starttls-not-supported';
    case 'cert-name-mismatch':
      return 'certificate-host-mismatch';
    case 'cert-expired':
      return 'certificate-expired';
    case 'cert-not-yet-valid':
    case 'cert-self-signed':
    case 'cert-untrusted':
    case 'cert-chain-incomplete':
    case 'cert-purpose':
    case 'cert-name-constraint':
    case 'cert-key-too-small':
    case 'cert-weak-signature':
    case 'cert-must-staple':
    case 'cert-fingerprint-mismatch':
    case 'cert-malformed':
    case 'dane-mismatch':
      return 'certificate-not-trusted';
    case 'tlsa-unusable':
      return 'tlsa-invalid';
    case 'dane-required':
      return 'dane-required';
    case 'dns-servfail':
    case 'dns-bogus':
    case 'dns-refused':
    case 'dns-formerr':
    case 'dns-notimp':
    case 'dns-unreachable':
    case 'dns-timeout':
    case 'dns-malformed':
    case 'dns-cname-loop':
    case 'dns-bad-name':
    case 'ad-untrusted':
      return 'dnssec-invalid';
    case 'sts-cert':
      return 'sts-webpki-invalid';
    case 'sts-syntax':
      return 'sts-policy-invalid';
    case 'sts-not-found':
    case 'sts-redirect':
    case 'sts-media-type':
    case 'sts-too-large':
    case 'sts-timeout':
      return 'sts-policy-fetch-error';
    case 'closed-during-tls':
    case 'reset-during-tls':
    case 'tls-not-spoken':
    case 'tls-broken':
    case 'tls-version-too-old':
    case 'tls-no-shared-cipher':
    case 'tls-no-forward-secrecy':
    case 'tls-client-cert-required':
    case 'tls-on-plaintext-port':
    case 'plaintext-on-tls-port':
    case 'plaintext-after-starttls':
    case 'reply-before-command':
    case 'desynchronised':
    case 'sts-mx-not-listed':
    case 'tls-required':
    case 'requiretls-not-offered':
      return 'validation-failure';
    case 'dns-nxdomain':
    case 'dns-nodata':
    case 'null-mx':
    case 'mx-is-address':
    case 'mx-loop':
    case 'srv-not-offered':
    case 'srv-bad-port':
    case 'srv-other-domain':
    case 'address-forbidden':
    case 'connection-refused':
    case 'timeout-connect':
    case 'unreachable':
    case 'prohibited':
    case 'local-block':
    case 'connect-failed':
    case 'timeout-greeting':
    case 'closed-before-greeting':
    case 'reset-before-greeting':
    case 'greeting-rejected':
    case 'greeting-rejected-temporarily':
    case 'wrong-protocol':
    case 'timeout-starttls-reply':
    case 'timeout-tls-handshake':
    case 'preauth-before-tls':
    case 'sts-no-record':
    case 'plaintext-login-refused':
    case 'auth-not-offered':
    case 'auth-required':
    case 'auth-only-after-tls':
    case 'auth-failed':
    case 'auth-temporary':
    case 'auth-expired':
    case 'auth-mechanism-too-weak':
    case 'auth-password-transition':
    case 'auth-exchange-too-long':
    case 'oauth-required':
    case 'account-disabled':
    case 'server-not-verified':
    case 'channel-binding-mismatch':
    case 'sender-refused':
    case 'recipient-refused':
    case 'message-refused':
    case 'size-exceeded':
    case 'needs-smtputf8':
    case 'needs-8bitmime':
    case 'mailbox-in-use':
    case 'over-quota':
    case 'rate-limited':
    case 'timeout-reply':
    case 'closed':
    case 'reset':
    case 'truncated':
    case 'protocol-error':
    case 'wrong-tag':
    case 'bare-lf':
    case 'nul-in-reply':
    case 'line-too-long':
    case 'reply-too-long':
    case 'literal-too-large':
    case 'too-deep':
    case 'server-closing':
    case 'argument-refused':
      return undefined;
  }
}

/** The reasons of the form `tls-alert-…`. */
function isAlert(reason: Reason): reason is Extract<Reason, `tls-alert-${string}`> {
  return reason.startsWith('tls-alert-');
}
