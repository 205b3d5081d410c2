import { expect, it } from 'vitest';
import * as probe from './index.ts';
import * as report from './report/index.ts';

it('exports what the documentation lists', () => {
  expect(Object.keys(probe).toSorted()).toMatchInlineSnapshot(`
    [
      "adviseClients",
      "checkAccount",
      "clientWords",
      "clients",
      "confusions",
      "defineProbe",
      "escapeText",
      "explain",
      "factsAround",
      "findingsOf",
      "observeLines",
      "parseAccount",
      "parseEndpoint",
      "printEndpoint",
      "probeEndpoint",
      "recommend",
      "runProbe",
      "verdictOf",
    ]
  `);
  expect(Object.keys(report).toSorted()).toMatchInlineSnapshot(`
    [
      "defaultPort",
      "escapeHtml",
      "escapeText",
      "parseEndpoint",
      "printEndpoint",
      "verdictOf",
    ]
  `);
});
