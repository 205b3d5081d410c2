import { expect, it } from 'vitest';
import { nearest } from './nearest.ts';

const known = ['check', 'probe', 'lab', 'ca', 'timeout-connect'];

it.each([
  ['chekc', 'check'],
  ['LAB', 'lab'],
  ['lba', 'lab'],
  ['timeout-conection', 'timeout-connect'],
  ['x', undefined],
  ['', undefined],
  ['something else', undefined],
])('%j means %j', (typed, word) => {
  expect(nearest(typed, known)).toBe(word);
});
