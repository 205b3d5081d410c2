import { expect, it } from 'vitest';
import { checkSilence } from '../timing.ts';
import { thresholdsFor } from './thresholds.ts';

it.each([
  // Lost SYNs, and how many it takes for one mistake in a hundred.
  [0, 2],
  [0.05, 2],
  [0.1, 2],
  [0.2, 3],
  [0.36, 5],
  [0.51, 7],
  [0.56, 8],
])('where a share of %d SYNs is lost, %d unanswered ones are proof', (loss, syns) => {
  const { remember, report } = thresholdsFor(checkSilence(undefined), loss);
  expect([remember, report]).toEqual([syns, Math.max(3, syns)]);
  expect(Math.max(loss, 0.02) ** syns).toBeLessThanOrEqual(0.01 + 1e-9);
});

it('the least counts hold, and where eight SYNs are not enough there is no verdict', () => {
  const silence = checkSilence(undefined);
  expect(thresholdsFor(silence, undefined)).toEqual({ remember: 2, report: 3, most: 8 });
  expect(thresholdsFor(silence, 0.7)).toEqual({ remember: Infinity, report: Infinity, most: 8 });
});
