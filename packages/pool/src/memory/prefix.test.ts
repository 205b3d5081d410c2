import { expect, it } from 'vitest';
import { prefixOf } from './prefix.ts';

it.each([
  ['192.0.2.7', '192.0.2.0/24'],
  ['::ffff:192.0.2.7', '192.0.2.0/24'],
  ['2001:db8::1', '2001:db8:0::/48'],
  ['2001:0db8:0000:1::1', '2001:db8:0::/48'],
  ['2001:db8:5:6:7:8:9:a', '2001:db8:5::/48'],
  ['fe80::1%eth0', 'fe80:0:0::/48'],
  ['nonsense', 'nonsense'],
])('%s is in %s', (address, prefix) => {
  expect(prefixOf(address)).toBe(prefix);
});
