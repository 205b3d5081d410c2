import { expect, it } from 'vitest';
import * as lab from '@postern/lab';
import * as node from '@postern/lab/node';

it('exports these values and no others', () => {
  expect(Object.keys(lab)).toMatchInlineSnapshot(`
    [
      "startLab",
    ]
  `);
  expect(Object.keys(node)).toMatchInlineSnapshot(`
    [
      "startNodeLab",
      "swallowOnLoopback",
    ]
  `);
});
