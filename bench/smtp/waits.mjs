// How many round trips somebody sits through until a message is accepted.
import { selfSigned } from '../../packages/wire/test/certificates.ts';
import { absence } from '../runner/absence.mjs';
import { peers, postern } from './peers.mjs';
import { startReal } from './servers/real.mjs';
import { countTurns } from './turns.mjs';

/**
 * @typedef {object} Dialogue what a client is to do
 * @property {string} host
 * @property {number} port
 * @property {Security} security
 * @property {number} count messages to send on one connection, handed over together
 * @property {string} ca
 * @property {string} serverName
 * @property {string} user
 * @property {string} password
 *
 * @typedef {'plain' | 'starttls' | 'tls'} Security
 */

/** Messages by which the price of a further one is found. */
const MANY = 5;

const minimum = { default: [5, 9, 7, 1], window: [4, 8, 6, 0] };

/** @returns {Promise<import('../runner/table.mjs').Section>} */
export async function waits() {
  const serverName = 'localhost';
  const account = { user: 'ann', password: 'correct horse' };
  const identity = await selfSigned(serverName);
  const tls = { identity: () => identity };
  const servers = {
    plain: await startReal(),
    starttls: await startReal({ tls, account }),
    tls: await startReal({ tls, account, implicit: true }),
  };
  /** @param {import('./peers.mjs').Client} client @param {Security} security @param {number} count */
  const count = async ({ module, how }, security, messages) => {
    const turns = await countTurns(servers[security].endpoint.port);
    const imported = await import(module);
    const dialogue = {
      host: serverName,
      port: turns.port,
      security,
      count: messages,
      ca: identity.chain,
      serverName,
    };
    const leave = await imported.converse({ ...dialogue, ...account }, how);
    const waited = turns.waits();
    await leave();
    turns.close();
    return waited;
  };
  const rows = [];
  for (const client of [postern, { ...postern, name: 'Postern, window', how: { window: true } }, ...peers]) {
    rows.push(await rowOf(client, count));
  }
  for (const server of Object.values(servers)) await server[Symbol.asyncDispose]();
  const [plain, window] = rows;
  return {
    name: 'waits',
    title: 'SMTP: waits until a message is accepted (round trips, TCP and greeting included; counted)',
    columns: ['client', 'plain', 'STARTTLS and AUTH', 'TLS and AUTH', 'a further message'],
    rows,
    targets: [
      exactly('by default', minimum.default, plain),
      exactly('with `window`', minimum.window, window),
    ],
  };
}

/**
 * @param {import('./peers.mjs').Client} client
 * @param {(client: import('./peers.mjs').Client, security: Security, messages: number) => Promise<number>} count
 */
async function rowOf(client, count) {
  try {
    const plain = await count(client, 'plain', 1);
    const starttls = await count(client, 'starttls', 1);
    const tls = await count(client, 'tls', 1);
    const further = ((await count(client, 'plain', MANY)) - plain) / (MANY - 1);
    const figures = { plain, starttls, tls, further };
    return { name: client.name, figures, cells: Object.values(figures).map(String) };
  } catch (error) {
    const missing = absence(error)?.missing;
    if (missing === undefined) throw error;
    return { name: client.name, cells: [], missing };
  }
}

/** @param {string} how @param {readonly number[]} expected @param {{ cells: readonly string[] } | undefined} row */
function exactly(how, expected, row) {
  const wanted = expected.join(' / ');
  const reached = row?.cells.join(' / ') ?? '–';
  return { text: `exactly ${wanted} ${how}`, reached, met: reached === wanted };
}
