import type { GroupTexts } from '../../text.ts';

/** What is demanded of a connection, by the domain or by us. */
export const policy: GroupTexts<'policy'> = {
  'sts-no-record': {
    summary: 'The domain[ {domain}] does not use MTA-STS.',
    cause: 'It publishes no _mta-sts record, so senders cannot know that encryption is compulsory there.',
    action: 'Nothing is broken. The operator can publish a policy to protect incoming mail.',
  },
  'sts-not-found': {
    summary: 'The domain announces MTA-STS, but its policy file is missing.',
    cause: 'The web server answers “not found”, or the host mta-sts does not exist.',
    action: 'The operator must publish the policy file, or remove the record.',
  },
  'sts-redirect': {
    summary: 'The MTA-STS policy is hidden behind a redirect.',
    cause: 'Senders must not follow redirects here (RFC 8461 §3.3).',
    action: 'The operator must serve the file directly.',
  },
  'sts-cert': {
    summary: 'The policy host’s certificate is not valid.',
    cause: 'The file may only be fetched over a verified connection, so the policy does not count.',
    action: 'The operator must renew the certificate of the host mta-sts.',
  },
  'sts-media-type': {
    summary: 'The MTA-STS policy is not served as plain text.',
    cause: 'The web server names another content type than text/plain (RFC 8461 §3.2).',
    action: 'The operator must correct the content type.',
  },
  'sts-too-large': {
    summary: 'The MTA-STS policy file is too large.',
    cause: 'More than 64 KiB came; that is a web page and no policy.',
    action: 'The operator must serve the policy file at this address.',
  },
  'sts-timeout': {
    summary: 'The MTA-STS policy could not be fetched in time[ ({waited})].',
    cause: 'The web server does not answer, or the own network blocks it.',
    action: 'Try again later. A policy fetched earlier remains in force.',
  },
  'sts-syntax': {
    summary: 'The MTA-STS record or policy contains a mistake.',
    cause: 'A line is missing or malformed, so senders ignore the whole.',
    action: 'The operator must correct it.',
  },
  'sts-mx-not-listed': {
    summary: '{Host} is not listed in the domain’s MTA-STS policy.',
    cause:
      'MX records and policy do not fit: the policy was forgotten in a move, or someone has changed the DNS answer.',
    action: 'No mail is sent to this host. The operator must bring both into agreement.',
  },
  'dane-required': {
    summary: 'DANE is demanded, but the domain does not offer it securely.',
    cause: 'It has no TLSA records, or they are not protected by DNSSEC.',
    action: 'The operator must publish signed TLSA records, or the demand must be lowered.',
  },
  'tls-required': {
    summary: 'Encryption is demanded and could not be had, so nothing was sent.',
    cause: 'By your setting or by the domain’s policy, no mail travels unencrypted here.',
    action: 'Look at the reason that the encrypted attempt gave. Lowering the demand is the last resort.',
  },
  'requiretls-not-offered': {
    summary: 'The server does not promise to pass the message on encrypted.',
    cause: 'The message asks for that (REQUIRETLS, RFC 8689), and this server does not know it.',
    action: 'Send it without the mark, or by another way.',
  },
  'plaintext-login-refused': {
    summary: 'No password was sent, because the connection is not encrypted.',
    cause: 'Anyone on the way could have read it; so it is refused here, whatever the server allows.',
    action: 'Choose {implicit} or {starttls} as connection security.[ {Other} works.]',
  },
};
