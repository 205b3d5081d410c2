import { sleep } from '@postern/wire';
import type { Connection } from '@postern/wire';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { blackholeMemory, connectAll, createPool, PoolError } from '../src/index.ts';
import type { Candidate, Lease } from '../src/index.ts';
import { candidate, dispose, town } from './town.ts';
import type { Town } from './town.ts';

/** What a port does, and then what `open` does there. */
interface Habit {
  readonly address: string;
  readonly port: number;
  readonly weather: 'accept' | 'reject' | 'unreachable' | 'drop' | 'loss';
  readonly latency: number;
  readonly open: 'opens' | 'fails' | 'hangs' | 'ignores abort';
  readonly openAfter: number;
}

const habit: fc.Arbitrary<Habit> = fc.record({
  address: fc.constantFrom('192.0.2.1', '192.0.2.2', '2001:db8::1'),
  port: fc.constantFrom(25, 465, 587, 993),
  weather: fc.constantFrom('accept', 'accept', 'reject', 'unreachable', 'drop', 'loss'),
  latency: fc.integer({ min: 0, max: 500 }),
  open: fc.constantFrom('opens', 'opens', 'fails', 'hangs', 'ignores abort'),
  openAfter: fc.integer({ min: 0, max: 3000 }),
});

const habits: fc.Arbitrary<readonly Habit[]> = fc.uniqueArray(habit, {
  maxLength: 6,
  selector: ({ address, port }) => `${address} ${port}`,
});

const timings = fc
  .record({
    stagger: fc.integer({ min: 10, max: 600 }),
    openExtra: fc.nat(1500),
    connect: fc.integer({ min: 600, max: 8000 }),
    deadline: fc.integer({ min: 600, max: 12_000 }),
  })
  .map(({ stagger, openExtra, connect, deadline }) => ({
    stagger,
    openStagger: stagger + openExtra,
    connect,
    deadline,
  }));

async function settle(scene: Town, list: readonly Habit[]): Promise<void> {
  for (const { address, port, weather, latency } of list) {
    const path =
      weather === 'loss'
        ? { weather: { type: weather, probability: 0.3 }, latency }
        : { weather: { type: weather }, latency };
    await scene.serve(address, port, path);
  }
}

/** An expectation inside a branch. */
function hold(condition: boolean, what: string): void {
  if (!condition) throw new Error(`does not hold: ${what}`);
}

/** When the candidates, tried one after the other with the stagger, would have had a winner at the latest. */
function sequential(
  list: readonly Habit[],
  timing: { stagger: number; openStagger: number; connect: number },
): number {
  let start = 0;
  let best = Infinity;
  for (const { weather, latency, open, openAfter } of list) {
    const answer = weather === 'drop' ? Infinity : 2 * latency;
    const accepted = weather === 'accept' && answer < timing.connect;
    let next = start + (accepted && answer <= timing.stagger ? answer + timing.openStagger : timing.stagger);
    if (!accepted) next = Math.min(next, start + Math.min(answer, timing.connect));
    else if (open === 'opens') best = Math.min(best, start + answer + openAfter);
    else if (open === 'fails') next = Math.min(next, start + answer + openAfter);
    start = next;
  }
  return best;
}

