import { seededRandom } from '@postern/wire/testing';
import { describe, expect, it } from 'vitest';
import { sampleZone } from '../test/sample-zone.ts';
import { watched } from '../test/watched.ts';
import { mailRoute } from './mail-route.ts';
import type { MailRoute } from './mail-route.ts';
import type { Resolver } from './resolver.ts';
import { routeHosts } from './route/route-hosts.ts';
import type { RouteHosts, RouteHostsOptions } from './route/route-hosts.ts';
import { zoneResolver } from './zone-resolver.ts';
import type { ZoneResolverOptions } from './zone-resolver.ts';

const hostsOf = (route: MailRoute): readonly string[] =>
  route.status === 'exchangers' ? route.hosts.map(({ exchange }) => exchange) : [];

describe('mailRoute', () => {
  it('DNS-001 looks up MX for the domain, in its A-label form, and follows an alias', async () => {
    const resolver = watched('xn--mller-kva.test. CNAME b.test.\nb.test. MX 10 m.test.', {
      authenticated: true,
    });
    expect(await mailRoute(resolver, 'Müller.test.')).toMatchObject({
      status: 'exchangers',
      hosts: [{ preference: 10, exchange: 'm.test' }],
      authenticated: true,
      trusted: true,
      diagnostics: [{ type: 'domain-is-alias', host: 'b.test' }],
    });
    expect(resolver.asked).toEqual(['xn--mller-kva.test MX']);
  });

  it('DNS-002 makes the domain its own exchanger only where it says that it has no MX', async () => {
    expect(await mailRoute(zoneResolver(sampleZone), 'implicit.test')).toMatchObject({
      status: 'implicit',
      host: 'implicit.test',
    });
    const absent = watched(sampleZone);
    expect(await mailRoute(absent, 'absent.test')).toMatchObject({
      status: 'no-such-domain',
      authenticated: false,
      trusted: true,
      diagnostics: [],
    });
    expect(absent.asked).toEqual(['absent.test MX']);
    for (const reason of ['dns-servfail', 'dns-timeout', 'dns-refused', 'dns-bogus'] as const) {
      const failing = watched(sampleZone, { failures: { 'implicit.test MX': reason } });
      await expect(mailRoute(failing, 'implicit.test')).rejects.toMatchObject({ code: reason });
      expect(failing.asked).toEqual(['implicit.test MX']);
    }
  });

  it('DNS-004 sorts by preference and shuffles equals', async () => {
    const resolver = zoneResolver(sampleZone);
    const orders = new Map<string, number>();
    const random = seededRandom(42);
    for (let count = 0; count < 200; count += 1) {
      const order = hostsOf(await mailRoute(resolver, 'example.test', { random })).join(' ');
      orders.set(order, (orders.get(order) ?? 0) + 1);
    }
    expect([...orders.keys()].toSorted()).toEqual([
      'mx1.example.test mx2.example.test backup.other.test',
      'mx2.example.test mx1.example.test backup.other.test',
    ]);
    for (const count of orders.values()) expect(count).toBeGreaterThan(70);
  });

  it('DNS-005 cuts the list off at ourselves', async () => {
    const zone = zoneResolver(
      'd.test. MX 10 a.test.\nd.test. MX 20 Me.test.\nd.test. MX 20 b.test.\nd.test. MX 30 c.test.\nself.test. MX 0 me.test.',
    );
    const ownNames = ['other.test', 'ME.test.'];
    const route = await mailRoute(zone, 'd.test', { ownNames });
    expect(hostsOf(route)).toEqual(['a.test']);
    expect(route).toMatchObject({ diagnostics: [{ type: 'mx-loop', host: 'me.test' }] });
    expect(await mailRoute(zone, 'self.test', { ownNames })).toMatchObject({
      status: 'unusable',
      reason: 'mx-loop',
    });
  });

  it('DNS-007 does not use an address in place of a host', async () => {
    expect(await mailRoute(zoneResolver(sampleZone), 'ipmx.test')).toMatchObject({
      status: 'unusable',
      reason: 'mx-is-address',
      diagnostics: [{ type: 'mx-is-address', host: '192.0.2.1' }],
    });
    const mixed = zoneResolver('d.test. MX 5 192.0.2.1.\nd.test. MX 10 m.test.\nd.test. MX 20 a\\ b.test.');
    const route = await mailRoute(mixed, 'd.test');
    expect(hostsOf(route)).toEqual(['m.test']);
    expect(route).toMatchObject({
      diagnostics: [{ type: 'mx-is-address' }, { type: 'mx-bad-name', host: 'a b.test' }],
    });
    expect(await mailRoute(zoneResolver('d.test. MX 5 a\\ b.test.'), 'd.test')).toMatchObject({
      status: 'unusable',
      reason: 'dns-bad-name',
    });
  });

  it('DNS-008 takes a null MX for what it says, and asks for no address', async () => {
    const resolver = watched(
      `${sampleZone}\nodd.test. MX 10 .\nmixed.test. MX 0 .\nmixed.test. MX 10 m.test.`,
    );
    expect(await mailRoute(resolver, 'nomail.test')).toMatchObject({ status: 'null-mx', diagnostics: [] });
    expect(await mailRoute(resolver, 'odd.test')).toMatchObject({
      status: 'null-mx',
      diagnostics: [{ type: 'null-mx-preference' }],
    });
    const mixed = await mailRoute(resolver, 'mixed.test');
    expect(hostsOf(mixed)).toEqual(['m.test']);
    expect(mixed).toMatchObject({ diagnostics: [{ type: 'null-mx-ignored' }] });
    expect(resolver.asked).toEqual(['nomail.test MX', 'odd.test MX', 'mixed.test MX']);
  });

  it('DNS-010 takes an address literal for itself', async () => {
    const resolver = watched(sampleZone);
    expect(await mailRoute(resolver, '[IPv6:2001:db8::1]')).toEqual({
      status: 'address-literal',
      address: '2001:db8::1',
    });
    expect(await mailRoute(resolver, '[192.0.2.1]')).toEqual({
      status: 'address-literal',
      address: '192.0.2.1',
    });
    expect(resolver.asked).toEqual([]);
    await expect(mailRoute(resolver, '[192.0.2]')).rejects.toMatchObject({ code: 'dns-bad-name' });
  });

  it('DNS-011 lists a host once, where it is preferred most', async () => {
    const resolver = zoneResolver('d.test. MX 20 a.test.\nd.test. MX 10 A.test.\nd.test. MX 15 b.test.');
    expect(await mailRoute(resolver, 'd.test')).toMatchObject({
      hosts: [
        { preference: 10, exchange: 'a.test' },
        { preference: 15, exchange: 'b.test' },
      ],
    });
  });
});

