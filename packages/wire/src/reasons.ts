/**
 * The closed vocabulary of every verdict. Scripts and monitors depend on these strings: a new fact gets a new code, an
 * existing one is never stretched or renamed.
 */

/** The name of a TLS alert as it appears in a reason code. */
export type AlertName =
  | 'close-notify'
  | 'unexpected-message'
  | 'bad-record-mac'
  | 'decryption-failed'
  | 'record-overflow'
  | 'decompression-failure'
  | 'handshake-failure'
  | 'no-certificate'
  | 'bad-certificate'
  | 'unsupported-certificate'
  | 'certificate-revoked'
  | 'certificate-expired'
  | 'certificate-unknown'
  | 'illegal-parameter'
  | 'unknown-ca'
  | 'access-denied'
  | 'decode-error'
  | 'decrypt-error'
  | 'export-restriction'
  | 'protocol-version'
  | 'insufficient-security'
  | 'internal-error'
  | 'inappropriate-fallback'
  | 'user-canceled'
  | 'no-renegotiation'
  | 'missing-extension'
  | 'unsupported-extension'
  | 'certificate-unobtainable'
  | 'unrecognized-name'
  | 'bad-certificate-status-response'
  | 'bad-certificate-hash-value'
  | 'unknown-psk-identity'
  | 'certificate-required'
  | 'no-application-protocol';

/** RFC 8446 §6 and RFC 5246 §7.2: every alert a peer may end a handshake with, by its number on the wire. */
export const alertNames: Readonly<Record<number, AlertName>> = {
  0: 'close-notify',
  10: 'unexpected-message',
  20: 'bad-record-mac',
  21: 'decryption-failed',
  22: 'record-overflow',
  30: 'decompression-failure',
  40: 'handshake-failure',
  41: 'no-certificate',
  42: 'bad-certificate',
  43: 'unsupported-certificate',
  44: 'certificate-revoked',
  45: 'certificate-expired',
  46: 'certificate-unknown',
  47: 'illegal-parameter',
  48: 'unknown-ca',
  49: 'access-denied',
  50: 'decode-error',
  51: 'decrypt-error',
  60: 'export-restriction',
  70: 'protocol-version',
  71: 'insufficient-security',
  80: 'internal-error',
  86: 'inappropriate-fallback',
  90: 'user-canceled',
  100: 'no-renegotiation',
  109: 'missing-extension',
  110: 'unsupported-extension',
  111: 'certificate-unobtainable',
  112: 'unrecognized-name',
  113: 'bad-certificate-status-response',
  114: 'bad-certificate-hash-value',
  115: 'unknown-psk-identity',
  116: 'certificate-required',
  120: 'no-application-protocol',
};

/** Reasons that concern the look-up of a name. */
export type DnsReason =
  | 'dns-nxdomain'
  | 'dns-nodata'
  | 'dns-servfail'
  | 'dns-bogus'
  | 'dns-refused'
  | 'dns-formerr'
  | 'dns-notimp'
  | 'dns-unreachable'
  | 'dns-timeout'
  | 'dns-malformed'
  | 'dns-cname-loop'
  | 'dns-bad-name'
  | 'null-mx'
  | 'mx-is-address'
  | 'mx-loop'
  | 'srv-not-offered'
  | 'srv-bad-port'
  | 'srv-other-domain'
  | 'ad-untrusted'
  | 'address-forbidden';

/** Reasons that concern opening a TCP connection. */
export type ConnectReason =
  'connection-refused' | 'timeout-connect' | 'unreachable' | 'prohibited' | 'local-block' | 'connect-failed';

/** Reasons that concern the first words of a server. */
export type GreetingReason =
  | 'timeout-greeting'
  | 'closed-before-greeting'
  | 'reset-before-greeting'
  | 'greeting-rejected'
  | 'greeting-rejected-temporarily'
  | 'wrong-protocol';

/** Reasons that concern the other TLS method was wanted on this port. */
export type MismatchReason = 'plaintext-on-tls-port' | 'tls-on-plaintext-port';

/** Reasons that concern the upgrade. */
export type StartTlsReason =
  | 'starttls-not-offered'
  | 'starttls-masked'
  | 'starttls-refused'
  | 'starttls-refused-temporarily'
  | 'starttls-protocol-error'
  | 'timeout-starttls-reply'
  | 'plaintext-after-starttls'
  | 'reply-before-command'
  | 'desynchronised'
  | 'preauth-before-tls'
  | 'downgrade-suspected';

