import { expect, it } from 'vitest';
import { parseDuration } from './duration.ts';
import { en } from './texts/en.ts';

it.each([
  ['30s', 30_000],
  ['30', 30_000],
  ['500ms', 500],
  ['2m', 120_000],
  ['1.5s', 1500],
  ['60m', 3_600_000],
])('%s is %d ms', (typed, ms) => {
  expect(parseDuration(typed, en)).toBe(ms);
});

it.each(['', '0', '0s', '-1s', '1h', '61m', '1e3', 's', '30 s', '∞', '99999999', '1.2345s'])(
  '%j is no duration',
  (typed) => {
    expect(() => parseDuration(typed, en)).toThrow(`"${typed}" is no duration`);
  },
);
