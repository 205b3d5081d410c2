import { isUsageError } from '@postern/wire';
import { describe, expect, it } from 'vitest';
import { checkSilence, checkTiming } from './timing.ts';
import type { Silence, Timing } from './timing.ts';

function rule(check: () => unknown): string {
  try {
    check();
  } catch (error) {
    if (isUsageError(error)) return error.rule;
    throw error;
  }
  return 'accepted';
}

describe('timing', () => {
  it('has the defaults that the documentation names', () => {
    expect(checkTiming(undefined)).toEqual({
      deadline: 30_000,
      connect: 5000,
      open: 30_000,
      stagger: 250,
      openStagger: 1000,
    });
  });

  it('lets a default give way to what was given', () => {
    expect(checkTiming({ stagger: 8000 })).toMatchObject({ connect: 8000, openStagger: 8000 });
  });

  it.each(['deadline', 'connect', 'stagger', 'openStagger'] as const)(
    'refuses a %s that is no duration',
    (name) => {
      for (const value of [0, -1, Number.NaN, Infinity, '5' as unknown as number]) {
        expect(rule(() => checkTiming({ [name]: value }))).toBe(
          'durations are positive, finite numbers of milliseconds',
        );
      }
    },
  );

  it.each<[Partial<Timing>, string]>([
    [{ stagger: 9 }, 'RFC 8305 §5: the Connection Attempt Delay is at least 10 ms'],
    [{ deadline: 200 }, 'the deadline leaves room for a second candidate'],
    [{ connect: 249 }, 'an attempt lasts at least until the next one starts'],
    [{ openStagger: 100 }, 'a peer that answered is given at least as much time as one that did not'],
  ])('refuses %o', (timing, expected) => {
    expect(rule(() => checkTiming(timing))).toBe(expected);
  });

  it.each<Partial<Silence>>([
    { remember: 1 },
    { remember: 2.5 },
    { remember: Number.NaN },
    { report: 2 },
    { report: 11 },
    { syns: [] },
    { syns: [0, 1000] },
    { syns: [0, 1000, 1000] },
    { syns: [1, 2, 3] },
    { syns: [0, 1, Number.NaN] },
  ])('refuses silence %o', (silence) => {
    expect(rule(() => checkSilence(silence))).not.toBe('accepted');
  });
});
