import { isIP, SocketAddress } from 'node:net';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ipOctets, ipText } from './ip-address.ts';

describe('IP literals', () => {
  test.each([
    '1.2.3',
    '1.2.3.4.5',
    '01.2.3.4',
    '256.1.1.1',
    '1.2.3.4 ',
    '::1%eth0',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7::8:9',
    '1:2:3:4::5:6:7:8::9',
    '1.2.3.4::',
    '12345::',
    '',
    ':',
    '0x7f.1.1.1',
    'g::',
    '::'.padStart(40_000, '1:'),
  ])('%j is no literal', (text) => {
    expect(ipOctets(text)).toBeUndefined();
  });

  test.each([
    ['::', '::'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
    ['1:2:3:4:5:6:7:0', '1:2:3:4:5:6:7:0'],
    ['::ffff:192.0.2.1', '::ffff:c000:201'],
    ['fe80::', 'fe80::'],
    ['ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ])('%s is shown as %s', (text, short) => {
    expect(ipText(ipOctets(text) ?? new Uint8Array())).toBe(short);
  });

  test('agrees with the platform on what an IPv6 literal is', () => {
    const group = fc.constantFrom('', '0', '1', 'ffff', 'abcde', '1.2.3.4', 'g');
    fc.assert(
      fc.property(fc.array(group, { minLength: 1, maxLength: 9 }), (groups) => {
        const text = groups.join(':');
        expect(ipOctets(text) !== undefined).toBe(isIP(text) !== 0);
      }),
      { numRuns: 2000 },
    );
  });

  test('text and octets are inverse', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(4, 16).chain((length) => fc.uint8Array({ minLength: length, maxLength: length })),
        (octets) => {
          const text = ipText(octets);
          expect(ipOctets(text)).toEqual(octets);
          expect(
            new SocketAddress({ address: text, family: octets.length === 4 ? 'ipv4' : 'ipv6' }).address,
          ).toBeDefined();
        },
      ),
    );
  });
});
