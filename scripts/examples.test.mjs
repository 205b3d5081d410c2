// Every example of the documentation compiles, and those marked `ts run` print what they say.
import { afterAll, describe, expect, it } from 'vitest';
import { findExamples, layOut, output, typeErrors } from './examples.mjs';

const examples = findExamples();
const place = layOut(examples);
afterAll(place.remove);

it('compiles every example', { timeout: 60_000 }, async () => {
  expect(await typeErrors(examples, place)).toEqual([]);
});

describe.concurrent('runs', () => {
  const running = examples.map((example, index) => ({ ...example, index })).filter(({ run }) => run);
  it.each(running)('$file:$line', { timeout: 30_000 }, async ({ index, expected }) => {
    expect(await output(index, place)).toBe(expected);
  });
});