describe('routeHosts', () => {
  async function reach(
    zone: string,
    options?: ZoneResolverOptions,
    more?: RouteHostsOptions,
  ): Promise<RouteHosts> {
    const resolver = zoneResolver(zone, options);
    const route = await mailRoute(resolver, 'd.test');
    if (route.status !== 'exchangers' && route.status !== 'implicit') throw new Error(route.status);
    return routeHosts(resolver, route, { allowSpecial: true, ...more });
  }
  const two = 'd.test. A 192.0.2.99\nd.test. MX 10 mx1.test.\nd.test. MX 20 mx2.test.\n';

  it('DNS-003 never falls back to the address of a domain that has MX records', async () => {
    expect(await reach(two)).toEqual({
      status: 'unusable',
      passedOver: [
        { host: 'mx1.test', preference: 10, reason: 'dns-nxdomain', temporary: false },
        { host: 'mx2.test', preference: 20, reason: 'dns-nxdomain', temporary: false },
      ],
    });
    expect(await reach(`${two}mx1.test. TXT x`)).toMatchObject({
      status: 'unusable',
      passedOver: [{ reason: 'dns-nodata' }, {}],
    });
    expect(await reach('d.test. TXT x')).toMatchObject({
      status: 'unusable',
      passedOver: [{ host: 'd.test', reason: 'dns-nodata' }],
    });
  });

  it('DNS-006 keeps the order of preference, five hosts, four addresses each', async () => {
    const hosts = Array.from({ length: 7 }, (_, host) => [
      `d.test. MX ${host} h${host}.test.`,
      ...Array.from({ length: 6 }, (__, address) => `h${host}.test. A 192.0.2.${host * 10 + address}`),
    ]).flat();
    const found = await reach(hosts.join('\n'));
    expect(found.status === 'hosts' && found.hosts.map((host) => [host.host, host.addresses.length])).toEqual(
      [0, 1, 2, 3, 4].map((host) => [`h${host}.test`, 4]),
    );
  });

  it('DNS-006 asks for the addresses of all hosts at once, in one round', async () => {
    const inner = zoneResolver(`${two}mx1.test. A 192.0.2.1\nmx2.test. A 192.0.2.2`);
    const asked: string[] = [];
    const gate = Promise.withResolvers<void>();
    const resolver: Resolver = {
      async query(name, type, options) {
        asked.push(`${name} ${type}`);
        if (type !== 'MX') await gate.promise;
        return inner.query(name, type, options);
      },
    };
    const route = await mailRoute(resolver, 'd.test');
    if (route.status !== 'exchangers') throw new Error(route.status);
    const found = routeHosts(resolver, route, { allowSpecial: true });
    await Promise.resolve();
    expect(asked).toEqual(['d.test MX', 'mx1.test AAAA', 'mx1.test A', 'mx2.test AAAA', 'mx2.test A']);
    gate.resolve();
    expect((await found).status).toBe('hosts');
  });

  it('DNS-006 goes on to less preferred hosts where the first have no address, and stops somewhere', async () => {
    const mx = Array.from({ length: 100 }, (_, host) => `d.test. MX ${host} h${host}.test.`).join('\n');
    const late = await reach(`${mx}\nh7.test. A 192.0.2.7`);
    expect(late).toMatchObject({ status: 'hosts', hosts: [{ host: 'h7.test' }] });
    expect(late.passedOver.length).toBe(9);
    const resolver = watched(mx);
    const route = await mailRoute(resolver, 'd.test');
    if (route.status !== 'exchangers') throw new Error(route.status);
    expect(await routeHosts(resolver, route)).toMatchObject({ status: 'unusable' });
    expect(resolver.asked.length).toBe(1 + 2 * 20);
    await expect(routeHosts(resolver, route, { maxHosts: 0 })).rejects.toMatchObject({ rule: 'maxHosts' });
    for (const maxAddresses of [0, -1, Number.NaN]) {
      await expect(routeHosts(resolver, route, { maxAddresses })).rejects.toMatchObject({
        rule: 'maxAddresses',
      });
    }
  });

  it('DNS-005 finds its own address among very many', async () => {
    const many = Array.from({ length: 100 }, (_, at) => `mx2.test. A 198.51.100.${at}`).join('\n');
    const zone = `${two}mx1.test. A 192.0.2.1\n${many}`;
    expect(await reach(zone, {}, { ownAddresses: ['198.51.100.99'] })).toMatchObject({
      hosts: [{ host: 'mx1.test' }],
      passedOver: [{ host: 'mx2.test', reason: 'mx-loop' }],
    });
  });

  it('DNS-005 knows itself by its address too', async () => {
    const zone = `${two}mx1.test. A 192.0.2.1\nmx2.test. AAAA 2001:db8::2`;
    expect(await reach(zone, {}, { ownAddresses: ['2001:DB8:0::2'] })).toMatchObject({
      status: 'hosts',
      hosts: [{ host: 'mx1.test' }],
      passedOver: [{ host: 'mx2.test', reason: 'mx-loop', temporary: false }],
    });
    expect(await reach(zone, {}, { ownAddresses: ['192.0.2.1'] })).toMatchObject({
      status: 'unusable',
      passedOver: [{ reason: 'mx-loop' }, { reason: 'mx-loop' }],
    });
    // The guard hides our loopback address; the loop is found all the same.
    const loop = 'd.test. MX 10 me.test.\nme.test. A 127.0.0.1';
    expect(await reach(loop, {}, { ownAddresses: ['127.0.0.1'], allowSpecial: false })).toMatchObject({
      passedOver: [{ reason: 'mx-loop' }],
    });
  });

  it('DNS-011 keeps an address that two hosts share, and dials no forbidden one', async () => {
    const zone = `${two}mx1.test. A 192.0.2.1\nmx2.test. A 192.0.2.1\nmx2.test. A 192.0.2.2`;
    expect(await reach(zone)).toMatchObject({
      hosts: [{ addresses: ['192.0.2.1'] }, { addresses: ['192.0.2.1', '192.0.2.2'] }],
    });
    expect(await reach(`${two}mx1.test. A 127.0.0.1`, {}, { allowSpecial: false })).toMatchObject({
      status: 'unusable',
      passedOver: [{ host: 'mx1.test', reason: 'address-forbidden', temporary: false }, {}],
    });
  });

  it('DNS-012 passes a failing host over, and defers where nothing else is left', async () => {
    const failures = { 'mx1.test': 'dns-servfail' } as const;
    expect(await reach(`${two}mx2.test. A 192.0.2.2`, { failures })).toMatchObject({
      status: 'hosts',
      hosts: [{ host: 'mx2.test' }],
      passedOver: [{ host: 'mx1.test', reason: 'dns-servfail', temporary: true, fault: { kind: 'dns' } }],
    });
    expect((await reach(two, { failures })).status).toBe('deferred');
    // One family of one host failed: whether it has addresses is not known, so nothing is said for good.
    for (const type of ['A', 'AAAA'] as const) {
      const half = { [`mx1.test ${type}`]: 'dns-timeout' } as const;
      expect(await reach(`${two}mx1.test. TXT x`, { failures: half })).toMatchObject({
        status: 'deferred',
        passedOver: [
          { host: 'mx1.test', reason: 'dns-timeout', temporary: true },
          { host: 'mx2.test', reason: 'dns-nxdomain', temporary: false },
        ],
      });
      const forbidden = `${two}mx1.test. ${type === 'A' ? 'AAAA ::1' : 'A 127.0.0.1'}`;
      expect(await reach(forbidden, { failures: half }, { allowSpecial: false })).toMatchObject({
        status: 'deferred',
        passedOver: [{ reason: 'dns-timeout', temporary: true }, {}],
      });
    }
    expect((await reach(two)).status).toBe('unusable');
  });

  it('rethrows the reason of an abort untouched', async () => {
    const reason = new Error('enough');
    const resolver = zoneResolver(two);
    const route = await mailRoute(resolver, 'd.test');
    const aborted =
      route.status === 'exchangers' && routeHosts(resolver, route, { signal: AbortSignal.abort(reason) });
    await expect(aborted).rejects.toBe(reason);
  });
});
