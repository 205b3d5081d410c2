import { expect, test } from 'vitest';
import * as starttls from './index.ts';

test('the exported values are these and no more', () => {
  expect(Object.keys(starttls).toSorted()).toMatchInlineSnapshot(`
    [
      "describeCertificate",
      "judgePeer",
      "policyLevels",
      "referenceNames",
      "requirementFor",
      "secure",
      "strictest",
      "tlsRequest",
      "tlsrptResult",
      "verifier",
    ]
  `);
});
