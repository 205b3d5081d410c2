import type { GroupTexts } from '../../text.ts';

/** The upgrade of a connection that began in plain text. */
export const starttls: GroupTexts<'starttls'> = {
  'starttls-not-offered': {
    summary: 'The server does not offer STARTTLS on {port} (or an antivirus program removes the offer).',
    cause:
      'Either encryption is not set up there, or a firewall or virus scanner deletes the offer so that it can read along.',
    action:
      '[Use {implicit} on port {implicitPort}.|Never continue without encryption.] If the offer appears in another network, something in yours removes it.',
    scenes: {
      'elsewhere-works': { action: 'Use {other}; it works. Never continue without encryption.' },
      'mail-exchanger': {
        cause:
          'Either the server has no certificate set up, or a firewall in front of it deletes the offer. Mail to this host travels unencrypted and anyone on the way can read it.',
        action: 'The operator should switch on STARTTLS; every current mail server supports it.',
      },
    },
  },
  'starttls-masked': {
    summary: 'A device on the way has overwritten the offer of STARTTLS.',
    cause:
      'In place of the word stands a row of X. Some firewalls (“SMTP inspection”, “fixup”) do this to read mail in transit; the server itself would encrypt.',
    action:
      '[Use {other}; it works.|Use a port with {implicit}, which the device cannot touch.] Or have the inspection in the firewall switched off.',
    scenes: {
      'mail-exchanger': {
        action:
          'Switch off the SMTP inspection of the firewall, on whichever side it stands. Comparing from another network shows which.',
      },
    },
  },
  'starttls-refused': {
    summary: 'The server offers STARTTLS and then refuses it[: {reply}].',
    cause: 'Its encryption is broken, most often because a certificate or key file cannot be read.',
    action: '[Use {other}; it works. ]The operator must repair it. Do not continue without encryption.',
  },
  'starttls-refused-temporarily': {
    summary: 'STARTTLS is not available on the server right now[: {reply}].',
    cause: 'A temporary fault of its encryption, such as a certificate being renewed.',
    action: '[Use {other}; it works.|Try again in some minutes.]',
  },
  'starttls-protocol-error': {
    summary: 'The server’s reply to STARTTLS makes no sense.',
    cause:
      'It breaks the rules of the protocol: a faulty server, or a device on the way that takes part in the conversation.',
    action: '[Use {other}; it works.|Tell the operator.]',
  },
  'timeout-starttls-reply': {
    summary: 'The server did not answer the request for STARTTLS[ within {waited}].',
    cause: 'A firewall that does not know the command swallows it, or the server hangs.',
    action: '[Use {other}; it works.|Try another network, or a port with {implicit}.]',
    scenes: {
      'mail-exchanger': { action: 'Try from another network; if it stays, the operator must look into it.' },
    },
  },
  'plaintext-after-starttls': {
    summary: 'Unencrypted text was slipped in where the encryption should have begun.',
    cause:
      'That is the mark of an attack on STARTTLS (command injection), or of a seriously faulty server or proxy.',
    action:
      'Do not use this connection and enter no password in this network.[ {Other} is not affected by it.] The operator should be told.',
  },
  'reply-before-command': {
    summary: 'The server answered something that had not been asked yet.',
    cause: 'Someone on the way inserts replies, or the server is seriously faulty.',
    action: 'Do not use this connection. Compare from another network.',
  },
  desynchronised: {
    summary: 'Questions and answers no longer fit together.',
    cause:
      'More or fewer replies came than commands were sent: a faulty server, or a device on the way that takes part in the conversation.',
    action: 'Compare from another network; if it stays, tell the operator.',
  },
  'preauth-before-tls': {
    summary: 'The server claims you are logged in already, before any encryption.',
    cause:
      'With such a greeting (PREAUTH) STARTTLS is no longer possible; an attacker can use it to keep your mail unencrypted.',
    action:
      '[Use {other}; it works.|Do not log in over this connection, but over one with {implicit} from the first byte.]',
  },
  'downgrade-suspected': {
    summary: 'This server used to offer encryption, and now it does not.',
    cause: 'Either it was reconfigured, or someone on the way removes the offer to read along.',
    action: 'Send nothing over this connection. Compare from another network, and ask the operator.',
  },
};
