// How many round trips somebody sits through until the list of a mailbox is in hand, and for how many turns a large content makes the
// client wait.
import { join } from 'node:path';
import { selfSigned } from '../../packages/wire/test/certificates.ts';
import { absence } from '../runner/absence.mjs';
import { countTurns } from '../smtp/turns.mjs';
import { startReal } from './servers/real.mjs';

/**
 * @typedef {object} Dialogue what a client is to do
 * @property {number} port
 * @property {string} ca
 * @property {string} serverName
 * @property {string} user
 * @property {string} password
 * @property {number} count messages in INBOX
 * @property {'fetch' | 'awaited' | 'login'} [way] Postern only: the FETCH leaves with the EXAMINE (as the guides do it), each call
 *   is awaited, or the LOGIN leaves with both
 * @property {() => number} waits how many there have been so far
 */

const COUNT = 100;
const OCTETS = 4 * 1024 * 1024;

const client = (/** @type {string} */ name) => join(import.meta.dirname, 'clients', `${name}.mjs`);
const contenders = [
  { name: 'Postern', module: client('postern') },
  { name: 'Postern, each call awaited', module: client('postern'), way: 'awaited' },
  { name: 'Postern, login in the group', module: client('postern'), way: 'login' },
  { name: 'imapflow', module: client('imapflow') },
  { name: 'imap', module: client('imap') },
];

/** @returns {Promise<import('../runner/table.mjs').Section>} */
export async function waits() {
  const serverName = 'localhost';
  const account = { user: 'ann', password: 'correct horse' };
  const identity = await selfSigned(serverName);
  const server = await startReal({
    tls: { identity: () => identity },
    account,
    count: COUNT,
    octets: OCTETS,
  });
  const rows = [];
  try {
    for (const { name, module, way } of contenders) {
      const turns = await countTurns(server.endpoint.port);
      try {
        const dialogue = {
          port: turns.port,
          ca: identity.chain,
          serverName,
          ...account,
          count: COUNT,
        };
        const { list, download } = await (
          await import(module)
        ).converse({ ...dialogue, ...(way && { way }) });
        await list();
        const listed = turns.waits();
        const octets = await download('Large', turns.waits);
        if (octets.seen < OCTETS) throw new Error(`${name}: ${octets.seen} octets`);
        const figures = { envelopes: listed, stream: turns.waits() - octets.before };
        await octets.leave();
        rows.push({ name, figures, cells: Object.values(figures).map(String) });
      } catch (error) {
        const missing = absence(error)?.missing;
        if (missing === undefined) throw error;
        rows.push({ name, cells: [], missing });
      } finally {
        turns.close();
      }
    }
  } finally {
    await server[Symbol.asyncDispose]();
  }
  const [ours, , grouped] = rows.map(({ figures }) => figures);
  return {
    name: 'waits',
    title:
      'IMAP: waits over implicit TLS until 100 envelopes are in hand (round trips, TCP and greeting included; counted), and turns to stream 4 MiB',
    columns: ['client', 'waits', 'turns'],
    rows,
    targets: [
      atMost('waits by default', 5, ours?.envelopes),
      atMost('waits on request', 4, grouped?.envelopes),
      atMost('turns', 2, ours?.stream),
    ],
  };
}

/** @param {string} what @param {number} most @param {number | undefined} reached */
function atMost(what, most, reached = NaN) {
  return { text: `≤ ${most} ${what}`, reached: String(reached), met: reached <= most };
}
