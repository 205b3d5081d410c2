import { expect, it } from 'vitest';
import * as dns from './index.ts';

it('exports these values and no others', () => {
  expect(Object.keys(dns)).toMatchInlineSnapshot(`
    [
      "specialRange",
      "addresses",
      "cachedResolver",
      "mailRoute",
      "mailServices",
      "domainName",
      "sameName",
      "tlsaName",
      "taggedTexts",
      "parseResolvConf",
      "isSecure",
      "announcedRoute",
      "routeHosts",
      "serviceLabels",
      "serviceTargets",
      "stubResolver",
      "listenDns",
      "zoneAnswers",
      "tlsaRecords",
      "zoneResolver",
    ]
  `);
});
