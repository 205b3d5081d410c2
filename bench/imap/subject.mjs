// What `npm run bench -- imap` measures, in order.
import { join } from 'node:path';
import { measure, startServer } from '../runner/contender.mjs';
import { inRounds, median } from '../runner/rounds.mjs';
import { figure, times } from '../runner/table.mjs';
import { fetchResponses } from './messages.mjs';
import { waits } from './waits.mjs';

const MB = 1_000_000;
const client = (/** @type {string} */ name) => join(import.meta.dirname, 'clients', `${name}.mjs`);

/**
 * @typedef {{ quick: boolean, rounds: number }} Options
 * @typedef {import('../runner/table.mjs').Section} Section
 */

/** The readers alone: the machine is fed from memory. @param {Options} options @returns {Promise<Section>} */
async function parse({ quick, rounds }) {
  const count = quick ? 500 : 50_000;
  const octets = fetchResponses(count).length;
  const contenders = [
    { name: 'all values at once', lazy: 'no' },
    { name: 'lazy, syntax checked', lazy: 'checked' },
    { name: 'lazy, unchecked', lazy: 'unchecked' },
  ];
  const results = await inRounds(contenders, rounds, ({ lazy }) =>
    measure(client('postern'), 'memory', { count, lazy }),
  );
  const rows = [...results].map(([name, costs]) => {
    /** @param {'wallMs' | 'cpuMs'} key */
    const perSecond = (key) => octets / MB / (median(costs.map((cost) => cost[key])) / 1000);
    const figures = { wall: perSecond('wallMs'), cpu: perSecond('cpuMs') };
    return { name, figures, cells: Object.values(figures).map(figure) };
  });
  const [, checked = NaN, unchecked = NaN] = rows.map(({ figures }) => figures.cpu);
  return {
    name: 'parse',
    title: `IMAP: ${count} FETCH responses of ${Math.round(octets / count)} octets through the machine, UID and FLAGS read`,
    columns: ['values', 'MB/s', 'MB a CPU second'],
    rows,
    targets: [
      { text: '≥ 120 MB a CPU second, checked', reached: figure(checked), met: checked >= 120 },
      { text: '≥ 200 MB a CPU second, unchecked', reached: figure(unchecked), met: unchecked >= 200 },
    ],
  };
}

/**
 * Lists of messages over a socket. @param {{ count: number, rounds: number, contenders: { name: string, module: string, lazy?: string }[] }} work
 * @returns {Promise<{ rows: import('../runner/table.mjs').Row[], over: Record<'flow' | 'imap', { wall: number, cpu: number }> }>}
 *   `over` = how many times faster the first contender is than another
 */
async function lists({ count, rounds, contenders }) {
  const octets = fetchResponses(count).length;
  const server = await startServer(join(import.meta.dirname, 'servers', 'canned.mjs'), { count, octets: MB });
  try {
    const results = await inRounds(contenders, rounds, ({ module, lazy }) =>
      measure(module, 'envelopes', { ...server.facts, count, ...(lazy ? { lazy } : {}) }),
    );
    const summary = [...results].map(([name, costs]) => {
      const missing = costs[0]?.missing;
      /** @param {'wallMs' | 'cpuMs'} key */
      const middle = (key) => (missing ? NaN : median(costs.map((cost) => cost[key])));
      return { name, missing, wall: middle('wallMs'), cpu: middle('cpuMs') };
    });
    /** @param {string} name */
    const costOf = (name) => summary.find((cost) => cost.name === name) ?? { wall: NaN, cpu: NaN };
    const [ours, flow, imap] = [costOf('Postern'), costOf('imapflow'), costOf('imap')];
    /** @param {{ wall: number, cpu: number }} peer */
    const timesOf = (peer) => ({ wall: peer.wall / ours.wall, cpu: peer.cpu / ours.cpu });
    const rows = summary.map(({ name, missing, wall, cpu }) => {
      const figures = {
        perSecond: (count / wall) * 1000,
        mbPerSecond: octets / MB / (wall / 1000),
        mbPerCpuSecond: octets / MB / (cpu / 1000),
        wallRatio: flow.wall / wall,
        cpuRatio: flow.cpu / cpu,
      };
      const { perSecond, mbPerSecond, mbPerCpuSecond, wallRatio, cpuRatio } = figures;
      return {
        name,
        ...(missing ? { missing } : { figures }),
        cells: [
          figure(perSecond),
          figure(mbPerSecond),
          figure(mbPerCpuSecond),
          times(wallRatio),
          times(cpuRatio),
        ],
      };
    });
    return { rows, over: { flow: timesOf(flow), imap: timesOf(imap) } };
  } finally {
    server.stop();
  }
}

