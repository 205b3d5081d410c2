import type { AlertTexts } from '../../text.ts';

const oldServer = 'Old server software, or an old mail program on the other side of the agreement.';
const update = 'The provider must update its server; update your mail program too if it is old.';
const ourCertificate = 'A client certificate was presented and did not please the server.';
const askAdministrator = 'Ask the administrator for a valid certificate.';

/** What a TLS alert means. */
export const alerts: AlertTexts = {
  'close-notify': { meaning: 'it said goodbye before the encryption was in place' },
  'unexpected-message': { meaning: 'it received a message it did not expect' },
  'bad-record-mac': {
    meaning: 'data arrived changed',
    cause: 'A faulty network device, or someone changes the data on the way.',
  },
  'decryption-failed': { meaning: 'it could not decrypt what it received' },
  'record-overflow': { meaning: 'a record was too long' },
  'decompression-failure': { meaning: 'it could not decompress what it received' },
  'handshake-failure': {
    meaning: 'no common ground was found',
    cause: 'No cipher suits both sides, or the server wants a client certificate.',
    action: update,
  },
  'no-certificate': { meaning: 'a certificate was missing' },
  'bad-certificate': { meaning: 'a certificate was faulty', cause: ourCertificate, action: askAdministrator },
  'unsupported-certificate': {
    meaning: 'a certificate was of a kind it does not support',
    cause: ourCertificate,
    action: askAdministrator,
  },
  'certificate-revoked': {
    meaning: 'a certificate has been revoked',
    cause: ourCertificate,
    action: askAdministrator,
  },
  'certificate-expired': {
    meaning: 'a certificate has expired',
    cause: ourCertificate,
    action: askAdministrator,
  },
  'certificate-unknown': {
    meaning: 'it could not accept a certificate',
    cause: ourCertificate,
    action: askAdministrator,
  },
  'illegal-parameter': { meaning: 'a value was not allowed' },
  'unknown-ca': {
    meaning: 'it does not know the issuer of a certificate',
    cause: ourCertificate,
    action: askAdministrator,
  },
  'access-denied': {
    meaning: 'access is denied',
    cause: 'The server let the encryption fail on purpose: your address or certificate is not welcome.',
    action: 'Ask the operator, or try another network.',
  },
  'decode-error': { meaning: 'a message could not be read' },
  'decrypt-error': { meaning: 'a cryptographic check failed' },
  'export-restriction': {
    meaning: 'a rule from the times of export restrictions applies',
    cause: oldServer,
    action: update,
  },
  'protocol-version': {
    meaning: 'no TLS version suits both sides',
    cause: 'The server knows only outdated versions (TLS 1.1 or older), or the mail program does.',
    action: update,
  },
  'insufficient-security': {
    meaning: 'the ciphers offered were too weak for it',
    cause: 'The server is stricter than the program that asks.',
    action: 'Update the mail program.',
  },
  'internal-error': {
    meaning: 'it has an internal fault',
    cause: 'Most often a certificate or key file that the server cannot read.',
    action: 'Try again later; if it stays, the operator must repair it.',
  },
  'inappropriate-fallback': {
    meaning: 'it noticed an attempt to push the version down',
    cause:
      'Someone disturbs the first attempts so that an older, weaker version is used; or the network is very bad.',
    action: 'Try another network.',
  },
  'user-canceled': { meaning: 'the handshake was cancelled' },
  'no-renegotiation': { meaning: 'it does not renegotiate' },
  'missing-extension': { meaning: 'a necessary extension was missing' },
  'unsupported-extension': { meaning: 'an extension was not asked for' },
  'certificate-unobtainable': { meaning: 'it could not fetch a certificate' },
  'unrecognized-name': {
    meaning: 'it does not know the name it was asked for',
    cause: 'The server is not responsible for this name: an alias of your own, or a mistyped one.',
    action: 'Enter the server name that your provider gives.',
  },
  'bad-certificate-status-response': { meaning: 'the proof of a certificate’s validity was faulty' },
  'bad-certificate-hash-value': { meaning: 'the fingerprint of a certificate did not fit' },
  'unknown-psk-identity': { meaning: 'it does not know the shared key' },
  'certificate-required': {
    meaning: 'it wants to see a certificate of yours',
    cause: 'Only devices with a certificate of the company are let in.',
    action: 'Install the certificate you were given, and select it in the account settings.',
  },
  'no-application-protocol': {
    meaning: 'it does not want the protocol that was named',
    cause: 'The protocol name sent along (ALPN) confuses the server; mail programs send none.',
    action: 'This concerns the probe, not your account: switch ALPN off and try again.',
  },
};
