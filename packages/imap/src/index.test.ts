import { expect, test } from 'vitest';
import * as client from './index.ts';
import * as server from './server/index.ts';

test('the entries export what they promise, and no more', () => {
  expect(Object.keys(client).toSorted()).toMatchInlineSnapshot(`
    [
      "MessageNumbers",
      "NumberSet",
      "backoffHint",
      "decodeMailboxName",
      "encodeCommand",
      "encodeMailboxName",
      "greetingReason",
      "imapClient",
      "loginOutcomes",
      "loginReason",
      "noCapabilities",
      "openImap",
      "parseCapabilities",
      "parseResponse",
      "parseStatus",
      "patienceProfiles",
      "replyLimits",
      "setOf",
      "startTlsReason",
      "states",
    ]
  `);
  expect(Object.keys(server).toSorted()).toMatchInlineSnapshot(`
    [
      "imapServer",
      "memoryMailStore",
      "serveImap",
      "serverStates",
    ]
  `);
});
