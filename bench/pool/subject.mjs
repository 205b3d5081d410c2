// What `npm run bench -- pool` measures, in a network namespace whose firewall drops what is sent to port 465.
import { inRounds, median } from '../runner/rounds.mjs';
import { figure, times } from '../runner/table.mjs';
import { inside } from './inside.mjs';

const DROP_465 = ['tcp dport 465 drop'];

/**
 * @typedef {{ quick: boolean, rounds: number }} Options
 * @typedef {import('../runner/table.mjs').Section} Section
 */

/** @param {Options} options @returns {Promise<Section>} */
async function pending({ quick, rounds }) {
  const count = quick ? 500 : 15_000;
  const contenders = [
    { name: 'net.connect', how: 'net.connect' },
    { name: 'net.connect and a timer', how: 'net.connect and a timer' },
    { name: 'Postern, candidates at once', how: 'at once' },
    { name: 'Postern, candidates by promise', how: 'async' },
  ];
  const results = await inRounds(contenders, Math.min(rounds, 5), async ({ how }) => {
    const job = { task: 'pending', how, count, rules: DROP_465 };
    const plain = await inside(job);
    if (plain.missing) return plain;
    const collected = await inside({ ...job, node: ['--expose-gc'] });
    const small = await inside({ ...job, node: ['--max-semi-space-size=1'] });
    return { rss: plain.rss, heap: collected.heap, cpuUs: plain.cpuUs, smallRss: small.rss };
  });
  const rows = [...results].map(([name, turns]) => {
    const missing = turns[0]?.missing;
    const keys = /** @type {const} */ (['rss', 'heap', 'cpuUs', 'smallRss']);
    const figures = Object.fromEntries(
      keys.map((key) => [key, missing ? NaN : median(turns.map((turn) => turn[key]))]),
    );
    return { name, ...(missing ? { missing } : { figures }), cells: Object.values(figures).map(figure) };
  });
  const { rss = NaN, cpuUs = NaN } = rows[2]?.figures ?? {};
  return {
    name: 'pending',
    title: `Pool: ${count} attempts at silent ports at once, each for itself`,
    columns: ['who', 'RSS B', 'heap B after gc', 'CPU µs', 'RSS B, semi-space 1 MiB'],
    rows,
    targets: [
      { text: '≤ 4.6 kB RSS', reached: `${figure(rss / 1000)} kB`, met: known(rss, rss <= 4600) },
      { text: '≤ 60 µs CPU', reached: `${figure(cpuUs)} µs`, met: known(cpuUs, cpuUs <= 60) },
    ],
  };
}

/** @param {Options} options @returns {Promise<Section>} */
async function usable({ quick }) {
  const result = await inside({ task: 'usable', rounds: quick ? 2 : 20, rules: DROP_465 });
  const { missing } = result;
  const rows = /** @type {const} */ (['first', 'remembered']).map((name) => {
    const took = missing ? [NaN] : result[name];
    const figures = { median: median(took), most: Math.max(...took) };
    return { name, ...(missing ? { missing } : { figures }), cells: Object.values(figures).map(figure) };
  });
  const [first, again] = rows.map(({ figures }) => figures?.median ?? NaN);
  return {
    name: 'usable',
    title: 'Pool: milliseconds until usable, 465 silent and 587 open',
    columns: ['time', 'median', 'most'],
    rows,
    targets: [
      {
        text: '≤ 300 ms the first time',
        reached: figure(first ?? NaN),
        met: known(first, (first ?? NaN) <= 300),
      },
      {
        text: 'no stagger when remembered',
        reached: figure(again ?? NaN),
        met: known(again, (again ?? NaN) < 25),
      },
    ],
  };
}

