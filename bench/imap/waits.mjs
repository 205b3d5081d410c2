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
 * @property {boolean} [together] Postern only: SELECT and FETCH in one group
 * @property {() => number} waits how many there have been so far
 */

const COUNT = 100;
const OCTETS = 4 * 1024 * 1024;

const client = (/** @type {string} */ name) => join(import.meta.dirname, 'clients', `${name}.mjs`);
const contenders = [
  { name: 'Postern', module: client('postern'), together: false },
  { name: 'Postern, SELECT with fetch', module: client('postern'), together: true },
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
    for (const { name, module, together } of contenders) {
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
        ).converse({ ...dialogue, ...(together && { together }) });
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
  const [ours, together] = rows.map(({ figures }) => figures);
  return {
    name: 'waits',
    title:
      'IMAP: waits over implicit TLS until 100 envelopes are in hand (round trips, TCP and greeting included; counted), and turns to stream 4 MiB',
    columns: ['client', 'waits', 'turns'],
    rows,
    targets: [
      atMost('waits by default', 5, ours?.envelopes),
      atMost('waits with FETCH behind SELECT', 4, together?.envelopes),
      atMost('turns', 2, ours?.stream),
    ],
  };
}

/** @param {string} what @param {number} most @param {number | undefined} reached */
function atMost(what, most, reached = NaN) {
  return { text: `≤ ${most} ${what}`, reached: String(reached), met: reached <= most };
}
