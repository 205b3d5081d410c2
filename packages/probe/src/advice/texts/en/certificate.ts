import type { GroupTexts } from '../../text.ts';

/** The certificate by which the server proves who it is. */
export const certificate: GroupTexts<'certificate'> = {
  'cert-expired': {
    summary: 'The certificate of {host} has expired[ (on {date})].',
    cause:
      'The provider has not renewed it in time. If many servers seem to be affected, the clock of this computer is wrong.',
    action:
      'Check date and time of this computer. If they are right, tell the provider; do not click the warning away.',
  },
  'cert-not-yet-valid': {
    summary: 'The certificate of {host} is not valid yet[ (from {date})].',
    cause: 'Almost always the clock of this computer is wrong.',
    action: 'Set date and time, then try again.',
  },
  'cert-self-signed': {
    summary: 'The certificate of {host} is signed by nobody but itself[ ({issuer})].',
    cause:
      'Common on home servers; but an antivirus program, a hotel’s login page or an attacker looks just like this.',
    action:
      'Do not click it away. If the server is your own, get a free certificate from a public authority or install its certificate knowingly.',
  },
  'cert-untrusted': {
    summary: 'The certificate of {host} comes from an issuer this computer does not know[: {issuer}].',
    cause: 'A company’s own authority, or an antivirus program or firewall that opens encrypted connections.',
    action:
      'Look at the issuer’s name. If it is your company or your antivirus program, ask the administrator or switch off its mail scanning; otherwise do not continue.',
  },
  'cert-chain-incomplete': {
    summary: '{Host} does not send all certificates needed for the check.',
    cause:
      'The intermediate certificate is missing in its configuration. Programs that fetch it themselves work, others fail.',
    action: 'The provider must configure the full chain (“fullchain”).',
  },
  'cert-name-mismatch': {
    summary:
      '[The certificate is for {names}, not for {host}.|The certificate is for another name than {host}.]',
    cause:
      'Usually your own domain was entered as server in place of the provider’s host name; in bad cases someone is intercepting the connection.',
    action:
      '[Enter {name} as server. ]Compare with the server name in your provider’s instructions, and enter exactly that one.',
    scenes: {
      'mail-exchanger': {
        cause:
          'The host presents a certificate for other names. Most sending servers do not check this on port 25; with MTA-STS or DANE they do, and then no mail arrives.',
        action: 'The operator should use a certificate that holds the name of the MX host.',
      },
    },
  },
  'cert-purpose': {
    summary: 'The certificate of {host} is not meant for servers.',
    cause: 'It was issued for another purpose, such as signing mail or identifying a client.',
    action: 'The provider must install a server certificate.',
  },
  'cert-name-constraint': {
    summary: 'The issuer was not allowed to certify this name[: {hostName}].',
    cause: 'Its own certificate limits it to certain domains, and this one is not among them.',
    action: 'Do not continue. The provider must replace the certificate.',
  },
  'cert-key-too-small': {
    summary: 'The key in the certificate of {host} is too short to be safe.',
    cause: 'An old certificate, with an RSA key of less than 2048 bits.',
    action: 'The provider must renew it with a longer key.',
  },
  'cert-weak-signature': {
    summary: 'The certificate of {host} is signed by an unsafe method.',
    cause: 'Signatures with SHA-1 or MD5 can be forged.',
    action: 'The provider must renew the certificate.',
  },
  'cert-must-staple': {
    summary: 'The server does not show the proof of validity that its certificate demands.',
    cause: 'The certificate carries the mark “must staple”, but no OCSP answer came with it.',
    action: 'The provider must switch on OCSP stapling, or use a certificate without the mark.',
  },
  'cert-malformed': {
    summary: 'The certificate of {host} cannot be read.',
    cause: 'It is damaged or breaks the rules of its format, so nothing in it can be relied on.',
    action: 'The provider must replace it. Do not continue.',
  },
  'cert-fingerprint-mismatch': {
    summary: 'The certificate of {host} is not the one whose fingerprint you gave.',
    cause: 'It was renewed since the fingerprint was noted, or someone is intercepting the connection.',
    action:
      'Ask the operator for the present fingerprint by another way, such as by telephone, before you change it.',
  },
  'dane-mismatch': {
    summary: 'The certificate does not fit the fingerprint that the domain publishes (DANE).',
    cause: 'Usually the certificate was renewed and the TLSA record forgotten; an attack looks the same.',
    action: 'The operator must update the TLSA record. Until then senders that check DANE deliver nothing.',
  },
  'tlsa-unusable': {
    summary: 'The published TLSA records cannot be used.',
    cause:
      'They hold only values that mail servers do not evaluate (RFC 7672 §3.1.3), or they are malformed.',
    action: 'The operator should publish “3 1 1”, a fingerprint of the server’s key.',
  },
};
