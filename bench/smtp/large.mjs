// One large message from a stream, and one that fits into no memory.
import { join } from 'node:path';
import { measure, startServer } from '../runner/contender.mjs';
import { inRounds, median } from '../runner/rounds.mjs';
import { figure, times } from '../runner/table.mjs';
import { peers, postern } from './peers.mjs';
import { least } from './throughput.mjs';

const MB = 1_000_000;

/**
 * @param {{ quick: boolean, rounds: number }} options
 * @returns {Promise<import('../runner/table.mjs').Section>}
 */
export async function large({ quick, rounds }) {
  const octets = quick ? MB : 10 * MB;
  const sink = await startServer(join(import.meta.dirname, 'servers', 'sink.mjs'));
  const contenders = [
    { name: 'Postern, CHUNKING', module: postern.module, port: 'chunking', how: { window: true } },
    { name: 'Postern, PIPELINING', module: postern.module, port: 'pipelining' },
    ...peers.map((peer) => ({ ...peer, port: 'pipelining' })),
  ];
  try {
    const results = await inRounds(contenders, rounds, async ({ name, module, port, how }) => {
      const cost = await measure(module, 'stream', { port: sink.facts[port], octets, ...how });
      const seen = await sink.ask();
      if (!cost.missing && seen.octets < octets)
        throw new Error(`${name}: ${seen.octets} of ${octets} octets arrived`);
      return cost;
    });
    const summary = [...results].map(([name, costs]) => {
      const missing = costs[0]?.missing;
      /** @param {'wallMs' | 'cpuMs' | 'rssGrowth'} key */
      const middle = (key) => (missing ? NaN : median(costs.map((cost) => cost[key])));
      const perCpuSecond = octets / MB / (middle('cpuMs') / 1000);
      const figures = {
        perSecond: octets / MB / (middle('wallMs') / 1000),
        perCpuSecond,
        rssMb: middle('rssGrowth') / MB,
      };
      return { name, missing, figures };
    });
    const best = Math.max(...summary.slice(2).map(({ figures }) => figures.perCpuSecond || 0)) || NaN;
    const rows = summary.map(({ name, missing, figures }) => ({
      name,
      ...(missing ? { missing } : { figures: { ...figures, ratio: figures.perCpuSecond / best } }),
      cells: [...Object.values(figures).map(figure), times(figures.perCpuSecond / best)],
    }));
    const slower = Math.min(...summary.slice(0, 2).map(({ figures }) => figures.perCpuSecond));
    const memory = Math.max(...summary.slice(0, 2).map(({ figures }) => figures.rssMb));
    return {
      name: 'large',
      title: `SMTP: one message of ${octets / MB} MB from a stream`,
      columns: ['client', 'MB/s', 'MB a CPU second', 'extra memory MB', '× best peer CPU'],
      rows,
      targets: [
        least('≥ 2× the best peer a CPU second, either way', 2, slower / best),
        { text: '≤ 8 MB extra memory, either way', reached: `${figure(memory)} MB`, met: memory <= 8 },
      ],
    };
  } finally {
    sink.stop();
  }
}

/**
 * @param {{ quick: boolean }} options
 * @returns {Promise<import('../runner/table.mjs').Section>}
 */
export async function gigabyte({ quick }) {
  const octets = quick ? 4 * MB : 1000 * MB;
  const rows = [];
  for (const [name, how] of /** @type {const} */ ([
    ['Postern, BDAT', { window: true }],
    ['Postern, DATA', {}],
  ])) {
    const server = await startServer(join(import.meta.dirname, 'servers', 'swallow.mjs'));
    try {
      const cost = await measure(postern.module, 'stream', { port: server.facts.port, octets, ...how });
      const { rssGrowth } = await server.ask();
      const figures = {
        perSecond: octets / MB / (cost.wallMs / 1000),
        clientMb: cost.rssGrowth / MB,
        serverMb: rssGrowth / MB,
      };
      rows.push({ name, figures, cells: Object.values(figures).map(figure) });
    } finally {
      server.stop();
    }
  }
  const most = Math.max(...rows.flatMap(({ figures }) => [figures.clientMb, figures.serverMb]));
  return {
    name: 'gigabyte',
    title: `SMTP: ${octets / MB} MB from a generator through our client into our server, a process each`,
    columns: ['way', 'MB/s', "client's memory +MB", "server's memory +MB"],
    rows,
    targets: [
      { text: '< 40 MB more memory in either process', reached: `${figure(most)} MB`, met: most < 40 },
    ],
  };
}
