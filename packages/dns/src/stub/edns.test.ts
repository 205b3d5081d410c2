import { describe, expect, it } from 'vitest';
import { sampleZone } from '../../test/sample-zone.ts';
import { decoded, faultOf, scripted, setRcode, withoutOpt, zone } from '../../test/stub-helpers.ts';

describe('EDNS', () => {
  it('DNS-041 asks again without OPT where FORMERR or NOTIMP comes without one, AD kept', async () => {
    for (const rcode of [1, 4]) {
      const { clock, network, resolver } = scripted((query) => [
        decoded(query).edns ? setRcode(zone()(withoutOpt(query)), rcode) : zone()(query),
      ]);
      expect((await clock.run(resolver.query('mx1.example.test', 'A'))).status).toBe('records');
      expect(network.sent.map(({ bytes }) => decoded(bytes).edns !== undefined)).toEqual([true, false]);
      expect(network.sent.every(({ bytes }) => decoded(bytes).authenticated)).toBe(true);
    }
  });

  it('DNS-041 understands the bare header of a server from before EDNS', async () => {
    const { clock, resolver } = scripted((query) => [
      decoded(query).edns
        ? Uint8Array.from([query[0] ?? 0, query[1] ?? 0, 0x81, 0x81, 0, 0, 0, 0, 0, 0, 0, 0])
        : zone()(query),
    ]);
    expect((await clock.run(resolver.query('mx1.example.test', 'A'))).status).toBe('records');
  });

  it('DNS-041 takes FORMERR and BADVERS with an OPT for an answer', async () => {
    const formerr = scripted((query) => [setRcode(zone()(query), 1)]);
    expect((await faultOf(formerr.clock, formerr.resolver.query('mx1.example.test', 'A'))).reason).toBe(
      'dns-formerr',
    );
    expect(formerr.network.sent.length).toBe(1);
    const badvers = scripted((query) => {
      const future = Uint8Array.from(query);
      future[future.length - 5] = 1;
      return [zone()(future)];
    });
    const fault = await faultOf(badvers.clock, badvers.resolver.query('mx1.example.test', 'A'));
    expect(fault).toMatchObject({ reason: 'dns-notimp', evidence: { code: 'BADVERS' } });
    expect(badvers.network.sent.length).toBe(1);
  });

  it('DNS-042 keeps the AD bit as received and says whether the resolver is trusted', async () => {
    const signed = zone(sampleZone, { authenticated: true });
    const untrusted = scripted((query) => [signed(query)]);
    expect(await untrusted.clock.run(untrusted.resolver.query('mx1.example.test', 'A'))).toMatchObject({
      authenticated: true,
      trusted: false,
    });
    const trusted = scripted((query) => [signed(query)], { trusted: true, dnssecOk: true });
    expect(await trusted.clock.run(trusted.resolver.query('mx1.example.test', 'A'))).toMatchObject({
      authenticated: true,
      trusted: true,
    });
    expect(decoded(trusted.network.sent[0]?.bytes ?? new Uint8Array()).edns?.dnssecOk).toBe(true);
  });
});
