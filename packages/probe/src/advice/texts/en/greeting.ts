import type { GroupTexts } from '../../text.ts';

/** What the server says first, or does not. */
export const greeting: GroupTexts<'greeting'> = {
  'timeout-greeting': {
    summary: '{Host} accepted the connection on {port} and then said nothing[ for {waited}].',
    cause:
      'The server is overloaded, or a device on the way accepts connections in its place. A server that merely waits for encryption to begin would have been recognised.',
    action: '[Use {other}; it works.|Try again later or from another network.]',
  },
  'closed-before-greeting': {
    summary: '{Host} closed the connection on {port} without a word.',
    cause:
      'Servers do so when they block your address, after too many connections, or when a firewall in front of them takes part in the conversation.',
    action: '[Use {other}; it works.|Wait some minutes, or try another network.]',
  },
  'reset-before-greeting': {
    summary: 'The connection to {port} was cut before the server said anything.',
    cause:
      'A firewall or the server itself reset it: a block list, a limit on connections, or a filter on mail ports.',
    action: '[Use {other}; it works.|Wait some minutes, or try another network.]',
  },
  'greeting-rejected': {
    summary: '{Host} turned the connection away in its greeting[: {reply}].',
    cause:
      'Usually the address of your internet connection is on a block list, or this host takes no mail at all.',
    action: 'Read the server’s own words. Try another network; if it stays, ask the provider.',
  },
  'greeting-rejected-temporarily': {
    summary: '{Host} cannot serve you right now[: {reply}].',
    cause: 'It is overloaded, under maintenance, or limits how often you may connect.',
    action: 'Try again in some minutes.',
  },
  'wrong-protocol': {
    summary:
      '[{Seen} answers on {port}, not the expected mail service.|Something other than the expected mail service answers on {port}.]',
    cause: 'Port or server name belong to another service.',
    action: 'Check server name and port; incoming and outgoing server may be swapped.',
  },
};

/** The port works, but with the other method. */
export const mismatch: GroupTexts<'mismatch'> = {
  'plaintext-on-tls-port': {
    summary: 'The server answered on {port} in plain text.',
    cause:
      'This port starts unencrypted and switches to encryption afterwards, but it was addressed with encryption from the first byte.',
    action: 'Choose {starttls}[, or port {implicitPort} with {implicit}].',
    scenes: {
      'elsewhere-works': { action: 'Choose {starttls} for this port[, or use {elsewhere}; it works].' },
      'mail-exchanger': {
        action:
          'Nothing to do for port 25: it takes STARTTLS. A plain-text service on port 465 is a mistake of the operator.',
      },
    },
  },
  'tls-on-plaintext-port': {
    summary: 'The server keeps silent on {port} because it waits for encryption to begin.',
    cause:
      'This port speaks encrypted from the first byte, but the connection began in plain text as STARTTLS does.',
    action: 'Choose {implicit} for this port[, or use {elsewhere}].',
    scenes: {
      'mail-exchanger': {
        action:
          'Port 25 must begin in plain text (RFC 3207); the operator has bound an encrypted service to it.',
      },
    },
  },
};
