import { expect, test } from 'vitest';
import * as sasl from './index.ts';

test('exports these values and no others', () => {
  expect(Object.keys(sasl).toSorted()).toMatchInlineSnapshot(`
    [
      "anonymousClient",
      "answerChallenge",
      "authenticate",
      "beginExchange",
      "checkCredentials",
      "chooseMechanism",
      "decodeBase64",
      "distrustSuccess",
      "encodeBase64",
      "loginClient",
      "loginContext",
      "mayLogIn",
      "oauthBearerClient",
      "plainClient",
      "prepareCredentials",
      "redacted",
      "resumeExchange",
      "scramClient",
      "scramKeys",
      "serverMechanism",
      "serverMechanisms",
    ]
  `);
});
