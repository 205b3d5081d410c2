// Every example of the documentation compiles, and those marked `ts run` print what they say.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
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

it('names in the README of a package every package to install that its examples import', () => {
  const missing = examples.flatMap(({ file, line, code }) => {
    if (!/^packages\/[^/]+\/README\.md$/.test(file)) return [];
    const page = readFileSync(join(import.meta.dirname, '..', file), 'utf8');
    const named = [...page.matchAll(/npm install ([^`\n]+)/g)].flatMap(([, names]) => names.split(' '));
    const imported = [...code.matchAll(/ from '(@[^/']+\/[^/']+)/g)].map(([, name]) => name);
    return imported.filter((name) => !named.includes(name)).map((name) => `${file}:${line}: ${name}`);
  });
  expect(missing).toEqual([]);
});
