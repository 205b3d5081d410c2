import { describe, expect, it } from 'vitest';
import { decoded, faultOf, scripted, setRcode, withoutOpt, zone } from '../../test/stub-helpers.ts';

describe('aliases', () => {
  const links = (count: number): string =>
    [
      ...Array.from({ length: count }, (_, index) => `l${index}.test. CNAME l${index + 1}.test.`),
      `l${count}.test. A 192.0.2.1`,
    ].join('\n');

  it('DNS-035 follows ten links and refuses eleven', async () => {
    const { clock, resolver } = scripted((query) => [zone(links(11))(query)]);
    expect(await clock.run(resolver.query('l1.test', 'A'))).toMatchObject({
      status: 'records',
      canonical: 'l11.test',
    });
    expect((await faultOf(clock, resolver.query('l0.test', 'A'))).reason).toBe('dns-cname-loop');
  });

  it('DNS-035 counts links over several messages and finds loops there too', async () => {
    const single = scripted((query) => [keepFirstAnswer(zone(links(11))(withoutOpt(query)))]);
    expect(await single.clock.run(single.resolver.query('l1.test', 'A'))).toMatchObject({
      status: 'records',
      canonical: 'l11.test',
    });
    expect(single.network.sent.length).toBe(11);
    expect((await faultOf(single.clock, single.resolver.query('l0.test', 'A'))).reason).toBe(
      'dns-cname-loop',
    );
    const loop = scripted((query) => [
      keepFirstAnswer(zone('a.test. CNAME b.test.\nb.test. CNAME a.test.')(withoutOpt(query))),
    ]);
    expect((await faultOf(loop.clock, loop.resolver.query('a.test', 'A'))).reason).toBe('dns-cname-loop');
  });

  it('DNS-038 asks again at the target of an alias that came without its data', async () => {
    const parts = [zone('a.test. CNAME b.test.'), zone('b.test. MX 10 m.test.')];
    const { clock, network, resolver } = scripted((query) => {
      const bytes = parts[decoded(query).question?.name === 'a.test' ? 0 : 1]?.(query) ?? query;
      return [setRcode(bytes, 0)];
    });
    expect(await clock.run(resolver.query('a.test', 'MX'))).toMatchObject({
      status: 'records',
      canonical: 'b.test',
    });
    expect(network.sent.length).toBe(2);
  });

  it('DNS-038 calls a chain authenticated only if every link is', async () => {
    const text = 'signed.test. CNAME plain.test.\nplain.test. A 192.0.2.1';
    const options = { authenticated: (name: string) => name === 'signed.test' };
    const { clock, resolver } = scripted((query) => [zone(text, options)(query)]);
    expect(await clock.run(resolver.query('signed.test', 'A'))).toMatchObject({ authenticated: false });
    expect(await clock.run(resolver.query('signed.test', 'CNAME'))).toMatchObject({
      authenticated: true,
      records: ['plain.test'],
    });
  });

  it('DNS-038 calls a chain over several messages authenticated only if every message is', async () => {
    const text = 'a.test. CNAME b.test.\nb.test. A 192.0.2.1';
    for (const signed of [['a.test'], ['b.test'], ['a.test', 'b.test']]) {
      const answer = zone(text, { authenticated: true });
      const { clock, resolver } = scripted((query) => {
        const name = decoded(query).question?.name ?? '';
        const bytes = keepFirstAnswer(answer(withoutOpt(query)));
        if (!signed.includes(name)) bytes[3] = (bytes[3] ?? 0) & ~0x20;
        return [bytes];
      });
      expect(await clock.run(resolver.query('a.test', 'A'))).toMatchObject({
        records: ['192.0.2.1'],
        authenticated: signed.length === 2,
      });
    }
  });

  it('DNS-051 takes no SOA of another zone for a denial', async () => {
    // The alias leads out of the zone whose SOA stands in the authority section: that says nothing about its target.
    const { clock, resolver } = scripted((query) => {
      if (decoded(query).question?.name === 'b.other') return [zone('b.other. A 192.0.2.1')(query)];
      const plain = withoutOpt(query);
      const soa = zone('test. SOA ns.test. admin.test. 1 2 3 4 60')(plain).subarray(plain.length);
      const target = [1, 0x62, 5, ...Buffer.from('other'), 0];
      const alias = [0xc0, 12, 0, 5, 0, 1, 0, 0, 1, 0, 0, target.length, ...target];
      const reply = Uint8Array.from([...plain, ...alias, ...soa]);
      reply.set([0x81, 0x80, 0, 1, 0, 1, 0, 1], 2);
      return [reply];
    });
    expect(await clock.run(resolver.query('a.test', 'A'))).toMatchObject({
      status: 'records',
      canonical: 'b.other',
    });
  });

  it('DNS-033 shows TTL, alias and AD bit, and knows TLSA, which the platform does not', async () => {
    const text = '_25._tcp.a.test. 30 CNAME t.test.\nt.test. 300 TLSA 3 1 1 00ff';
    const { clock, resolver } = scripted((query) => [zone(text, { authenticated: true })(query)]);
    expect(await clock.run(resolver.query('_25._tcp.a.test', 'TLSA'))).toMatchObject({
      records: [{ usage: 3, selector: 1, matching: 1 }],
      ttl: 30_000,
      canonical: 't.test',
      authenticated: true,
    });
  });

  it('DNS-050 takes the least TTL of a set, and 0 for an absence without an SOA', async () => {
    const text = 'a.test. 60 A 192.0.2.1\na.test. 30 A 192.0.2.2\na.test. 90 A 192.0.2.3';
    const { clock, resolver } = scripted((query) => [zone(text)(query)]);
    expect(await clock.run(resolver.query('a.test', 'A'))).toMatchObject({ ttl: 30_000 });
    expect(await clock.run(resolver.query('a.test', 'MX'))).toMatchObject({ status: 'no-data', ttl: 0 });
    expect(await clock.run(resolver.query('b.test', 'A'))).toMatchObject({
      status: 'no-such-domain',
      ttl: 0,
    });
  });

  it('DNS-038 follows nothing but an alias', async () => {
    const { clock, resolver } = scripted((query) => {
      // The answer to a question about TXT, as one to this question about A.
      const asked = withoutOpt(query);
      const type = asked.length - 3;
      const reply = zone('a.test. TXT b.test')(asked.with(type, 16));
      return [reply.with(type, 1)];
    });
    expect((await clock.run(resolver.query('a.test', 'A'))).status).toBe('no-data');
  });

  it('DNS-013 asks for the name as it is, and no other', async () => {
    const { clock, network, resolver } = scripted((query) => [zone()(query)]);
    await clock.run(resolver.query('mail', 'A'));
    await clock.run(resolver.query('example.test', 'A'));
    expect(network.sent.map(({ bytes }) => decoded(bytes).question?.name)).toEqual(['mail', 'example.test']);
  });
});

/** Leaves one answer of a message and drops the rest. */
function keepFirstAnswer(bytes: Uint8Array): Uint8Array {
  bytes[7] = 1;
  bytes[9] = 0;
  bytes[11] = 0;
  return bytes;
}
