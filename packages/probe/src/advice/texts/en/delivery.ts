import type { GroupTexts } from '../../text.ts';

/** Messages and mailboxes. */
export const delivery: GroupTexts<'delivery'> = {
  'sender-refused': {
    summary: 'The server does not accept the sender address[: {reply}].',
    cause: 'It does not belong to the account, or the sending network is not trusted for it.',
    action: 'Use the address of the account as sender.',
    scenes: {
      'mail-exchanger': {
        summary: '{Host} does not accept the sender address[: {reply}].',
        cause: 'Its domain does not exist or takes no mail, or this network may not send for it.',
        action: 'Check the sender’s address, and the SPF record of its domain.',
      },
    },
  },
  'recipient-refused': {
    summary: 'The server does not accept the recipient[: {reply}].',
    cause: 'The address does not exist, or the server will not pass mail on without a login.',
    action: 'Check the address; for an outgoing server, check that authentication is on.',
    scenes: {
      'mail-exchanger': {
        summary: '{Host} does not accept the recipient[: {reply}].',
        cause: 'The address does not exist, or the server does not take mail from here for it.',
        action: 'Check the address, and read the server’s own words.',
      },
    },
  },
  'message-refused': {
    summary: 'The server refused the message itself[: {reply}].',
    cause: 'It was taken for spam, or broke a rule of the recipient.',
    action: 'Read the server’s own words; they usually name the rule.',
  },
  'size-exceeded': {
    summary: 'The message is too large for the server.',
    cause:
      'Its limit is lower than the size of the message with all attachments (which grow by a third in transit).',
    action: 'Send smaller attachments or a link.',
  },
  'needs-smtputf8': {
    summary: 'The address contains letters this server cannot handle.',
    cause: 'Addresses beyond ASCII need the extension SMTPUTF8 (RFC 6531), which is not offered.',
    action: 'Use an address without accents or foreign letters.',
  },
  'needs-8bitmime': {
    summary: 'The message contains 8-bit text this server cannot handle.',
    cause: 'The extension 8BITMIME (RFC 6152) is not offered.',
    action: 'Encode the message for 7 bits; mail programs do so by themselves.',
  },
  'mailbox-in-use': {
    summary: 'The mailbox is open in another program.',
    cause: 'POP3 lets only one program in at a time (RFC 1939 §4).',
    action: 'Close the other program, or wait some minutes. With IMAP the limit does not exist.',
  },
  'over-quota': {
    summary: 'The mailbox is full.',
    cause: 'The storage of the account is used up.',
    action: 'Delete mail (and empty the trash), or get more storage.',
  },
  'rate-limited': {
    summary: 'The server asks to slow down[: {reply}].',
    cause: 'Too many connections, logins or messages in a short time.',
    action: 'Wait some minutes; check less often for new mail.',
  },
};
