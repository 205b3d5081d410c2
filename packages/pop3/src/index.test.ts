import { expect, test } from 'vitest';
import * as client from './index.ts';
import * as server from './server/index.ts';

test('the entries export what they promise, and no more', () => {
  expect(Object.keys(client).toSorted()).toMatchInlineSnapshot(`
    [
      "encodeCommand",
      "greetingReason",
      "loginOutcomes",
      "loginReason",
      "noCapabilities",
      "openPop3",
      "parseCapabilities",
      "parseStatusLine",
      "patienceProfiles",
      "pop3Client",
      "replyLimits",
      "startTlsReason",
      "states",
    ]
  `);
  expect(Object.keys(server).toSorted()).toMatchInlineSnapshot(`
    [
      "memoryMaildrop",
      "pop3Server",
      "servePop3",
      "serverStates",
    ]
  `);
});
