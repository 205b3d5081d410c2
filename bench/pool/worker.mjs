// What runs inside the namespace. Each task is an export; its result goes to standard output as JSON.
import { fork } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { blackholeMemory, connectAll, createPool } from '@postern/pool';
import { nodeNetwork, systemClock } from '@postern/wire/node';

/** @param {number} index */
const addressOf = (index) => `10.${1 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`;

/**
 * @param {number} index
 * @param {readonly number[]} ports
 */
const candidatesOf = (index, ports) =>
  ports.map((port, rank) => ({
    endpoint: { address: addressOf(index), port },
    method: `port ${port}`,
    rank,
  }));

/** Servers in a process of their own, in the same namespace. @param {readonly number[]} ports */
async function serving(ports) {
  const child = fork(new URL('server.mjs', import.meta.url), [JSON.stringify(ports)]);
  await new Promise((resolve) => child.once('message', resolve));
  return () => child.kill('SIGKILL');
}

/** So many attempts at a port that is silent, all at once: what does each cost? */
export async function pending({ how, count }) {
  /** @type {unknown[]} */
  const kept = [];
  // What is the caller's own is there before.
  const candidates = Array.from({ length: count }, (_, index) => candidatesOf(index, [465]));
  const keys = Array.from({ length: count }, (_, index) => String(index));
  // Whoever never settles is never heard of, and the process ends by itself.
  process.on('unhandledRejection', () => undefined);
  const options = {
    network: nodeNetwork(),
    clock: systemClock(),
    key: (/** @type {number} */ index) => keys[index],
    open: async (/** @type {any} */ connection) => connection,
    timing: { deadline: 60_000, connect: 60_000 },
    limits: { total: count + 10 },
  };
  const found = (/** @type {number} */ index) => /** @type {any} */ (candidates[index]);
  const pools = {
    'at once': () => createPool({ ...options, candidates: found }),
    async: () => createPool({ ...options, candidates: async (/** @type {number} */ index) => found(index) }),
  };
  const pool = how in pools ? pools[/** @type {'async'} */ (how)]() : undefined;
  await sleep(200);
  globalThis.gc?.();
  const before = { rss: process.memoryUsage.rss(), heap: process.memoryUsage().heapUsed };
  const cpu = process.cpuUsage();
  for (let index = 0; index < count; index += 1) {
    if (pool) {
      kept.push(pool.acquire(index));
      continue;
    }
    const socket = connect({ host: addressOf(index), port: 465, autoSelectFamily: false });
    socket.on('error', () => undefined);
    socket.on('connect', () => undefined);
    if (how === 'net.connect and a timer') kept.push(setTimeout(() => socket.destroy(), 60_000));
    kept.push(socket);
  }
  // Three SYNs of each go out in the meantime; timers and the loop are part of the price.
  await sleep(3000);
  const { user, system } = process.cpuUsage(cpu);
  const rss = process.memoryUsage.rss() - before.rss;
  globalThis.gc?.();
  const heap = process.memoryUsage().heapUsed - before.heap;
  const descriptors = readdirSync('/proc/self/fd').length;
  if (descriptors < count) throw new Error(`${descriptors} descriptors for ${count} attempts`);
  return { rss: rss / count, heap: heap / count, cpuUs: (user + system) / count };
}

/** 465 is silent, 587 answers: how long until a connection stands? */
export async function usable({ rounds }) {
  const stop = await serving([587]);
  const pool = createPool({
    network: nodeNetwork(),
    clock: systemClock(),
    key: String,
    candidates: (/** @type {number} */ index) => candidatesOf(index, [465, 587]),
    open: async (connection) => connection,
  });
  const timed = async (/** @type {number} */ index) => {
    const begun = performance.now();
    (await pool.acquire(index)).discard();
    return performance.now() - begun;
  };
  await timed(99);
  const first = [];
  // Each in a network of its own: two of one would speak for the third.
  for (let round = 0; round < rounds; round += 1) first.push(await timed(round << 8));
  await sleep(1500);
  const remembered = [];
  for (let round = 0; round < rounds; round += 1) remembered.push(await timed(round << 8));
  stop();
  return { first, remembered };
}

