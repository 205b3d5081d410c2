// Our own server with TLS from the first octet: a mailbox with a hundred messages, and one with a large one.
import { serveImap, memoryMailStore } from '@postern/imap/server';
import { nodeNetwork, systemClock } from '@postern/wire/node';

const LINE = 'Minutes of the meeting, and what was decided there. 0123456789\r\n';

/** @param {number} number */
const message = (number) =>
  `From: Anna Muster <anna@example.org>\r\nTo: Bert Example <bert@example.net>\r\nSubject: Minutes ${number}\r\n` +
  `Message-ID: <${number}@example.org>\r\n\r\n${LINE}`;

/**
 * @param {object} options
 * @param {import('@postern/wire').TlsOffer} options.tls
 * @param {{ user: string, password: string }} options.account
 * @param {number} options.count messages in INBOX
 * @param {number} options.octets of the message in Large, nearly
 * @returns {Promise<import('@postern/wire').Listener>} on a port of loopback
 */
export async function startReal({ tls, account, count, octets }) {
  const store = memoryMailStore({
    mailboxes: {
      INBOX: Array.from({ length: count }, (_, index) => message(index + 1)),
      Large: [`${message(1)}${LINE.repeat(Math.ceil(octets / LINE.length))}`],
    },
    maxOctets: 2 * octets,
  });
  return nodeNetwork().listen({ address: '127.0.0.1', port: 0 }, async (connection) => {
    await connection.acceptTls(tls);
    await serveImap(connection, {
      clock: systemClock(),
      auth: {
        authenticate: ({ user, password }) => user === account.user && password === account.password,
      },
      store: () => store,
    });
  });
}