/** @param {string} text @param {number} reached @param {number} least */
const atLeast = (text, reached, least) => ({
  text,
  reached: times(reached),
  met: known(reached, reached >= least),
});

/** @param {Options} options @param {{ name: string, title: string, count: number, contenders: Parameters<typeof lists>[0]['contenders'] }} section */
async function listing({ rounds }, { name, title, count, contenders }) {
  const { rows, over } = await lists({ count, rounds, contenders });
  return {
    name,
    title,
    columns: ['client', 'messages/s', 'MB/s', 'MB a CPU second', '× imapflow', '× imapflow CPU'],
    rows,
    targets: [
      atLeast('≥ 8× imapflow', over.flow.wall, 8),
      atLeast('≥ 8× imapflow a CPU second', over.flow.cpu, 8),
      atLeast('≥ 3× imap', over.imap.wall, 3),
      atLeast('≥ 3× imap a CPU second', over.imap.cpu, 3),
    ],
  };
}

const postern = { name: 'Postern', module: client('postern') };
const peers = ['imapflow', 'imap'].map((name) => ({ name, module: client(name) }));

/** As many messages as make the start of a dialogue, and the compiling of code, a small part. @param {Options} options @returns {Promise<Section>} */
function objects(options) {
  const count = options.quick ? 200 : 100_000;
  const title = `IMAP: FETCH responses to full objects, ${count} in one dialogue`;
  return listing(options, { name: 'objects', title, count, contenders: [postern, ...peers] });
}

/** From the connection to the last message. @param {Options} options @returns {Promise<Section>} */
function messages(options) {
  const count = options.quick ? 200 : 20_000;
  const title = `IMAP: ${count} messages with envelope and structure, from the connection to the last`;
  const contenders = [postern, { ...postern, name: 'Postern, lazy', lazy: 'checked' }, ...peers];
  return listing(options, { name: 'messages', title, count, contenders });
}

/** One large content. @param {Options} options @returns {Promise<Section>} */
async function content({ quick, rounds }) {
  const octets = quick ? MB : 50 * 1024 * 1024;
  const server = await startServer(join(import.meta.dirname, 'servers', 'canned.mjs'), { count: 1, octets });
  const contenders = [
    { name: 'Postern, borrowed', module: client('postern'), borrow: true },
    { name: 'Postern, copies', module: client('postern') },
    { name: 'imapflow', module: client('imapflow') },
    { name: 'imap', module: client('imap') },
  ];
  try {
    const results = await inRounds(contenders, rounds, ({ module, borrow }) =>
      measure(module, 'content', { ...server.facts, octets, ...(borrow ? { borrow } : {}) }),
    );
    const rows = [...results].map(([name, costs]) => {
      const missing = costs[0]?.missing;
      /** @param {'wallMs' | 'cpuMs' | 'rssGrowth'} key */
      const middle = (key) => (missing ? NaN : median(costs.map((cost) => cost[key])));
      const figures = {
        perSecond: octets / MB / (middle('wallMs') / 1000),
        perCpuSecond: octets / MB / (middle('cpuMs') / 1000),
        rssMb: middle('rssGrowth') / MB,
      };
      return { name, ...(missing ? { missing } : { figures }), cells: Object.values(figures).map(figure) };
    });
    const [ours, , , imap] = rows.map(({ figures }) => figures);
    const rss = ours?.rssMb ?? NaN;
    const ratio = (ours?.perCpuSecond ?? NaN) / (imap?.perCpuSecond ?? NaN);
    return {
      name: 'content',
      title: `IMAP: one message of ${figure(octets / MB)} MB`,
      columns: ['client', 'MB/s', 'MB a CPU second', 'extra memory MB'],
      rows,
      targets: [
        { text: '≤ 6 MB extra memory, borrowed', reached: `${figure(rss)} MB`, met: known(rss, rss <= 6) },
        { text: '≥ 1× imap a CPU second, borrowed', reached: times(ratio), met: known(ratio, ratio >= 1) },
      ],
    };
  } finally {
    server.stop();
  }
}

/** @param {number} value @param {boolean} met */
const known = (value, met) => (Number.isFinite(value) ? met : undefined);

const all = { parse, objects, messages, content, waits };

/** @param {Options & { only?: readonly string[] | undefined }} options */
export async function* sections({ only, ...options }) {
  for (const [name, section] of Object.entries(all)) {
    if (!only || only.includes(name)) yield await section(options);
  }
}