it('every waiter is answered once, in time; every loser is closed; nothing leaks; no open port is remembered', async () => {
  await fc.assert(
    fc.asyncProperty(
      habits,
      timings,
      fc.integer({ min: 1, max: 1_000_000 }),
      fc.array(fc.option(fc.integer({ min: 0, max: 6000 })), { minLength: 1, maxLength: 3 }),
      async (list, timing, seed, aborts) => {
        const scene = town(seed);
        const { clock, network } = scene;
        await settle(scene, list);
        const memory = blackholeMemory();
        const pool = createPool<number, Connection>({
          network,
          clock,
          timing,
          memory,
          key: String,
          candidates: async () => list.map(({ address, port }, rank) => candidate(address, port, rank)),
          async open(connection, { rank }: Candidate, { signal }) {
            const { open, openAfter } = list[rank] ?? { open: 'fails', openAfter: 0 };
            if (open === 'ignores abort') await sleep(clock, openAfter * 5);
            else await sleep(clock, open === 'hangs' ? 1e7 : openAfter, { signal });
            if (open === 'fails') throw new Error('no greeting');
            return connection;
          },
        });
        let answers = 0;
        const bound = sequential(list, timing);
        const lossy = list.some(({ weather }) => weather === 'loss');
        const waiters = aborts.map(async (abortAt): Promise<Lease<Connection> | undefined> => {
          const controller = new AbortController();
          if (abortAt !== null)
            clock.alarm(abortAt, () => {
              controller.abort('abort');
            });
          try {
            const lease = await pool.acquire(0, { signal: controller.signal });
            const stubborn = list.some(({ open }) => open === 'ignores abort');
            hold(lossy || stubborn || clock.now() <= bound, 'not later than one after the other');
            hold(clock.now() <= timing.deadline, 'within the deadline');
            hold(lease.attempts.filter(({ outcome }) => outcome === 'granted').length === 1, 'one winner');
            return lease;
          } catch (error) {
            if (error === 'abort') {
              hold(clock.now() === abortAt, 'at once');
              return undefined;
            }
            if (!(error instanceof PoolError)) throw error;
            hold(lossy || bound >= timing.deadline, 'whoever could be reached was');
            for (const { outcome, reason, syns } of error.attempts) {
              hold(outcome !== 'pending' && outcome !== 'granted', 'every attempt has ended');
              hold(reason !== 'timeout-connect' || syns >= 3, 'silence is reported after three SYNs');
            }
            return undefined;
          } finally {
            answers += 1;
          }
        });
        const leases = await clock.run(Promise.all(waiters));
        expect(answers).toBe(aborts.length);
        // The eighth SYN is the last that a loser waits for; slow and late answers make it wait three times as long as they took.
        await clock.advance(18_400 + 3 * 8000);
        expect(pool.counts).toEqual({
          waiting: 0,
          active: leases.filter((lease) => lease !== undefined).length,
          connecting: 0,
          settling: 0,
        });
        for (const lease of leases) {
          expect(lease?.attempts.some(({ outcome }) => outcome === 'pending') ?? false).toBe(false);
          await lease?.[Symbol.asyncDispose]();
        }
        await pool[Symbol.asyncDispose]();
        await clock.advance(20_000);
        expect(network.counts).toMatchObject({ connecting: 0, open: 0 });
        expect(clock.alarms).toBe(0);
        if (!lossy) {
          const dropped = new Set(
            list.filter(({ weather }) => weather === 'drop').map((one) => `${one.address} ${one.port}`),
          );
          for (const { endpoint, syns } of memory.entries(0)) {
            hold(dropped.has(`${endpoint.address} ${endpoint.port}`), 'no open port is remembered');
            hold(syns >= 2, 'two SYNs at least');
          }
        }
      },
    ),
    { numRuns: 150 },
  );
});

it('connectAll tells of every address what the weather was, and leaves one connection', async () => {
  await fc.assert(
    fc.asyncProperty(habits, fc.constantFrom(1, 3), fc.nat(400), async (list, sockets, stagger) => {
      const scene = town();
      const { clock, network } = scene;
      const dry = list.map((one) => (one.weather === 'loss' ? { ...one, weather: 'accept' as const } : one));
      await settle(scene, dry);
      const endpoints = dry.map(({ address, port }) => ({ address, port }));
      const connecting = connectAll(endpoints, {
        network,
        clock,
        sockets,
        timing: { stagger: stagger + 10 },
      });
      const attempts = await clock.run(connecting.attempts());
      expect(attempts).toHaveLength(dry.length);
      // Two round trips of a second and more do not fit into the time that three sockets give to silence.
      for (const [index, { weather, latency }] of dry.entries()) {
        const verdict = attempts.find(({ endpoint }) => endpoint === endpoints[index]);
        if (sockets > 1 && latency > 300) continue;
        const expected = {
          accept: verdict?.outcome === 'granted' ? 'granted' : 'open',
          reject: 'connection-refused',
          unreachable: 'unreachable',
          drop: 'timeout-connect',
        }[weather as 'accept'];
        expect(verdict?.reason ?? verdict?.outcome).toBe(expected);
      }
      const stood = attempts.some(({ outcome }) => outcome === 'granted');
      await clock.advance(5000);
      expect(network.counts).toMatchObject({ connecting: 0, open: stood ? 1 : 0 });
      await clock.run(dispose(connecting));
      await clock.advance(5000);
      expect(network.counts.open).toBe(0);
      expect(clock.alarms).toBe(0);
    }),
    { numRuns: 100 },
  );
});
