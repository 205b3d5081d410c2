/** A server's habit; the name is also the label of its host in `zoo.test`. */
export type HabitName =
  // the connection
  | 'works'
  | 'refused'
  | 'swallowed'
  | 'unreachable'
  | 'silent-after-accept'
  | 'closed-after-accept'
  | 'reset-after-accept'
  // the method
  | 'plaintext-on-tls-port'
  | 'tls-on-plaintext-port'
  // the greeting
  | 'greeting-rejected'
  | 'greeting-rejected-temporarily'
  | 'greeting-of-another-protocol'
  | 'greeting-http'
  | 'greeting-ssh'
  | 'greeting-endless'
  | 'greeting-hostile'
  | 'preauth'
  // STARTTLS
  | 'starttls-not-offered'
  | 'starttls-stripped'
  | 'starttls-masked'
  | 'starttls-refused'
  | 'starttls-refused-temporarily'
  | 'starttls-injected'
  | 'starttls-then-silent'
  | 'starttls-then-closed'
  // the handshake
  | 'tls-silent'
  | 'tls-alert'
  | 'tls-too-old'
  | 'tls-no-shared-cipher'
  | 'tls-client-certificate'
  // the certificate
  | 'cert-expired'
  | 'cert-not-yet-valid'
  | 'cert-wrong-name'
  | 'cert-self-signed'
  | 'cert-incomplete-chain'
  | 'cert-common-name-only'
  | 'cert-weak-key'
  | 'cert-wildcard'
  // the dialogue
  | 'byte-by-byte'
  | 'oauth-only'
  | 'login-inside-tls-only'
  | 'password-refused';
