import { describe, expect, it } from 'vitest';
import { sampleZone } from '../../test/sample-zone.ts';
import { watched } from '../../test/watched.ts';
import { zoneResolver } from '../zone-resolver.ts';
import { announcedRoute } from './announced-route.ts';
import { routeHosts } from './route-hosts.ts';

describe('announcedRoute', () => {
  it('DNS-028 finds hosts with their ports, in the order of SRV, and asks for nothing else', async () => {
    const resolver = watched(sampleZone, { authenticated: true });
    expect(await announcedRoute(resolver, 'example.test')).toMatchObject({
      status: 'announced',
      hosts: [
        { exchange: 'mx1.example.test', preference: 10, port: 465 },
        { exchange: 'mx2.example.test', preference: 20, port: 25 },
      ],
      authenticated: true,
      trusted: true,
    });
    expect(resolver.asked).toEqual(['_smtp-tls._tcp.example.test SRV']);
  });

  it('DNS-028 tells "no mail" from "nothing announced", and a failure from both', async () => {
    const resolver = zoneResolver(sampleZone, { failures: { '_smtp-tls._tcp.slow.test': 'dns-servfail' } });
    expect(await announcedRoute(resolver, 'nomail.test')).toMatchObject({
      status: 'not-offered',
      trusted: true,
      diagnostics: [],
    });
    expect((await announcedRoute(resolver, 'implicit.test')).status).toBe('no-records');
    await expect(announcedRoute(resolver, 'slow.test')).rejects.toMatchObject({ code: 'dns-servfail' });
    // `_smtp` is something else, unless somebody says otherwise.
    const other = zoneResolver('_smtp._tcp.d.test. SRV 0 0 465 mx.d.test.');
    expect((await announcedRoute(other, 'd.test')).status).toBe('no-records');
    expect((await announcedRoute(other, 'd.test', { labels: ['_smtp'] })).status).toBe('announced');
  });

  it('DNS-028 asks for several labels in order, and the first with records or without an answer decides', async () => {
    const labels = ['_smtp-tls', '_smtps'] as const;
    const later = watched('_smtps._tcp.d.test. SRV 0 0 465 mx.d.test.');
    expect(await announcedRoute(later, 'd.test', { labels })).toMatchObject({
      status: 'announced',
      hosts: [{ exchange: 'mx.d.test', port: 465 }],
    });
    expect(later.asked).toEqual(['_smtp-tls._tcp.d.test SRV', '_smtps._tcp.d.test SRV']);
    const none = watched('_smtp-tls._tcp.d.test. SRV 0 0 0 .\n_smtps._tcp.d.test. SRV 0 0 465 mx.d.test.');
    expect((await announcedRoute(none, 'd.test', { labels })).status).toBe('not-offered');
    expect(none.asked).toEqual(['_smtp-tls._tcp.d.test SRV']);
    const failing = zoneResolver('_smtps._tcp.d.test. SRV 0 0 465 mx.d.test.', {
      failures: { '_smtp-tls._tcp.d.test': 'dns-timeout' },
    });
    await expect(announcedRoute(failing, 'd.test', { labels })).rejects.toMatchObject({
      code: 'dns-timeout',
    });
  });

  it('DNS-039 obeys the rule against loops', async () => {
    const ownNames = ['MX2.example.test.'];
    const resolver = zoneResolver(`${sampleZone}\n_smtp-tls._tcp.self.test. SRV 0 0 25 mx2.example.test.`);
    expect(await announcedRoute(resolver, 'example.test', { ownNames })).toMatchObject({
      hosts: [{ exchange: 'mx1.example.test' }],
    });
    expect(await announcedRoute(resolver, 'self.test', { ownNames })).toMatchObject({
      status: 'unusable',
      reason: 'mx-loop',
    });
    const bad = zoneResolver('_smtp-tls._tcp.d.test. SRV 0 0 0 mx.d.test.');
    expect(await announcedRoute(bad, 'd.test')).toMatchObject({
      status: 'unusable',
      reason: 'srv-bad-target',
    });
  });

  it('DNS-039 obeys the guard of addresses, and keeps the port with the host', async () => {
    const resolver = zoneResolver(
      '_smtp-tls._tcp.d.test. SRV 0 0 465 inside.test.\n_smtp-tls._tcp.d.test. SRV 1 0 2465 mx.test.\ninside.test. A 127.0.0.1\nmx.test. A 93.184.216.34',
    );
    const route = await announcedRoute(resolver, 'd.test');
    if (route.status !== 'announced') throw new Error(route.status);
    expect(await routeHosts(resolver, route)).toMatchObject({
      status: 'hosts',
      hosts: [{ host: 'mx.test', preference: 1, port: 2465 }],
      passedOver: [{ host: 'inside.test', reason: 'address-forbidden' }],
    });
  });
});
