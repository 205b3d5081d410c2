// Pages that are made from sources say what the sources say. `npm run pages` writes them anew.
import { globSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { current, root } from './generated.mjs';
import * as decisionIndex from './decision-index.mjs';
import * as readmes from './readmes.mjs';
import * as reasonPage from './reason-page.mjs';
import * as rfcCoverage from './rfc-coverage.mjs';

const same = (text) => text;

describe.each([
  { name: 'the heads of the package READMEs', pages: readmes.pages, essence: same },
  { name: 'the page of reasons', pages: reasonPage.pages, essence: same },
  { name: 'the list of decisions', pages: decisionIndex.pages, essence: same },
  // Line numbers move with every edit; which rule is in which file must be right.
  { name: 'the list of RFC sections', pages: rfcCoverage.pages, essence: rfcCoverage.essence },
])('$name', ({ pages, essence }) => {
  it('agrees with the sources', { timeout: 20_000 }, async () => {
    const stale = [...(await pages())].filter(([path, text]) => essence(current(path)) !== essence(text));
    expect(stale.map(([path]) => `${path}: run npm run pages`)).toEqual([]);
  });
});

it('gives every decision a number of its own', () => {
  const numbers = decisionIndex.decisions().map(({ number }) => number);
  expect(numbers.filter((number, index) => numbers.indexOf(number) !== index)).toEqual([]);
});

it.each(globSync('packages/*/src/index.ts', { cwd: root }).toSorted())(
  '%s says what the package is not and shows an example',
  (file) => {
    expect(readmes.gaps(file)).toEqual([]);
  },
);