/** @param {Options} options @returns {Promise<Section>} */
async function destinations({ quick }) {
  const limit = quick ? 200 : 3000;
  const contenders = [
    { name: 'Postern', how: 'pool', count: quick ? 300 : 5000 },
    { name: '10 s for 465, then 587', how: 'patient', count: quick ? 100 : 2000 },
  ];
  const rows = [];
  for (const { name, how, count } of contenders) {
    const atOnce = quick ? 100 : 1000;
    const patience = quick ? 500 : 10_000;
    const job = { task: 'destinations', how, count, atOnce, limit, patience };
    const result = await inside({ ...job, rules: DROP_465 });
    const { perSecond = NaN, cpuUs = NaN, most = NaN, mostCounted = NaN } = result;
    const figures = { count, perSecond, cpuUs, most, mostCounted };
    const cells = Object.values(figures).map(figure);
    rows.push({ name, ...(result.missing ? { missing: result.missing } : { figures }), cells });
  }
  const ratio = (rows[0]?.figures?.perSecond ?? NaN) / (rows[1]?.figures?.perSecond ?? NaN);
  const most = Math.max(rows[0]?.figures?.most ?? NaN, rows[0]?.figures?.mostCounted ?? NaN);
  return {
    name: 'destinations',
    title: `Pool: destinations whose 465 is silent, ${quick ? 100 : 1000} at a time, at most ${limit} descriptors`,
    columns: ['who', 'destinations', 'per s', 'CPU µs', 'most descriptors', 'by its own count'],
    rows,
    targets: [
      { text: '≥ 15× the 10-second way', reached: times(ratio), met: known(ratio, ratio >= 15) },
      { text: `never above ${limit} descriptors`, reached: figure(most), met: known(most, most <= limit) },
    ],
  };
}

/** @param {Options} options @returns {Promise<Section>} */
async function verdicts({ quick }) {
  const trials = quick ? 20 : 600;
  const rows = [];
  for (const percent of quick ? [0] : [0, 10, 30]) {
    for (const atOnce of quick ? [20] : [60, 200]) {
      for (const what of ['remember', 'report']) {
        // Of what is sent to the servers and of what they send back, on the same loopback.
        const lossy = `tcp flags & (syn|ack|rst|fin) != 0 numgen random mod 1000 < ${percent * 10} drop`;
        const rules = ['tcp dport 2465 drop', ...(percent > 0 ? [lossy] : [])];
        const result = await inside({ task: 'verdicts', what, trials, atOnce, rules });
        const { wrong = NaN, missed = NaN, times: took = [NaN], loss = NaN } = result;
        const figures = {
          trials,
          wrong,
          wrongPercent: (100 * wrong) / trials,
          stated: 1,
          median: took.length > 0 ? median(took) : NaN,
          most: Math.max(...took),
          missed,
          lossEstimate: loss,
        };
        rows.push({
          name: `${percent} % each way, ${atOnce} at once, ${what}`,
          ...(result.missing ? { missing: result.missing } : { figures }),
          cells: Object.values(figures).map(figure),
        });
      }
    }
  }
  const worst = Math.max(...rows.map(({ figures }) => figures?.wrongPercent ?? NaN));
  return {
    name: 'verdicts',
    title: 'Pool: open ports called silent behind loss, and how soon a silent one is known',
    columns: [
      'loss, races, verdict',
      'trials',
      'wrong',
      'wrong %',
      'stated %',
      'median ms',
      'most ms',
      'no verdict',
      'estimated loss',
    ],
    rows,
    targets: [
      { text: 'none above the stated 1 %', reached: `${figure(worst)} %`, met: known(worst, worst <= 1) },
    ],
  };
}

/**
 * @param {number | undefined} value
 * @param {boolean} met
 */
function known(value, met) {
  return value === undefined || Number.isNaN(value) ? undefined : met;
}

const all = { pending, usable, destinations, verdicts };

/** @param {{ quick: boolean, rounds: number, only?: readonly string[] | undefined }} options */
export async function* sections({ only, ...options }) {
  for (const [name, section] of Object.entries(all)) {
    if (!only || only.includes(name)) yield await section(options);
  }
}
