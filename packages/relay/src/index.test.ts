import { expect, test } from 'vitest';
import * as relay from './index.ts';

test('the exported values are these and no more', () => {
  expect(Object.keys(relay).toSorted()).toMatchInlineSnapshot(`
    [
      "createRelay",
      "deliver",
      "deliveryFacts",
    ]
  `);
});
