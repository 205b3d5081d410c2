import type { Connection } from '@postern/wire';
import { describe, expect, it } from 'vitest';
import { blackholeMemory, createPool } from '../src/index.ts';
import { bare, both, candidate, dispose, poolOf, silent465, town } from './town.ts';

const TRIALS = 600;

/** Ports behind loss, each in a network of its own: 465 is open, 2465 is silent, 587 is open beside either. */
async function trials(loss: number, atOnce: number, seed: number) {
  const scene = town(seed);
  const { network, clock } = scene;
  const lossy = { weather: { type: 'loss', probability: loss } } as const;
  const addressOf = (trial: number, port: number): string =>
    `10.${port === 465 ? 1 : 2}${trial >> 8}.${trial & 255}.1`;
  for (let trial = 0; trial < TRIALS; trial += 1) {
    await scene.serve(addressOf(trial, 465), 465, lossy);
    await scene.serve(addressOf(trial, 465), 587, lossy);
    await scene.serve(addressOf(trial, 2465), 587, lossy);
    scene.weather(addressOf(trial, 2465), 2465, { weather: { type: 'drop' } });
  }
  const found = new Map<number, number>([
    [465, 0],
    [2465, 0],
  ]);
  const memory = blackholeMemory();
  const pool = createPool<readonly [number, number], Connection>({
    network,
    clock,
    memory,
    key: String,
    candidates: ([trial, port]) => [
      candidate(addressOf(trial, port), port),
      candidate(addressOf(trial, port), 587, 1),
    ],
    open: bare,
    observe: (event) => {
      const { port } = event.endpoint;
      if (event.type === 'silent' && port !== 587) found.set(port, (found.get(port) ?? 0) + 1);
    },
  });
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < TRIALS) {
      const trial = next;
      next += 1;
      for (const port of [465, 2465]) {
        const lease = await pool.acquire([trial, port]).catch(() => undefined);
        lease?.discard();
      }
    }
  };
  await clock.run(Promise.all(Array.from({ length: atOnce }, worker)));
  await clock.advance(20_000);
  await clock.run(dispose(pool));
  const open = found.get(465) ?? 0;
  const silent = found.get(2465) ?? 0;
  return { wrong: open / TRIALS, missed: 1 - silent / TRIALS, loss: memory.loss?.(clock.now()) ?? NaN };
}

describe('open ports called silent', () => {
  it.each([
    { loss: 0.1, atOnce: 60 },
    { loss: 0.1, atOnce: 200 },
    { loss: 0.3, atOnce: 60 },
    { loss: 0.3, atOnce: 200 },
  ])(
    'are at most the stated 1 % where $loss of all packets get lost each way, $atOnce at once',
    async ({ loss, atOnce }) => {
      const results = [];
      for (const seed of [1, 2, 3]) results.push(await trials(loss, atOnce, seed));
      expect(mean(results.map(({ wrong }) => wrong))).toBeLessThanOrEqual(0.01);
      // What is silent is found all the same, but where both ways to a host lose everything for five seconds.
      expect(mean(results.map(({ missed }) => missed))).toBeLessThan(0.05);
      expect(mean(results.map((result) => result.loss))).toBeCloseTo(1 - (1 - loss) ** 2, 1);
    },
  );
});

it('a loser is looked at after each SYN, so it goes with the third when loss turns out to be small meanwhile', async () => {
  const scene = await silent465();
  const silences: number[] = [];
  const pool = poolOf(scene, both, {
    // Four SYNs are wanted at first, two from then on.
    memory: { judge: () => 'try', note: () => undefined, loss: (now) => (now < 1500 ? 0.25 : 0.05) },
    observe: (event) => {
      if (event.type === 'silent') silences.push(event.ms);
    },
  });
  const lease = await scene.clock.run(pool.acquire('example.org'));
  await scene.clock.advance(10_000);
  expect(silences).toEqual([2150]);
  lease.discard();
  await scene.clock.run(dispose(pool));
});

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
