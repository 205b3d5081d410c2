import { expect, it } from 'vitest';
import * as exported from './index.ts';

it('exports these values and no others', () => {
  expect(Object.keys(exported).toSorted()).toMatchInlineSnapshot(`
    [
      "PoolError",
      "blackholeMemory",
      "connectAll",
      "createPool",
      "keepMemory",
      "linuxSyns",
      "localBlockWatch",
      "sessionCache",
    ]
  `);
});
