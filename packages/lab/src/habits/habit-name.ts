/** Habits below any protocol: what becomes of a connection. */
export type ConnectionHabit =
  | 'works'
  | 'refused'
  | 'swallowed'
  | 'unreachable'
  | 'silent-after-accept'
  | 'closed-after-accept'
  | 'reset-after-accept'
  | 'plaintext-on-tls-port'
  | 'tls-on-plaintext-port';

/** Habits of the first line. */
export type GreetingHabit =
  | 'greeting-rejected'
  | 'greeting-rejected-temporarily'
  | 'greeting-of-another-protocol'
  | 'greeting-http'
  | 'greeting-ssh'
  | 'greeting-endless'
  | 'greeting-hostile'
  | 'greeting-delayed'
  | 'greeting-cut'
  | 'silent-after-greeting'
  | 'preauth';

/** What becomes of STARTTLS or STLS. */
export type StartTlsHabit =
  | 'starttls-not-offered'
  | 'starttls-stripped'
  | 'starttls-masked'
  | 'starttls-refused'
  | 'starttls-refused-temporarily'
  | 'starttls-injected'
  | 'starttls-then-silent'
  | 'starttls-then-closed';

/** Habits of the handshake. */
export type HandshakeHabit =
  'tls-silent' | 'tls-alert' | 'tls-too-old' | 'tls-no-shared-cipher' | 'tls-client-certificate';

/** Flaws of the certificate, and one that is none. */
export type CertificateHabit =
  | 'cert-expired'
  | 'cert-not-yet-valid'
  | 'cert-wrong-name'
  | 'cert-self-signed'
  | 'cert-incomplete-chain'
  | 'cert-common-name-only'
  | 'cert-weak-key'
  | 'cert-wildcard';

/** Habits of the dialogue after TLS. */
export type DialogueHabit = 'byte-by-byte' | 'oauth-only' | 'login-inside-tls-only' | 'password-refused';

/** A server's habit; the name is also the label of its host in `zoo.test`. */
export type HabitName =
  ConnectionHabit | GreetingHabit | StartTlsHabit | HandshakeHabit | CertificateHabit | DialogueHabit;
