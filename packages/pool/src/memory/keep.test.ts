import { virtualClock } from '@postern/wire/testing';
import { expect, it } from 'vitest';
import { blackholeMemory } from './blackhole.ts';
import type { BlackholeMemory } from './blackhole.ts';
import { keepMemory } from './keep.ts';
import type { MemoryStore } from './keep.ts';
import type { Observation } from './memory.ts';

/** A store in memory. */
function shelf(): MemoryStore & { lines: string; writes: number } {
  return {
    lines: '',
    writes: 0,
    async read() {
      return this.lines;
    },
    async write(lines) {
      this.lines = lines;
      this.writes += 1;
    },
  };
}

const endpoint = { address: '192.0.2.1', port: 465 };
const silent = { type: 'silent', endpoint, at: 1000, ms: 1120, syns: 2, sibling: true } as const;

function memoryOf(...observations: readonly Observation[]): BlackholeMemory {
  const memory = blackholeMemory();
  for (const observation of observations) memory.note(observation);
  return memory;
}

it('what one process saw, the next one knows', async () => {
  const clock = virtualClock();
  const store = shelf();
  const options = { clock, unixTime: () => clock.now() + 1e12 };
  const first = blackholeMemory();
  const kept = await keepMemory(first, store, options);
  await clock.advance(120_000);
  expect(store.writes).toBe(0);
  first.note({ ...silent, at: clock.now() });
  await clock.advance(60_000);
  expect(store.writes).toBe(1);
  await kept[Symbol.asyncDispose]();
  expect(store.writes).toBe(1);
  expect(clock.alarms).toBe(0);

  const second = blackholeMemory();
  const keptAgain = await keepMemory(second, store, options);
  expect(keptAgain.loaded).toMatchObject({ loaded: 1 });
  expect(second.judge(endpoint, clock.now())).toBe('try-last');
  // What is forgotten does not come back by the store.
  second.clear();
  await keptAgain[Symbol.asyncDispose]();
  expect(store.lines).toBe('');
});

it('processes that share a store learn from each other', async () => {
  const clock = virtualClock();
  const store = shelf();
  const options = { clock, unixTime: () => 1e12 };
  const [a, b] = [blackholeMemory(), blackholeMemory()];
  const kept = [await keepMemory(a, store, options), await keepMemory(b, store, options)];
  const other = { address: '198.51.100.1', port: 465 };
  a.note(silent);
  b.note({ ...silent, endpoint: other });
  for (const one of kept) await one[Symbol.asyncDispose]();
  expect(store.lines.trim().split('\n')).toHaveLength(2);
  expect(b.judge(endpoint, 1000)).toBe('try-last');
});

it('a store that fails is heard of and costs nothing else', async () => {
  const clock = virtualClock();
  const failures: unknown[] = [];
  const broken = async (): Promise<never> => {
    throw new Error('disk full');
  };
  const memory = blackholeMemory();
  const store = { read: broken, write: broken };
  const kept = await keepMemory(memory, store, {
    clock,
    unixTime: () => 1e12,
    failed: (error) => failures.push(error),
  });
  memory.note(silent);
  await kept[Symbol.asyncDispose]();
  expect(failures.length).toBeGreaterThan(1);
  expect(memory.judge(endpoint, 1000)).toBe('try-last');
});

it('a store that failed is written again, also where who heard of it throws', async () => {
  const clock = virtualClock();
  const store = shelf();
  let full = true;
  const kept = await keepMemory(
    memoryOf(silent),
    {
      read: () => store.read(),
      async write(lines) {
        if (full) throw new Error('disk full');
        await store.write(lines);
      },
    },
    {
      clock,
      unixTime: () => clock.now() + 1e12,
      failed: (error) => {
        throw error;
      },
    },
  );
  await clock.advance(60_000);
  full = false;
  await clock.advance(60_000);
  expect(store.writes).toBe(1);
  await kept[Symbol.asyncDispose]();
});

it('a store that takes long is not asked again before it is done', async () => {
  const clock = virtualClock();
  const memory = memoryOf();
  const done = Promise.withResolvers<void>();
  let writes = 0;
  const kept = await keepMemory(
    memory,
    {
      read: async () => '',
      write() {
        writes += 1;
        return done.promise;
      },
    },
    { clock, unixTime: () => clock.now() + 1e12 },
  );
  for (let minute = 0; minute < 5; minute += 1) {
    memory.note({ ...silent, at: clock.now() });
    await clock.advance(60_000);
  }
  expect(writes).toBe(1);
  done.resolve();
  await clock.advance(60_000);
  expect(writes).toBe(2);
  await kept[Symbol.asyncDispose]();
});

it.each([0, -1, Number.NaN, Infinity])('refuses to write every %s ms', async (every) => {
  const kept = keepMemory(memoryOf(), shelf(), { clock: virtualClock(), unixTime: () => 1e12, every });
  await expect(kept).rejects.toMatchObject({ name: 'UsageError' });
});

it('what is observed while the store is read is written as well', async () => {
  const clock = virtualClock();
  const store = shelf();
  const memory = memoryOf();
  const keeping = keepMemory(memory, store, { clock, unixTime: () => 1e12 });
  memory.note(silent);
  const kept = await keeping;
  await kept[Symbol.asyncDispose]();
  expect(store.writes).toBe(1);
});
