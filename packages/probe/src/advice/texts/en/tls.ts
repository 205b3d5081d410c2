import type { GroupTexts } from '../../text.ts';

/** The TLS handshake. */
export const tls: GroupTexts<'tls'> = {
  'timeout-tls-handshake': {
    summary: 'The encryption on {port} was begun and never finished: no answer[ within {waited}].',
    cause: 'The server hangs, or a device on the way lets small packets pass and drops large ones.',
    action: '[Use {other}; it works.|Try another network.]',
  },
  'closed-during-tls': {
    summary: 'The server hung up while the encryption was being set up.',
    cause:
      'A firewall in between, a limit on connections, a block after failed logins, or a server that does not know the name it was asked for.',
    action: '[Use {other}; it works.|Wait some minutes, or try another network.]',
  },
  'reset-during-tls': {
    summary: 'The connection was cut while the encryption was being set up.',
    cause: 'Firewalls that do not want encrypted mail do this; so do servers at their limit.',
    action: '[Use {other}; it works.|Try another network.]',
  },
  'tls-not-spoken': {
    summary: 'What answers on {port} is not TLS.',
    cause:
      'Neither encryption nor readable text came back: another service, or a device that garbles the connection.',
    action: 'Check server name and port.[ {Other} works.]',
  },
  'tls-broken': {
    summary: 'The encryption broke down: a record could not be read.',
    cause: 'The server’s encryption is faulty, or the data were changed on the way.',
    action: '[Use {other}; it works.|Try another network; if it stays, tell the operator.]',
  },
  'tls-version-too-old': {
    summary: 'The server speaks only outdated versions of TLS.',
    cause: 'It knows TLS 1.1 or older, which have been considered unsafe for years (RFC 8996).',
    action:
      'The provider must update its server. Lowering the demands of your mail program would put your password at risk.',
  },
  'tls-no-shared-cipher': {
    summary: 'Server and client found no cipher that both accept.',
    cause:
      'The server’s encryption is outdated, or it is set so strictly that ordinary programs cannot follow.',
    action: 'The provider must correct it; an old mail program should be updated.',
  },
  'tls-no-forward-secrecy': {
    summary: 'The encryption lacks forward secrecy.',
    cause:
      'The server offers only old key exchanges: whoever records the traffic and gets the server’s key later can read it all.',
    action: 'The provider must switch on modern ciphers (ECDHE).',
  },
  'tls-client-cert-required': {
    summary: 'The server wants to see a certificate of yours.',
    cause: 'Some companies let in only devices that carry their own certificate.',
    action:
      'Install the certificate you were given, and select it in the account settings. Ask your administrator.',
  },
};
