import { expect, it } from 'vitest';
import * as probe from './index.ts';
import * as report from './report/index.ts';

it('exports what the documentation lists', () => {
  expect(Object.keys(probe).toSorted()).toMatchInlineSnapshot(`
    [
      "adviseClients",
      "clientWords",
      "clients",
      "confusions",
      "escapeText",
      "explain",
      "factsAround",
      "findingsOf",
      "parseEndpoint",
      "printEndpoint",
      "recommend",
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
