import { UsageError } from '@postern/wire';
import { describe, expect, it } from 'vitest';
import { sampleZone } from '../test/sample-zone.ts';
import { watched } from '../test/watched.ts';
import { mailAddressLiteral, normalAddress } from './address/literal.ts';
import { specialRange } from './address/special-ranges.ts';
import { addresses } from './addresses.ts';
import type { Resolver } from './resolver.ts';
import { zoneResolver } from './zone-resolver.ts';
import type { ZoneResolverOptions } from './zone-resolver.ts';

const find = (
  host: string,
  options?: ZoneResolverOptions,
  allowSpecial = true,
): ReturnType<typeof addresses> => addresses(zoneResolver(sampleZone, options), host, { allowSpecial });

describe('addresses', () => {
  it('DNS-006 lets the families take turns, IPv6 first', async () => {
    const zone = 'h.test. A 192.0.2.1\nh.test. A 192.0.2.2\nh.test. A 192.0.2.3\nh.test. AAAA 2001:db8::1';
    const found = await addresses(zoneResolver(zone), 'h.test', { allowSpecial: true });
    expect(found.addresses).toEqual(['2001:db8::1', '192.0.2.1', '192.0.2.2', '192.0.2.3']);
    expect(found).toMatchObject({ status: 'addresses', host: 'h.test', canonical: 'h.test' });
  });

  it.each([0, -1, 0.5, Number.NaN])(
    'asks nothing for %s addresses, rather than say there is none',
    async (most) => {
      const resolver = watched('h.test. A 192.0.2.1');
      const found = addresses(resolver, 'h.test', { allowSpecial: true, maxAddresses: most });
      await expect(found).rejects.toMatchObject({ name: 'UsageError', rule: 'maxAddresses' });
      expect(resolver.asked).toEqual([]);
    },
  );

  it('DNS-012 uses one family where the other fails, and keeps that fault', async () => {
    const found = await find('mx1.example.test', { failures: { 'mx1.example.test AAAA': 'dns-servfail' } });
    expect(found).toMatchObject({
      status: 'addresses',
      addresses: ['192.0.2.1'],
      v6: { ok: false, fault: { reason: 'dns-servfail' } },
      v4: { ok: true },
    });
  });

  it('DNS-012 does not call a host without addresses while one family is unknown', async () => {
    await expect(
      find('mx2.example.test', { failures: { 'mx2.example.test A': 'dns-timeout' } }),
    ).rejects.toMatchObject({
      code: 'dns-timeout',
    });
    await expect(
      find('mx2.example.test', { failures: { 'mx2.example.test': 'dns-servfail' } }),
    ).rejects.toMatchObject({
      code: 'dns-servfail',
    });
  });

  it('DNS-051 believes one family that the name does not exist', async () => {
    expect((await find('gone.test', { failures: { 'gone.test AAAA': 'dns-timeout' } })).status).toBe(
      'no-such-domain',
    );
    expect((await find('gone.test')).status).toBe('no-such-domain');
    expect((await find('example.test')).status).toBe('no-addresses');
  });

  it('DNS-012 reports of two failures the one that says most', async () => {
    const failures = { 'mx1.example.test AAAA': 'dns-timeout', 'mx1.example.test A': 'dns-bogus' } as const;
    await expect(find('mx1.example.test', { failures })).rejects.toMatchObject({ code: 'dns-bogus' });
  });

  it('DNS-012 does not call a host forbidden for good while one family is unknown', async () => {
    const resolver = zoneResolver('h.test. A 127.0.0.1', { failures: { 'h.test AAAA': 'dns-servfail' } });
    await expect(addresses(resolver, 'h.test')).rejects.toMatchObject({ code: 'dns-servfail' });
  });

  it('DNS-012 does not believe a denial for AAAA alone while A failed (RFC 4074 §4.2)', async () => {
    const inner = zoneResolver('h.test. A 192.0.2.1', { failures: { 'h.test A': 'dns-timeout' } });
    const resolver: Resolver = {
      query: (name, type, options) => inner.query(type === 'AAAA' ? 'gone.test' : name, type, options),
    };
    await expect(addresses(resolver, 'h.test')).rejects.toMatchObject({ code: 'dns-timeout' });
  });

  it('DNS-051 a denial for AAAA alone takes nothing from what A has (RFC 4074 §4.2)', async () => {
    const inner = zoneResolver('h.test. A 192.0.2.1\nonly.test. A 127.0.0.1');
    const resolver: Resolver = {
      query: (name, type, options) => inner.query(type === 'AAAA' ? 'gone.test' : name, type, options),
    };
    expect((await addresses(resolver, 'h.test', { allowSpecial: true })).status).toBe('addresses');
    expect((await addresses(resolver, 'only.test')).status).toBe('forbidden');
  });

  it('DNS-053 is as secure as the answers it uses, also where they hold nothing', async () => {
    const zone = zoneResolver('h.test. A 192.0.2.1', { authenticated: (name) => name === 'h.test' });
    const resolver: Resolver = {
      query: (name, type, options) => zone.query(type === 'AAAA' ? 'gone.test' : name, type, options),
    };
    expect(await addresses(resolver, 'h.test', { allowSpecial: true })).toMatchObject({
      canonical: 'h.test',
      authenticated: true,
    });
    const nothing = await addresses(zoneResolver('h.test. MX 0 .', { trusted: false }), 'h.test');
    expect(nothing).toMatchObject({ status: 'no-addresses', authenticated: false, trusted: false });
  });

  it('DNS-006 gives no more addresses than it is asked for, both families among them', async () => {
    const zone = Array.from(
      { length: 50 },
      (_, at) => `h.test. A 192.0.2.${at}\nh.test. AAAA 2001:db8::${at}`,
    );
    const resolver = zoneResolver(zone.join('\n'));
    const found = await addresses(resolver, 'h.test', { allowSpecial: true });
    expect(found.addresses.length).toBe(32);
    expect(found.addresses.filter((address) => address.includes(':')).length).toBe(16);
    const few = await addresses(resolver, 'h.test', { allowSpecial: true, maxAddresses: 3 });
    expect(few.addresses).toEqual(['2001:db8::', '192.0.2.0', '2001:db8::1']);
  });

  it('DNS-010 takes literals for themselves, without a look-up', async () => {
    for (const [text, address] of [
      ['192.0.2.1', '192.0.2.1'],
      ['[192.0.2.1]', '192.0.2.1'],
      ['[IPv6:2001:DB8::1]', '2001:db8::1'],
      ['2001:db8:0::1', '2001:db8::1'],
    ] as const) {
      const found = await find(text, { failures: { [text]: 'dns-servfail' } });
      expect(found).toMatchObject({
        status: 'addresses',
        host: address,
        addresses: [address],
        v4: undefined,
      });
    }
    expect(mailAddressLiteral('[2001:db8::1]')).toBeUndefined();
    expect(mailAddressLiteral('[IPv6:192.0.2.1]')).toBeUndefined();
    expect(mailAddressLiteral('192.0.2.1')).toBeUndefined();
    expect(mailAddressLiteral('[192.0.2.1')).toBeUndefined();
    expect(mailAddressLiteral('[192.0.2.1x')).toBeUndefined();
    expect(mailAddressLiteral('x192.0.2.1]')).toBeUndefined();
    expect(normalAddress('[192.0.2.1]')).toBeUndefined();
  });

  it('DNS-011 keeps special addresses back unless they are allowed, and reports private ones', async () => {
    const zone = ['127.0.0.1', '10.1.2.3', '192.0.2.1', '93.184.216.34']
      .map((a) => `h.test. A ${a}`)
      .join('\n');
    const resolver = zoneResolver(`${zone}\nh.test. AAAA ::ffff:127.0.0.2\nonly.test. A 127.0.0.1`);
    expect(await addresses(resolver, 'h.test')).toMatchObject({
      addresses: ['10.1.2.3', '93.184.216.34'],
      forbidden: [
        { address: '::ffff:7f00:2', range: 'loopback' },
        { address: '127.0.0.1', range: 'loopback' },
        { address: '192.0.2.1', range: 'documentation' },
      ],
      internal: [{ address: '10.1.2.3', range: 'private' }],
    });
    expect((await addresses(resolver, 'only.test')).status).toBe('forbidden');
    expect((await addresses(resolver, '127.0.0.1')).status).toBe('forbidden');
    expect((await addresses(resolver, 'only.test', { allowSpecial: true })).addresses).toEqual(['127.0.0.1']);
  });

  it('DNS-020 shows an alias by its canonical name', async () => {
    const resolver = zoneResolver('a.test. CNAME b.test.\nb.test. A 192.0.2.1', {
      authenticated: (name) => name === 'b.test',
    });
    expect(await addresses(resolver, 'a.test', { allowSpecial: true })).toMatchObject({
      canonical: 'b.test',
      authenticated: false,
    });
  });

  it('rethrows the reason of an abort untouched', async () => {
    const reason = new Error('enough');
    const controller = new AbortController();
    // A resolver that ends with an error of its own when aborted: the caller's reason wins.
    const resolver: Resolver = {
      query: (_name, _type, options) =>
        new Promise((_, reject) => {
          options?.signal?.addEventListener('abort', () => {
            reject(new Error('something else'));
          });
        }),
    };
    const found = addresses(resolver, 'mx1.example.test', { signal: controller.signal });
    controller.abort(reason);
    await expect(found).rejects.toBe(reason);
  });
});

