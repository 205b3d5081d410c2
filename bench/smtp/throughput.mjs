// Messages a second: many small ones over five connections.
import { join } from 'node:path';
import { measure, startServer } from '../runner/contender.mjs';
import { inRounds, median } from '../runner/rounds.mjs';
import { figure, times } from '../runner/table.mjs';
import { smtpSource } from './clients/smtp-source.mjs';
import { peers, postern } from './peers.mjs';

const OCTETS = 2048;
const CONNECTIONS = 5;

/**
 * @param {{ quick: boolean, rounds: number }} options
 * @returns {Promise<import('../runner/table.mjs').Section>}
 */
export async function throughput({ quick, rounds }) {
  const count = quick ? 100 : 50_000;
  const sink = await startServer(join(import.meta.dirname, 'servers', 'sink.mjs'));
  /** @param {string} module @param {'pipelining' | 'chunking'} port @param {object} [how] */
  const node = (module, port, how) => (/** @type {number} */ messages) =>
    measure(module, 'messages', {
      port: sink.facts[port],
      count: messages,
      octets: OCTETS,
      connections: CONNECTIONS,
      ...how,
    });
  const contenders = [
    { name: 'Postern, CHUNKING', work: node(postern.module, 'chunking', { window: true }) },
    { name: 'Postern, PIPELINING', work: node(postern.module, 'pipelining') },
    // Each of its messages waits 40 ms for want of TCP_NODELAY, always the same: a tenth of them in one round says enough.
    ...peers.map(({ name, module }) => ({
      name,
      work: node(module, 'chunking'),
      ...(name.startsWith('emailjs') && { rounds: 1, messages: count / 10 }),
    })),
    {
      name: 'smtp-source -d',
      work: (/** @type {number} */ messages) =>
        smtpSource({ port: sink.facts.chunking, count: messages, octets: OCTETS, connections: CONNECTIONS }),
    },
  ];
  const turns = new Map(contenders.map(({ name }) => [name, 0]));
  try {
    const results = await inRounds(
      contenders,
      rounds,
      async ({ name, work, rounds: most = rounds, messages = count }) => {
        const turn = (turns.get(name) ?? 0) + 1;
        turns.set(name, turn);
        if (turn > most) return undefined;
        const cost = await work(messages);
        const arrived = (await sink.ask()).messages;
        if (!cost.missing && arrived !== messages)
          throw new Error(`${name}: ${arrived} of ${messages} arrived`);
        const share = count / messages;
        return { ...cost, wallMs: cost.wallMs * share, cpuMs: cost.cpuMs * share };
      },
    );
    return section(count, results);
  } finally {
    sink.stop();
  }
}

/**
 * @param {number} count
 * @param {Map<string, (import('../runner/contender.mjs').Cost | undefined)[]>} results
 * @returns {import('../runner/table.mjs').Section}
 */
function section(count, results) {
  const summary = [...results].map(([name, turns]) => {
    const costs = turns.filter((cost) => cost !== undefined);
    const missing = costs.find((cost) => cost.missing)?.missing;
    const wall = missing ? NaN : median(costs.map(({ wallMs }) => wallMs));
    const cpu = missing ? NaN : median(costs.map(({ cpuMs }) => cpuMs));
    return { name, missing, wall, cpu };
  });
  /** @param {string} prefix */
  const of = (prefix) => summary.find(({ name }) => name.startsWith(prefix)) ?? { wall: NaN, cpu: NaN };
  const base = of('nodemailer');
  const rows = summary.map(({ name, missing, wall, cpu }) => {
    const perSecond = (count / wall) * 1000;
    const cpuMicroseconds = (cpu / count) * 1000;
    const figures = { perSecond, cpuMicroseconds, wallRatio: base.wall / wall, cpuRatio: base.cpu / cpu };
    return {
      name,
      ...(missing ? { missing } : { figures }),
      cells: [
        figure(perSecond),
        figure(wall / 1000),
        figure(cpu / 1000),
        figure(cpuMicroseconds),
        times(figures.wallRatio),
        times(figures.cpuRatio),
      ],
    };
  });
  const chunking = of('Postern, CHUNKING');
  const pipelining = of('Postern, PIPELINING');
  return {
    name: 'throughput',
    title: `SMTP: ${count.toLocaleString('en')} messages of 2 kB each, 5 connections, the same sink (CPU of the client's process)`,
    columns: [
      'client',
      'messages/s',
      'wall s',
      'CPU s',
      'CPU µs a message',
      '× nodemailer wall',
      '× nodemailer CPU',
    ],
    rows,
    targets: [
      least('CHUNKING ≥ 12× nodemailer raw, wall', 12, base.wall / chunking.wall),
      least('PIPELINING only ≥ 8× nodemailer raw, wall', 8, base.wall / pipelining.wall),
      least('PIPELINING only ≥ 10× nodemailer raw, CPU', 10, base.cpu / pipelining.cpu),
      least('CHUNKING ≥ 4× @upyo/smtp, wall', 4, of('@upyo').wall / chunking.wall),
      least('CHUNKING ≥ 2× smtp-source -d, wall', 2, of('smtp-source').wall / chunking.wall),
    ],
  };
}

/** @param {string} text @param {number} wanted @param {number} reached */
export function least(text, wanted, reached) {
  return { text, reached: times(reached), met: Number.isFinite(reached) ? reached >= wanted : undefined };
}
