// Counts the waits of a dialogue, whatever is said in it, encrypted or not.
//
// It stands between client and server and counts by cause: what the client has been handed has a number, what it says then
// bears that number, and what the server answers bears one more. So a client that goes on without waiting for an answer
// raises nothing, and no clock is looked at. Answers are held back for a moment, so that what the client says without
// waiting is on its way before they reach it (two TLS 1.3 tickets, for example, that nobody waits for).
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** Milliseconds that answers are held back. */
const HELD = 20;

/**
 * @param {number} port of the server on loopback
 * @returns {Promise<{ port: number, waits: () => number, close: () => void }>} `waits` counts what the client has been
 *   handed so far, of one connection
 */
export async function countTurns(port) {
  let handed = 1; // the TCP handshake
  let said = 1;
  const server = createServer({ noDelay: true }, (client) => {
    const upstream = connect({ port, host: '127.0.0.1', noDelay: true });
    for (const socket of [client, upstream]) socket.on('error', () => undefined);
    client.on('data', (bytes) => {
      said = handed;
      upstream.write(bytes);
    });
    client.on('close', () => upstream.destroy());
    upstream.on('data', (bytes) => {
      const number = said + 1;
      setTimeout(() => {
        handed = Math.max(handed, number);
        client.write(bytes);
      }, HELD);
    });
    upstream.on('close', () => setTimeout(() => client.end(), HELD));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: server.address().port,
    waits: () => handed,
    close: () => server.close(),
  };
}