/** Many destinations whose 465 is silent. */
export async function destinations({ how, count, atOnce, limit, patience }) {
  const stop = await serving([587]);
  const clock = systemClock();
  const network = nodeNetwork();
  const pool = createPool({
    network,
    clock,
    key: String,
    candidates: (/** @type {number} */ index) => candidatesOf(index, [465, 587]),
    open: async (connection) => connection,
    limits: { total: limit },
  });
  /** One after the other, as programs do that give 465 ten seconds. @param {number} index */
  const patient = async (index) => {
    for (const port of [465, 587]) {
      try {
        const signal = AbortSignal.timeout(patience);
        const connection = await network.connect({ address: addressOf(index), port }, { signal });
        connection.reset();
        return;
      } catch {
        // the next one
      }
    }
    throw new Error('nothing answered');
  };
  const racing = async (/** @type {number} */ index) => {
    (await pool.acquire(index)).discard();
  };
  const one = how === 'pool' ? racing : patient;
  const own = readdirSync('/proc/self/fd').length;
  let most = 0;
  let mostCounted = 0;
  const watch = setInterval(() => {
    most = Math.max(most, readdirSync('/proc/self/fd').length - own);
    mostCounted = Math.max(mostCounted, pool.stats().descriptors);
  }, 20);
  const cpu = process.cpuUsage();
  const begun = performance.now();
  let next = 0;
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (next < count) {
        next += 1;
        await one(next);
      }
    }),
  );
  const seconds = (performance.now() - begun) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  clearInterval(watch);
  await pool[Symbol.asyncDispose]();
  stop();
  return { perSecond: count / seconds, cpuUs: (user + system) / count, most, mostCounted };
}

/** Ports that are open behind loss, and ports that are silent: what is said of them, and how soon? */
export async function verdicts({ what, trials, atOnce }) {
  const stop = await serving([465, 587]);
  const clock = systemClock();
  const network = nodeNetwork();
  const memory = blackholeMemory();
  /** @type {number[]} */
  const times = [];
  let wrong = 0;
  let missed = 0;
  let next = 0;
  const options = { network, clock, memory, timing: { deadline: 30_000 } };
  /** @type {Map<string, number>} */
  const silent = new Map();
  const pool = createPool({
    network,
    clock,
    memory,
    key: String,
    candidates: (/** @type {readonly [number, number]} */ [index, port]) => candidatesOf(index, [port, 587]),
    open: async (connection) => connection,
    observe: (event) => {
      if (event.type === 'silent') silent.set(`${event.endpoint.address} ${event.endpoint.port}`, event.ms);
    },
  });
  const trial = async (/** @type {number} */ index) => {
    const address = addressOf(index << 8);
    if (what === 'report') {
      await using open = connectAll([{ address, port: 465 }], options);
      await using closed = connectAll([{ address, port: 2465 }], options);
      open.connection().then(
        (connection) => connection.reset(),
        () => undefined,
      );
      const [[answered], [unanswered]] = await Promise.all([open.attempts(), closed.attempts()]);
      if (answered?.outcome === 'silent') wrong += 1;
      if (unanswered?.reason === 'timeout-connect') times.push(unanswered.ms ?? NaN);
      else missed += 1;
      return;
    }
    for (const port of [465, 2465]) {
      const lease = await pool.acquire([(index << 8) | (port & 1), port]).catch(() => undefined);
      lease?.discard();
    }
  };
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (next < trials) {
        next += 1;
        await trial(next);
      }
    }),
  );
  if (what === 'remember') {
    // The losers settle the memory after their races.
    const until = performance.now() + 20_000;
    while (pool.stats().settling > 0 && performance.now() < until) await sleep(100);
    for (const [key, ms] of silent) {
      if (key.endsWith(' 2465')) times.push(ms);
      else wrong += 1;
    }
    missed = trials - times.length;
  }
  await pool[Symbol.asyncDispose]();
  stop();
  return { wrong, missed, times, loss: memory.loss?.(clock.now()) };
}

const { task, ...job } = JSON.parse(process.argv[2] ?? '{}');
const tasks = { pending, usable, destinations, verdicts };
console.log(JSON.stringify(await tasks[/** @type {'usable'} */ (task)](job)));
process.exit();
