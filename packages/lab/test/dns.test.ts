import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addresses, mailRoute, mailServices, stubResolver, zoneAnswers, zoneResolver } from '@postern/dns';
import type { Resolver } from '@postern/dns';
import { isWireError } from '@postern/wire';
import type { Lab } from '@postern/lab';
import { startNodeLab } from '@postern/lab/node';
import { systemClock } from '@postern/wire/node';

describe('the DNS of the lab', () => {
  let lab: Lab;
  let resolver: Resolver;
  /** For what nobody answers; answers have to come in their time also on a machine that is busy. */
  let impatient: Resolver;
  beforeAll(async () => {
    lab = await startNodeLab();
    const options = {
      network: lab.network,
      servers: [lab.resolver],
      clock: systemClock(),
      random: Math.random,
    };
    resolver = stubResolver(options);
    impatient = stubResolver({ ...options, patience: { attempt: 100, tries: 1 } });
  });
  afterAll(() => lab[Symbol.asyncDispose]());

  it('knows every host under its public address', async () => {
    const zone = zoneResolver(lab.zone);
    for (const { hostName, endpoint } of lab.endpoints) {
      const answer = await zone.query(hostName, 'A');
      expect(answer.status === 'records' && answer.records).toEqual([endpoint.address]);
    }
    const overTheNetwork = await resolver.query('mail.allgood.test', 'A');
    expect(overTheNetwork.status === 'records' && overTheNetwork.records).toEqual(['192.0.2.10']);
  });

  it('answers over TCP too', async () => {
    // RFC 1035 §4.1: ID, flags with RD, one question; then the name, type A, class IN.
    const header = '123401000001000000000000';
    const name = Buffer.from('\u0004mail\u0007allgood\u0004test\u0000').toString('hex');
    const query = Buffer.from(`${header}${name}00010001`, 'hex');
    const connection = await lab.network.connect(lab.resolver);
    await connection.write(Uint8Array.from([0, query.length, ...query]));
    const reply = Buffer.from((await connection.read()) ?? []);
    expect(reply.readUInt16BE(0)).toBe(reply.length - 2);
    expect(reply.subarray(2)).toEqual(Buffer.from(zoneAnswers(lab.zone)(query, 'stream') ?? []));
    await connection[Symbol.asyncDispose]();
  });

  it('announces services and exchangers of the providers', async () => {
    const services = await mailServices(resolver, 'walled.test');
    expect(services.submission.map(({ method, port, target }) => [method, port, target])).toEqual([
      ['implicit-tls', 465, 'mail.walled.test'],
      ['starttls', 587, 'mail.walled.test'],
    ]);
    expect(services.imap.map(({ port }) => port)).toEqual([993, 143]);
    const route = await mailRoute(resolver, 'stripped.test');
    expect(route.status === 'exchangers' && route.hosts.map(({ exchange }) => exchange)).toEqual([
      'mail.stripped.test',
    ]);
  });

  it('announces an IPv6 address at halfway.test that leads nowhere', async () => {
    const { ipv6 } = await addressesOf('mail.halfway.test');
    expect(ipv6).toEqual(['2001:db8::40']);
    await expect(lab.network.connect({ address: '2001:db8::40', port: 465 })).rejects.toMatchObject({
      code: 'unreachable',
    });
    const good = await addressesOf('mail.allgood.test');
    const connection = await lab.network.connect({ address: good.ipv6[0] ?? '', port: 465 });
    connection.reset();
  });

  async function addressesOf(host: string): Promise<{ readonly ipv6: readonly string[] }> {
    const answer = await resolver.query(host, 'AAAA');
    return { ipv6: answer.status === 'records' ? answer.records : [] };
  }

  it('has a domain for every oddity, and each shows the reason it promises', async () => {
    const seen = await Promise.all(
      lab.domains.map(async ({ domain, reason }) => ({
        domain,
        reason: await trouble(domain, reason === 'dns-timeout' ? impatient : resolver),
      })),
    );
    expect(seen).toEqual(lab.domains.map(({ domain, reason }) => ({ domain, reason })));
  });

  /** What stands in the way of mail to a domain, as the DNS tells it. */
  async function trouble(domain: string, asked: Resolver): Promise<string> {
    try {
      const route = await mailRoute(asked, domain);
      switch (route.status) {
        case 'null-mx':
          return 'null-mx';
        case 'no-such-domain':
          return 'dns-nxdomain';
        case 'unusable':
          return route.reason;
        case 'exchangers': {
          const [first] = route.hosts;
          const host = await addresses(asked, first?.exchange ?? '', { allowSpecial: true });
          return host.status === 'no-such-domain' ? 'dns-nxdomain' : 'none';
        }
        case 'implicit': {
          const { notOffered } = await mailServices(asked, domain);
          return notOffered.length === 6 ? 'srv-not-offered' : 'none';
        }
        case 'address-literal':
          return 'none';
      }
    } catch (error) {
      if (isWireError(error)) return error.code;
      throw error;
    }
  }
});
