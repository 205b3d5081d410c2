import { expect, test } from 'vitest';
import * as smtp from './index.ts';
import * as server from './server/index.ts';

test('exports these values and no others', () => {
  expect(Object.keys(smtp).toSorted()).toMatchInlineSnapshot(`
    [
      "addressLiteral",
      "authOutcome",
      "connectSmtp",
      "enhancedStatus",
      "lmtpClient",
      "nextStep",
      "openLmtp",
      "openSmtp",
      "parseExtensions",
      "patienceProfiles",
      "replyClass",
      "replyText",
      "smtpClient",
      "states",
    ]
  `);
  expect(Object.keys(server).toSorted()).toMatchInlineSnapshot(`
    [
      "MessageAborted",
      "accept",
      "refuse",
      "serveSmtp",
      "serverStates",
      "smtpServer",
    ]
  `);
});