/** Reasons that concern the handshake. */
export type TlsReason =
  | 'timeout-tls-handshake'
  | 'closed-during-tls'
  | 'reset-during-tls'
  | 'tls-not-spoken'
  | 'tls-broken'
  | 'tls-version-too-old'
  | 'tls-no-shared-cipher'
  | 'tls-no-forward-secrecy'
  | 'tls-client-cert-required';

/** Reasons that concern the peer's certificate. */
export type CertificateReason =
  | 'cert-expired'
  | 'cert-not-yet-valid'
  | 'cert-self-signed'
  | 'cert-untrusted'
  | 'cert-chain-incomplete'
  | 'cert-name-mismatch'
  | 'cert-purpose'
  | 'cert-name-constraint'
  | 'cert-key-too-small'
  | 'cert-weak-signature'
  | 'cert-must-staple'
  | 'cert-fingerprint-mismatch'
  | 'cert-malformed'
  | 'dane-mismatch'
  | 'tlsa-unusable';

/** Reasons that concern a rule that was published or demanded. */
export type PolicyReason =
  | 'sts-no-record'
  | 'sts-not-found'
  | 'sts-redirect'
  | 'sts-cert'
  | 'sts-media-type'
  | 'sts-too-large'
  | 'sts-timeout'
  | 'sts-syntax'
  | 'sts-mx-not-listed'
  | 'dane-required'
  | 'tls-required'
  | 'requiretls-not-offered'
  | 'plaintext-login-refused';

/** Reasons that concern logging in. */
export type AuthReason =
  | 'auth-not-offered'
  | 'auth-required'
  | 'auth-only-after-tls'
  | 'auth-failed'
  | 'auth-temporary'
  | 'auth-expired'
  | 'auth-mechanism-too-weak'
  | 'auth-password-transition'
  | 'auth-exchange-too-long'
  | 'oauth-required'
  | 'account-disabled'
  | 'server-not-verified'
  | 'channel-binding-mismatch';

/** Reasons that concern a message, a mailbox. */
export type DeliveryReason =
  | 'sender-refused'
  | 'recipient-refused'
  | 'message-refused'
  | 'size-exceeded'
  | 'needs-smtputf8'
  | 'needs-8bitmime'
  | 'mailbox-in-use'
  | 'over-quota'
  | 'rate-limited';

/** Reasons that concern replies and framing. */
export type DialogueReason =
  | 'timeout-reply'
  | 'closed'
  | 'reset'
  | 'truncated'
  | 'protocol-error'
  | 'wrong-tag'
  | 'bare-lf'
  | 'nul-in-reply'
  | 'line-too-long'
  | 'reply-too-long'
  | 'literal-too-large'
  | 'too-deep'
  | 'server-closing'
  | 'argument-refused';

/** What went wrong, as one word out of a closed list. */
export type Reason =
  | DnsReason
  | ConnectReason
  | GreetingReason
  | MismatchReason
  | StartTlsReason
  | TlsReason
  | CertificateReason
  | PolicyReason
  | AuthReason
  | DeliveryReason
  | DialogueReason
  | `tls-alert-${AlertName}`;

/** The group in which the documentation lists a reason. */
export type ReasonGroup =
  | 'dns'
  | 'connect'
  | 'greeting'
  | 'mismatch'
  | 'starttls'
  | 'tls'
  | 'certificate'
  | 'policy'
  | 'auth'
  | 'delivery'
  | 'dialogue';

