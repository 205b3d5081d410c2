import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { candidate } from './town.ts';
import { hold, World } from './model.ts';

const failed = { type: 'failed', error: new Error('x'), fault: undefined } as const;
const deferred = { ...failed, deferred: true } as const;

/** One of a set, by number. */
function one<T>(set: Iterable<T>, number: number): T | undefined {
  const all = [...set];
  return all.length === 0 ? undefined : all[number % all.length];
}

const step = fc.record({
  act: fc.constantFrom(
    'acquire',
    'acquire',
    'acquire',
    'connected',
    'connected',
    'refused',
    'opened',
    'opened',
    'open failed',
    'deferred',
    'came back',
    'closed',
    'returned',
    'discarded',
    'gone',
    'spent',
    'abort',
    'tick',
    'tick',
  ),
  which: fc.nat(1000),
});

const limits = fc
  .record({
    total: fc.integer({ min: 1, max: 8 }),
    halfOpen: fc.integer({ min: 1, max: 8 }),
    perDestination: fc.integer({ min: 1, max: 4 }),
    perAddress: fc.integer({ min: 1, max: 4 }),
    perGroup: fc.integer({ min: 1, max: 4 }),
    initial: fc.integer({ min: 1, max: 4 }),
  })
  .map((given) => ({
    ...given,
    halfOpen: Math.min(given.halfOpen, given.total),
    initial: Math.min(given.initial, given.perAddress),
  }));

/** Destinations share addresses, and addresses belong to two providers. */
function candidatesOf(key: string) {
  const number = Number(key);
  const address = `192.0.2.${number % 3}`;
  const other = `192.0.2.${(number + 1) % 3}`;
  return [
    { ...candidate(address, 465, 0), group: 'a' },
    { ...candidate(address, 587, 1), group: 'a' },
    { ...candidate(other, 587, 1), group: number % 2 === 0 ? 'a' : 'b' },
  ];
}

function act(world: World, { act: what, which }: { readonly act: string; readonly which: number }): void {
  const { scheduler } = world;
  switch (what) {
    case 'acquire':
      world.acquire(String(which % 5), which % 3 > 0);
      break;
    case 'connected':
    case 'refused': {
      const attempt = one(world.dialling, which);
      if (attempt) world.settle(attempt, what === 'connected' ? { type: 'connected' } : failed);
      break;
    }
    case 'opened':
    case 'open failed':
    case 'deferred': {
      const attempt = one([...world.opening, ...world.checking.keys()], which);
      const answer = { opened: { type: 'opened' } as const, 'open failed': failed, deferred }[what];
      if (attempt) world.settle(attempt, answer);
      break;
    }
    case 'came back': {
      const attempt = one(world.aborted, which);
      if (attempt) world.settle(attempt, which % 2 === 0 ? failed : { type: 'opened' });
      break;
    }
    case 'closed': {
      const attempt = one(world.closing, which);
      if (!attempt) break;
      world.closing.delete(attempt);
      world.perform(scheduler.closed(attempt, world.now));
      break;
    }
    case 'returned':
    case 'discarded': {
      const slot = one(world.leased, which);
      if (!slot) break;
      world.leased.delete(slot);
      if (what === 'returned') {
        world.perform(scheduler.returned(slot, world.now));
      } else {
        world.perform(scheduler.gone(slot, world.now));
      }
      break;
    }
    case 'gone': {
      const slot = one(world.retiring, which);
      if (!slot) break;
      world.retiring.delete(slot);
      world.perform(scheduler.gone(slot, world.now));
      break;
    }
    case 'spent': {
      const slot = one(world.idle, which);
      if (slot) world.perform(scheduler.spent(slot, world.now));
      break;
    }
    case 'abort': {
      const race = one(world.races, which);
      if (race && !race.answered) world.perform(scheduler.abandon(race, 'aborted', 'x', world.now));
      break;
    }
    default:
      world.tick(which);
  }
}

describe('limits', () => {
  it('whatever happens: never more than allowed, every waiter answered once, everything closed in the end', () => {
    fc.assert(
      fc.property(limits, fc.array(step, { maxLength: 120 }), (given, steps) => {
        const world = new World(given, { first: 300, most: 2000 }, candidatesOf);
        for (const one of steps) {
          act(world, one);
          expect(world.lag).toBe(0);
        }
        world.finish();
        for (const { answers } of world.callers) hold(answers === 1, 'every waiter is answered');
        expect(world.scheduler.counts).toEqual({ descriptors: 0, halfOpen: 0, idle: 0, settling: 0 });
        expect(world.scheduler.races()).toEqual([]);
        expect(world.scheduler.deadline).toBeUndefined();
      }),
      { numRuns: 1500 },
    );
  });
});
