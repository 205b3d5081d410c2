import { expect, test } from 'vitest';
import * as starttls from './index.ts';
import * as offers from './offers/index.ts';
import * as tlsrpt from './tlsrpt/index.ts';

test('the exported values are these and no more', () => {
  expect(Object.keys(starttls).toSorted()).toMatchInlineSnapshot(`
    [
      "deliveryPlan",
      "describeCertificate",
      "fetchStsPolicy",
      "hostRequirement",
      "judgePeer",
      "memoryStsStore",
      "mxAllowed",
      "parseMtaSts",
      "parseStsRecord",
      "policyLevels",
      "referenceNames",
      "requireTlsBounce",
      "requireTlsProblem",
      "requirementFor",
      "secure",
      "stsPolicies",
      "tlsRequest",
      "tlsrptResult",
      "usableTlsa",
      "verifier",
    ]
  `);
});

test('the exported values for reports are these and no more', () => {
  expect(Object.keys(tlsrpt).toSorted()).toMatchInlineSnapshot(`
    [
      "packReport",
      "parseReportFileName",
      "parseTlsrptRecord",
      "readTlsReport",
      "reportDay",
      "reportFileName",
      "reportMail",
      "reportMediaTypes",
      "sessionCounts",
      "tlsrptResult",
      "unpackReport",
      "writeTlsReport",
    ]
  `);
});

test('the exported values for offers are these and no more', () => {
  expect(Object.keys(offers)).toMatchInlineSnapshot(`
    [
      "offerMemory",
    ]
  `);
});
