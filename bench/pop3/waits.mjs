// How many round trips somebody sits through until all messages are in hand.
import { countTurns } from '../smtp/turns.mjs';
import { poplib } from './clients/poplib.mjs';
import { filledServer, inNode } from './contenders.mjs';

/** @typedef {import('./clients/postern.mjs').Job} Job */

/** A dialogue: resolves when all messages are in hand, with what ends it. @typedef {(job: Job) => Promise<() => unknown>} Converse */

/** @param {{ quick: boolean }} options @returns {Promise<import('../runner/table.mjs').Section>} */
export async function waits({ quick }) {
  const counts = quick ? [1, 10] : [1, 1000];
  const rows = [];
  for (const { name, module } of inNode) {
    const { converse } = await import(module);
    rows.push(await rowOf(name, counts, converse));
  }
  rows.push(await rowOf('poplib', counts, pythons));
  const [few, many] = Object.values(rows[0]?.figures ?? {});
  return {
    name: 'waits',
    title: 'POP3: waits until all messages are in hand (round trips, TCP and greeting included; counted)',
    columns: [
      'client',
      ...counts.map((count) => (count === 1 ? '1 message' : `${count.toLocaleString('en')} messages`)),
    ],
    rows,
    targets: [
      { text: 'the same for any number', reached: `${few} and ${many}`, met: few === many },
      // CAPA costs one: whoever pipelines has to have read that the server can (RFC 2449 §6.6).
      { text: '≤ 5 for any number', reached: String(many), met: (many ?? NaN) <= 5 },
    ],
  };
}

/** @param {string} name @param {readonly number[]} counts @param {Converse} converse */
async function rowOf(name, counts, converse) {
  const figures = /** @type {Record<string, number>} */ ({});
  for (const count of counts) {
    const server = await filledServer(count);
    const turns = await countTurns(server.job.port);
    try {
      const { digest: _compared, ...job } = server.job;
      const leave = await converse({ ...job, port: turns.port });
      figures[`of${count}`] = turns.waits();
      await leave();
    } catch (error) {
      if (!(error instanceof Missing)) throw error;
      return { name, cells: [], missing: error.message };
    } finally {
      turns.close();
      server.stop();
    }
  }
  return { name, figures, cells: Object.values(figures).map((waited) => waited.toLocaleString('en')) };
}

class Missing extends Error {}

/** @type {Converse} */
function pythons(job) {
  return new Promise((resolve, reject) => {
    const ended = poplib(job, () => resolve(() => ended)).then(({ missing }) => {
      if (missing !== undefined) reject(new Missing(missing));
    }, reject);
  });
}