/** Total by type: a reason without a group, or one that no longer exists, does not compile. */
const groupOf: Readonly<Record<Exclude<Reason, `tls-alert-${AlertName}`>, ReasonGroup>> = {
  'dns-nxdomain': 'dns',
  'dns-nodata': 'dns',
  'dns-servfail': 'dns',
  'dns-bogus': 'dns',
  'dns-refused': 'dns',
  'dns-formerr': 'dns',
  'dns-notimp': 'dns',
  'dns-unreachable': 'dns',
  'dns-timeout': 'dns',
  'dns-malformed': 'dns',
  'dns-cname-loop': 'dns',
  'dns-bad-name': 'dns',
  'null-mx': 'dns',
  'mx-is-address': 'dns',
  'mx-loop': 'dns',
  'srv-not-offered': 'dns',
  'srv-bad-port': 'dns',
  'srv-other-domain': 'dns',
  'ad-untrusted': 'dns',
  'address-forbidden': 'dns',
  'connection-refused': 'connect',
  'timeout-connect': 'connect',
  unreachable: 'connect',
  prohibited: 'connect',
  'local-block': 'connect',
  'connect-failed': 'connect',
  'timeout-greeting': 'greeting',
  'closed-before-greeting': 'greeting',
  'reset-before-greeting': 'greeting',
  'greeting-rejected': 'greeting',
  'greeting-rejected-temporarily': 'greeting',
  'wrong-protocol': 'greeting',
  'plaintext-on-tls-port': 'mismatch',
  'tls-on-plaintext-port': 'mismatch',
  'starttls-not-offered': 'starttls',
  'starttls-masked': 'starttls',
  'starttls-refused': 'starttls',
  'starttls-refused-temporarily': 'starttls',
  'starttls-protocol-error': 'starttls',
  'timeout-starttls-reply': 'starttls',
  'plaintext-after-starttls': 'starttls',
  'reply-before-command': 'starttls',
  desynchronised: 'starttls',
  'preauth-before-tls': 'starttls',
  'downgrade-suspected': 'starttls',
  'timeout-tls-handshake': 'tls',
  'closed-during-tls': 'tls',
  'reset-during-tls': 'tls',
  'tls-not-spoken': 'tls',
  'tls-broken': 'tls',
  'tls-version-too-old': 'tls',
  'tls-no-shared-cipher': 'tls',
  'tls-no-forward-secrecy': 'tls',
  'tls-client-cert-required': 'tls',
  'cert-expired': 'certificate',
  'cert-not-yet-valid': 'certificate',
  'cert-self-signed': 'certificate',
  'cert-untrusted': 'certificate',
  'cert-chain-incomplete': 'certificate',
  'cert-name-mismatch': 'certificate',
  'cert-purpose': 'certificate',
  'cert-name-constraint': 'certificate',
  'cert-key-too-small': 'certificate',
  'cert-weak-signature': 'certificate',
  'cert-must-staple': 'certificate',
  'cert-fingerprint-mismatch': 'certificate',
  'cert-malformed': 'certificate',
  'dane-mismatch': 'certificate',
  'tlsa-unusable': 'certificate',
  'sts-no-record': 'policy',
  'sts-not-found': 'policy',
  'sts-redirect': 'policy',
  'sts-cert': 'policy',
  'sts-media-type': 'policy',
  'sts-too-large': 'policy',
  'sts-timeout': 'policy',
  'sts-syntax': 'policy',
  'sts-mx-not-listed': 'policy',
  'dane-required': 'policy',
  'tls-required': 'policy',
  'requiretls-not-offered': 'policy',
  'plaintext-login-refused': 'policy',
  'auth-not-offered': 'auth',
  'auth-required': 'auth',
  'auth-only-after-tls': 'auth',
  'auth-failed': 'auth',
  'auth-temporary': 'auth',
  'auth-expired': 'auth',
  'auth-mechanism-too-weak': 'auth',
  'auth-password-transition': 'auth',
  'auth-exchange-too-long': 'auth',
  'oauth-required': 'auth',
  'account-disabled': 'auth',
  'server-not-verified': 'auth',
  'channel-binding-mismatch': 'auth',
  'sender-refused': 'delivery',
  'recipient-refused': 'delivery',
  'message-refused': 'delivery',
  'size-exceeded': 'delivery',
  'needs-smtputf8': 'delivery',
  'needs-8bitmime': 'delivery',
  'mailbox-in-use': 'delivery',
  'over-quota': 'delivery',
  'rate-limited': 'delivery',
  'timeout-reply': 'dialogue',
  closed: 'dialogue',
  reset: 'dialogue',
  truncated: 'dialogue',
  'protocol-error': 'dialogue',
  'wrong-tag': 'dialogue',
  'bare-lf': 'dialogue',
  'nul-in-reply': 'dialogue',
  'line-too-long': 'dialogue',
  'reply-too-long': 'dialogue',
  'literal-too-large': 'dialogue',
  'too-deep': 'dialogue',
  'server-closing': 'dialogue',
  'argument-refused': 'dialogue',
};

/** Every reason code there is, alerts included, in documentation order. */
export const reasons: readonly Reason[] = [
  ...(Object.keys(groupOf) as Reason[]),
  ...Object.values(alertNames).map((name) => `tls-alert-${name}` as const),
];

/** The group of a reason; an alert belongs to `tls`. */
export function reasonGroup(reason: Reason): ReasonGroup {
  return (groupOf as Readonly<Record<string, ReasonGroup>>)[reason] ?? 'tls';
}

/** Whether a text is one of the reason codes, for input that comes from a person or a file. */
export function isReason(text: string): text is Reason {
  return (reasons as readonly string[]).includes(text);
}
