// Every example of the documentation compiles, and those marked `ts run` print what they say.
import { afterAll, expect, it } from 'vitest';
import { difference, findExamples, layOut, outputs, typeErrors } from './examples.mjs';

const examples = findExamples();
const place = layOut(examples);
afterAll(place.remove);

it('compiles every example', { timeout: 60_000 }, async () => {
  expect(await typeErrors(examples, place)).toEqual([]);
});

it('runs the examples that say what they print', { timeout: 60_000 }, async () => {
  const printed = [...(await outputs(examples, place))];
  expect(printed.map(([index, shown]) => difference(examples[index], shown)).filter(Boolean)).toEqual([]);
});
