import { expect, test } from 'vitest';
import type { PresentedName } from './alternative-names.ts';
import { violates } from './name-constraints.ts';
import type { NameConstraints } from './name-constraints.ts';

const hosts = (count: number): readonly PresentedName[] =>
  Array.from({ length: count }, (_, at) => ({ type: 'dns', name: `h${at}.example.test` }));
const within = (count: number): NameConstraints => ({
  permitted: [{ type: 'dns', domain: 'example.test' }],
  excluded: Array.from({ length: count }, (_, at) => ({ type: 'dns', domain: `x${at}.test` })),
});

test('RFC 5280 §4.2.1.10 names inside what is permitted and outside what is excluded are fine', () => {
  expect(violates(hosts(3), within(3))).toBe(false);
  expect(violates([{ type: 'dns', name: 'a.x2.test' }], within(3))).toBe(true);
  expect(violates([{ type: 'dns', name: 'a.other.test' }], within(3))).toBe(true);
});

test('more names and subtrees than anybody needs count as a violation, without comparing them all', () => {
  expect(violates(hosts(20_000), within(10_000))).toBe(true);
  expect(violates(hosts(200), within(1000))).toBe(false);
});
