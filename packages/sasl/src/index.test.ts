import { expect, test } from 'vitest';
import * as sasl from './index.ts';

test('exports these values and no others', () => {
  expect(Object.keys(sasl).toSorted()).toMatchInlineSnapshot(`
    [
      "answerChallenge",
      "beginExchange",
      "checkCredentials",
      "chooseMechanism",
      "decodeBase64",
      "distrustSuccess",
      "encodeBase64",
      "loginClient",
      "loginServer",
      "mechanismName",
      "mechanismNames",
      "plainClient",
      "plainServer",
      "redacted",
      "resumeExchange",
      "serverMechanism",
    ]
  `);
});
