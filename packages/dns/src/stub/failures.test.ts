import { describe, expect, it } from 'vitest';
import { sampleZone } from '../../test/sample-zone.ts';
import { decoded, faultOf, one, scripted, two, withoutOpt, zone } from '../../test/stub-helpers.ts';

describe('SERVFAIL', () => {
  it('DNS-043 tells bogus data by a second query with CD, whose data is not used', async () => {
    const { clock, network, resolver } = scripted((query) => [
      zone(sampleZone, { failures: { 'mx1.example.test': 'dns-bogus' } })(query),
    ]);
    const fault = await faultOf(clock, resolver.query('mx1.example.test', 'A'));
    expect(fault).toMatchObject({
      kind: 'dns',
      reason: 'dns-bogus',
      endpoint: one,
      evidence: { code: 'SERVFAIL', extendedErrors: [{ code: 6 }] },
    });
    expect(network.sent.map(({ bytes }) => decoded(bytes).checkingDisabled)).toEqual([false, true]);
  });

  it('DNS-043 never asks another server what one found bogus', async () => {
    const { clock, network, resolver } = scripted(
      (query, server) => [
        zone(
          sampleZone,
          server === one.address ? { failures: { 'mx1.example.test': 'dns-bogus' } } : {},
        )(query),
      ],
      { servers: [one, two] },
    );
    expect((await faultOf(clock, resolver.query('mx1.example.test', 'A'))).reason).toBe('dns-bogus');
    expect(network.sent.every(({ server }) => server === one.address)).toBe(true);
  });

  it('DNS-043 says dns-servfail where that fails too, and asks the next server first', async () => {
    const { clock, network, resolver } = scripted(
      (query, server) => [
        zone(
          sampleZone,
          server === one.address ? { failures: { 'mx1.example.test': 'dns-servfail' } } : {},
        )(query),
      ],
      { servers: [one, two] },
    );
    expect((await clock.run(resolver.query('mx1.example.test', 'A'))).status).toBe('records');
    expect(network.sent.map(({ server }) => server)).toEqual([one.address, one.address, two.address]);
    const alone = scripted((query) => [
      zone(sampleZone, { failures: { 'mx1.example.test': 'dns-servfail' } })(query),
    ]);
    expect((await faultOf(alone.clock, alone.resolver.query('mx1.example.test', 'A'))).reason).toBe(
      'dns-servfail',
    );
  });

  it('DNS-052 remembers a failure for half a minute, for that name and type only', async () => {
    const { clock, network, resolver } = scripted((query) => [
      zone(sampleZone, { failures: { 'mx1.example.test': 'dns-servfail' } })(query),
    ]);
    await faultOf(clock, resolver.query('mx1.example.test', 'A'));
    expect(network.sent.length).toBe(2);
    await clock.advance(20_000);
    expect(await faultOf(clock, resolver.query('mx1.example.test', 'A'))).toMatchObject({
      reason: 'dns-servfail',
      endpoint: one,
    });
    expect(network.sent.length).toBe(2);
    await faultOf(clock, resolver.query('mx1.example.test', 'AAAA'));
    expect(network.sent.length).toBe(4);
    await clock.advance(11_000);
    await faultOf(clock, resolver.query('mx1.example.test', 'A'));
    expect(network.sent.length).toBe(6);
  });

  it('DNS-056 gives each failure its class', async () => {
    for (const reason of [
      'dns-servfail',
      'dns-bogus',
      'dns-refused',
      'dns-formerr',
      'dns-notimp',
      'dns-malformed',
    ] as const) {
      const { clock, resolver } = scripted((query) => [
        zone(sampleZone, { failures: { 'mx1.example.test': reason } })(query),
      ]);
      expect((await faultOf(clock, resolver.query('mx1.example.test', 'A'))).reason).toBe(reason);
    }
  });

  /** A reply without answers whose authority section ends in a name server. */
  const withNameServer = (reply: Uint8Array): Uint8Array => {
    const bytes = Uint8Array.from([...reply, 0, 0, 2, 0, 1, 0, 0, 0, 1, 0, 1, 0]);
    bytes[3] = 0;
    bytes[9] = (bytes[9] ?? 0) + 1;
    return bytes;
  };

  it('DNS-056 does not take a referral for an absence', async () => {
    const { clock, resolver } = scripted((query) => [
      withNameServer(withoutOpt(zone('a.test. A 192.0.2.1')(query))),
    ]);
    expect(await faultOf(clock, resolver.query('b.a.test', 'A'))).toMatchObject({
      reason: 'dns-refused',
      evidence: { code: 'referral' },
    });
  });

  it('DNS-056, DNS-002 does not take an empty reply for an absence where the server neither recurses nor owns the zone', async () => {
    const empty = zone('a.test. TXT text');
    /** AA in the first octet of the flags, RA in the second. */
    const look = (aa: number, ra: number) =>
      scripted((query) => {
        const bytes = empty(query);
        bytes[2] = ((bytes[2] ?? 0) & 0xfb) | aa;
        bytes[3] = ((bytes[3] ?? 0) & 0x7f) | ra;
        return [bytes];
      });
    const unasked = look(0, 0);
    expect(await faultOf(unasked.clock, unasked.resolver.query('a.test', 'MX'))).toMatchObject({
      reason: 'dns-refused',
      evidence: { code: 'no recursion' },
    });
    for (const { clock, resolver } of [look(0, 0x80), look(4, 0)]) {
      expect((await clock.run(resolver.query('a.test', 'MX'))).status).toBe('no-data');
    }
  });

  it('DNS-056 takes name servers beside an SOA, or from who has authority, for no referral (RFC 2308 §2.2)', async () => {
    const soa = 'a.test. SOA ns.test. admin.test. 1 2 3 4 60';
    const beside = scripted((query) => [withNameServer(zone(soa)(withoutOpt(query)))]);
    expect((await beside.clock.run(beside.resolver.query('a.test', 'A'))).status).toBe('no-data');
    const own = scripted((query) => {
      const bytes = withNameServer(withoutOpt(zone('a.test. A 192.0.2.1')(query)));
      bytes[2] = (bytes[2] ?? 0) | 0x04;
      return [bytes];
    });
    expect((await own.clock.run(own.resolver.query('a.test', 'MX'))).status).toBe('no-data');
  });
});