describe('special ranges', () => {
  it('DNS-011 are recognised by octets, IPv4 inside IPv6 too', () => {
    const ranges: Readonly<Record<string, string | undefined>> = {
      '0.0.0.0': 'unspecified',
      '127.255.0.1': 'loopback',
      '169.254.169.254': 'link-local',
      '172.31.0.1': 'private',
      '172.32.0.1': undefined,
      '100.64.0.1': 'shared',
      '198.19.0.1': 'benchmarking',
      '224.0.0.1': 'multicast',
      '255.255.255.255': 'reserved',
      '203.0.113.9': 'documentation',
      '8.8.8.8': undefined,
      '::': 'unspecified',
      '::1': 'loopback',
      'fe80::1': 'link-local',
      'fd00::1': 'private',
      'ff02::1': 'multicast',
      '2001:db8::1': 'documentation',
      '2a00::1': undefined,
      '::ffff:10.0.0.1': 'private',
      '64:ff9b::7f00:1': 'loopback',
      '64:ff9b::10.0.0.1': 'private',
      '64:ff9b::8.8.8.8': undefined,
      '64:ff9b:1::8.8.8.8': 'private',
      '2002:7f00:1::': 'loopback',
      '::127.0.0.1': 'loopback',
      '::8.8.8.8': undefined,
      '::ffff:0:127.0.0.1': 'reserved',
      '192.88.99.1': 'reserved',
      '2001::1': 'reserved',
      '2001:200::1': undefined,
      'fec0::1': 'private',
      'fe80::1%eth0': 'link-local',
      '100::1': 'reserved',
      '5f00::1': 'reserved',
      '0000:0000::0001': 'loopback',
    };
    const found = Object.keys(ranges).map((address) => [address, specialRange(address)]);
    expect(Object.fromEntries(found)).toEqual(ranges);
  });

  it('DNS-011 are never unknown: what is no literal is refused', () => {
    for (const text of ['', 'localhost', '127.1', '0x7f000001', '2130706433', '[::1]']) {
      expect(() => specialRange(text)).toThrow(UsageError);
    }
  });
});
