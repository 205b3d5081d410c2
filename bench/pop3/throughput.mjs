// What fetching everything costs the client.
import { measure } from '../runner/contender.mjs';
import { inRounds, median } from '../runner/rounds.mjs';
import { figure, times } from '../runner/table.mjs';
import { poplib } from './clients/poplib.mjs';
import { filledServer, inNode } from './contenders.mjs';
import { CHANGED } from './contents.mjs';

/** @typedef {{ quick: boolean, rounds: number }} Options */
/** @typedef {{ name: string, count: number, octets: number, more: number }} Task `more` = how many messages the second measurement has */

/** Small messages: what a message costs. @param {Options} options */
export function throughput({ quick, rounds }) {
  const [count, more] = quick ? [20, 40] : [1000, 10_000];
  return fetched({ name: 'throughput', count, octets: 1000, more }, rounds);
}

/** Messages as they are: what an octet costs. @param {Options} options */
export function large({ quick, rounds }) {
  const [count, more] = quick ? [20, 40] : [5000, 7500];
  return fetched({ name: 'large', count, octets: 20_000, more }, rounds);
}

/** @param {Task} task @param {number} rounds @returns {Promise<import('../runner/table.mjs').Section>} */
async function fetched(task, rounds) {
  const contenders = [
    ...inNode.map(({ name, module }) => ({
      name,
      work: (/** @type {object} */ job) => measure(module, 'fetch', job),
    })),
    { name: 'poplib', work: poplib },
  ];
  /** @param {number} count @param {number} turns @param {((job: import('./clients/postern.mjs').Job) => Promise<void>)} [then] */
  const costs = async (count, turns, then) => {
    const server = await filledServer(count, task.octets);
    try {
      const { digest: _compared, ...job } = server.job;
      const results = await inRounds(contenders, turns, ({ work }) => work(job));
      await then?.(server.job);
      return results;
    } finally {
      server.stop();
    }
  };
  const changed = new Set();
  const results = await costs(task.count, rounds, async (job) => {
    // Once for the octets; hashing is no part of what is measured.
    for (const { name, work } of contenders) {
      await work(job).catch((/** @type {Error} */ error) => {
        if (!error.message.includes(CHANGED)) throw error;
        changed.add(name);
      });
    }
  });
  return section(task, results, await costs(task.more, Math.min(rounds, 3)), changed);
}

/** @typedef {Map<string, import('../runner/contender.mjs').Cost[]>} Costs */

/**
 * @param {Task} task
 * @param {Costs} results
 * @param {Costs} larger the same with more messages
 * @param {ReadonlySet<string>} changed who changes messages
 * @returns {import('../runner/table.mjs').Section}
 */
function section({ name: sectionName, count, octets, more }, results, larger, changed) {
  const rows = [...results].map(([name, costs]) => {
    const missing = costs.find((cost) => cost.missing)?.missing;
    const of = (/** @type {'wallMs' | 'cpuMs' | 'wholeCpuMs'} */ which, found = costs) =>
      missing ? NaN : median(found.map((cost) => cost[which]));
    const [wallMs, cpuMs, wholeCpuMs] = [of('wallMs'), of('cpuMs'), of('wholeCpuMs')];
    const furtherUs = ((of('cpuMs', larger.get(name) ?? []) - cpuMs) / (more - count)) * 1000;
    const figures = { wallMs, cpuMs, wholeCpuMs, furtherUs, perSecond: (count / wallMs) * 1000 };
    return {
      name,
      ...(missing ? { missing } : { figures }),
      cells: [
        figure(wallMs),
        figure(cpuMs),
        figure(wholeCpuMs),
        figure(furtherUs),
        figure(figures.perSecond),
        changed.has(name) ? 'changed' : 'the same',
      ],
    };
  });
  const figuresOf = (/** @type {string} */ start) => rows.find(({ name }) => name.startsWith(start))?.figures;
  /** @param {string} text @param {'cpuMs' | 'wholeCpuMs' | 'furtherUs'} which */
  const half = (text, which) => {
    const ratio = (figuresOf('Postern')?.[which] ?? NaN) / (figuresOf('poplib')?.[which] ?? NaN);
    return { text, reached: times(ratio), met: Number.isFinite(ratio) ? ratio <= 0.5 : undefined };
  };
  return {
    name: sectionName,
    title: `POP3: ${count.toLocaleString('en')} messages of ${octets / 1000} kB, the same server (CPU of the client's process; a further message by a second run with ${more.toLocaleString('en')})`,
    columns: ['client', 'wall ms', 'CPU ms', 'with start', 'µs a further one', 'messages/s', 'octets'],
    rows,
    targets: [
      half("≤ ½ of poplib's CPU, the start of the process left out", 'cpuMs'),
      half("≤ ½ of poplib's CPU, from the start of the process to its end", 'wholeCpuMs'),
      half("≤ ½ of poplib's CPU for each further message", 'furtherUs'),
      {
        text: 'every octet as it was stored',
        reached: changed.has('Postern') ? 'no' : 'yes',
        met: !changed.has('Postern'),
      },
    ],
  };
}
