// Our own server, with everything a client can save waits with.
import { accept, serveSmtp } from '@postern/smtp/server';
import { nodeNetwork, systemClock } from '@postern/wire/node';

/** @typedef {import('@postern/wire').TlsOffer} TlsOffer */

/**
 * @param {object} [options]
 * @param {TlsOffer} [options.tls]
 * @param {boolean} [options.implicit] TLS from the first octet
 * @param {{ user: string, password: string }} [options.account]
 * @param {number} [options.maxMessageBytes]
 * @returns {Promise<import('@postern/wire').Listener>} on a port of loopback
 */
export async function startReal({ tls, implicit = false, account, maxMessageBytes = 2 ** 40 } = {}) {
  return nodeNetwork().listen({ address: '127.0.0.1', port: 0 }, async (connection) => {
    if (tls && implicit) await connection.acceptTls(tls);
    await serveSmtp(connection, {
      domain: 'server.example',
      clock: systemClock(),
      limits: { maxMessageBytes },
      ...(tls && { tls }),
      ...(account && {
        auth: {
          authenticate: ({ user, password }) => user === account.user && password === account.password,
        },
      }),
      hooks: {
        async message({ content }) {
          for await (const piece of content) seen.octets += piece.length;
          seen.messages += 1;
          return accept;
        },
      },
    });
  });
}

const seen = { messages: 0, octets: 0 };
