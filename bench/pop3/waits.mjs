// How many round trips somebody sits through until all messages are in hand.
import { countTurns } from '../smtp/turns.mjs';
import { poplib } from './clients/poplib.mjs';
import { capabilitiesOf, converse as ours } from './clients/postern.mjs';
import { filledServer, inNode } from './contenders.mjs';

/** @typedef {import('./clients/postern.mjs').Job} Job */
/** @typedef {Awaited<ReturnType<typeof capabilitiesOf>>} Earlier what an earlier session learnt */

/** A dialogue: resolves when all messages are in hand, with what ends it. @typedef {(job: Job, earlier?: Earlier) => Promise<() => unknown>} Converse */

/** @param {{ quick: boolean }} options @returns {Promise<import('../runner/table.mjs').Section>} */
export async function waits({ quick }) {
  const counts = quick ? [1, 10] : [1, 1000];
  const rows = [];
  for (const { name, module } of inNode) {
    const { converse } = await import(module);
    rows.push(await rowOf(name, counts, converse));
    if (converse === ours) rows.push(await rowOf(`${name}, remembered`, counts, ours, capabilitiesOf));
  }
  rows.push(await rowOf('poplib', counts, pythons));
  const [few, many] = Object.values(rows[0]?.figures ?? {});
  const [, remembered] = Object.values(rows[1]?.figures ?? {});
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
      // CAPA costs one: whoever pipelines has to have read that the server can (RFC 2449 §6.6), now or another time.
      { text: '≤ 5 for any number, by default', reached: String(many), met: (many ?? NaN) <= 5 },
      {
        text: '≤ 5 for any number, with the option `remembered`',
        reached: String(remembered),
        met: (remembered ?? NaN) <= 5,
      },
    ],
  };
}

/**
 * @param {string} name
 * @param {readonly number[]} counts
 * @param {Converse} converse
 * @param {(job: Job) => Promise<Earlier>} [before] what is known from an earlier session, whose waits are not counted
 */
async function rowOf(name, counts, converse, before) {
  const figures = /** @type {Record<string, number>} */ ({});
  for (const count of counts) {
    const server = await filledServer(count);
    const { digest: _compared, ...job } = server.job;
    const earlier = await before?.(job);
    const turns = await countTurns(job.port);
    try {
      const leave = await converse({ ...job, port: turns.port }, earlier);
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
