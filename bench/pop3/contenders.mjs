// Who is compared, and over which maildrop.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startServer } from '../runner/contender.mjs';
import { contents, digestOf } from './contents.mjs';

const clients = join(import.meta.dirname, 'clients');
const manifest = join(import.meta.dirname, '..', '..', 'node_modules', 'node-pop3', 'package.json');

/** Those in Node. poplib is a contender of its own kind. */
export const inNode = [
  { name: 'Postern', module: join(clients, 'postern.mjs') },
  {
    name: `node-pop3 ${JSON.parse(readFileSync(manifest, 'utf8')).version}`,
    module: join(clients, 'node-pop3.mjs'),
  },
];

const account = { user: 'ann', password: 'correct horse' };

/**
 * Our server with so many messages, and what a client has to know.
 *
 * @param {number} count
 * @param {number} [octets] of each message; by default so many that a thousand fit into the window
 */
export async function filledServer(count, octets = 1000) {
  const filled = { ...account, count, octets };
  const server = await startServer(join(import.meta.dirname, 'servers', 'maildrop.mjs'), filled);
  const digest = digestOf(contents(count, octets));
  return { job: { ...account, count, digest, port: server.facts.port }, stop: server.stop };
}
