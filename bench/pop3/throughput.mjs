// What fetching everything costs the client.
import { measure } from '../runner/contender.mjs';
import { inRounds, median } from '../runner/rounds.mjs';
import { figure, times } from '../runner/table.mjs';
import { poplib } from './clients/poplib.mjs';
import { filledServer, inNode } from './contenders.mjs';
import { CHANGED } from './contents.mjs';

/** @typedef {{ quick: boolean, rounds: number }} Options */
/** @typedef {{ name: string, count: number, octets: number }} Task */

/** Small messages: what a message costs. @param {Options} options */
export function throughput(options) {
  return fetched({ name: 'throughput', count: options.quick ? 20 : 1000, octets: 1000 }, options);
}

/** Messages as they are: what an octet costs. @param {Options} options */
export function large(options) {
  return fetched({ name: 'large', count: options.quick ? 20 : 5000, octets: 20_000 }, options);
}

/** @param {Task} task @param {Options} options @returns {Promise<import('../runner/table.mjs').Section>} */
async function fetched(task, { rounds }) {
  const server = await filledServer(task.count, task.octets);
  const contenders = [
    ...inNode.map(({ name, module }) => ({
      name,
      work: (/** @type {object} */ job) => measure(module, 'fetch', job),
    })),
    { name: 'poplib', work: poplib },
  ];
  try {
    const { digest: _compared, ...job } = server.job;
    const results = await inRounds(contenders, rounds, ({ work }) => work(job));
    const changed = new Set();
    // Once for the octets; hashing is no part of what is measured.
    for (const { name, work } of contenders) {
      await work(server.job).catch((/** @type {Error} */ error) => {
        if (!error.message.includes(CHANGED)) throw error;
        changed.add(name);
      });
    }
    return section(task, results, changed);
  } finally {
    server.stop();
  }
}

/**
 * @param {Task} task
 * @param {Map<string, import('../runner/contender.mjs').Cost[]>} results
 * @param {ReadonlySet<string>} changed who changes messages
 * @returns {import('../runner/table.mjs').Section}
 */
function section({ name: sectionName, count, octets }, results, changed) {
  const rows = [...results].map(([name, costs]) => {
    const missing = costs.find((cost) => cost.missing)?.missing;
    const wallMs = missing ? NaN : median(costs.map((cost) => cost.wallMs));
    const cpuMs = missing ? NaN : median(costs.map((cost) => cost.cpuMs));
    const figures = { wallMs, cpuMs, perSecond: (count / wallMs) * 1000 };
    return {
      name,
      ...(missing ? { missing } : { figures }),
      cells: [
        figure(wallMs),
        figure(cpuMs),
        figure(figures.perSecond),
        changed.has(name) ? 'changed' : 'the same',
      ],
    };
  });
  const cpuOf = (/** @type {string} */ start) =>
    rows.find(({ name }) => name.startsWith(start))?.figures?.cpuMs ?? NaN;
  const ratio = cpuOf('Postern') / cpuOf('poplib');
  return {
    name: sectionName,
    title: `POP3: ${count.toLocaleString('en')} messages of ${octets / 1000} kB, the same server (CPU of the client's process)`,
    columns: ['client', 'wall ms', 'CPU ms', 'messages/s', 'octets'],
    rows,
    targets: [
      {
        text: "≤ ½ of poplib's CPU",
        reached: times(ratio),
        met: Number.isFinite(ratio) ? ratio <= 0.5 : undefined,
      },
      {
        text: 'every octet as it was stored',
        reached: changed.has('Postern') ? 'no' : 'yes',
        met: !changed.has('Postern'),
      },
    ],
  };
}
