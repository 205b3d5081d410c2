// Our own server with a full maildrop, in plaintext: what TLS costs is the same for all.
import { createHash } from 'node:crypto';
import { memoryMaildrop, servePop3 } from '@postern/pop3/server';
import { nodeNetwork, systemClock } from '@postern/wire/node';
import { contents } from '../contents.mjs';

/** @typedef {{ user: string, password: string, count: number, octets: number }} Filled */

/** @param {Filled} filled @returns {Promise<{ port: number }>} */
export async function serve({ user, password, count, octets }) {
  const messages = contents(count, octets).map((content, index) => ({ uid: `m${index}`, content }));
  const timestamp = '<1896.697170952@server.example>';
  const digest = createHash('md5').update(timestamp).update(password).digest('hex');
  const { endpoint } = await nodeNetwork().listen({ address: '127.0.0.1', port: 0 }, (connection) =>
    servePop3(connection, {
      clock: systemClock(),
      greeting: { type: 'ready', timestamp },
      auth: {
        insideTlsOnly: false,
        authenticate: (shown) => shown.user === user && shown.password === password,
      },
      apop: (shown) => shown.user === user && shown.digest === digest,
      maildrop: () => memoryMaildrop(messages),
    }),
  );
  return { port: endpoint.port };
}
