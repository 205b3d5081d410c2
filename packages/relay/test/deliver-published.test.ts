import { zoneResolver } from '@postern/dns';
import { accept, refuse } from '@postern/smtp/server';
import { memoryStsStore, stsPolicies } from '@postern/starttls';
import type { StsPolicies } from '@postern/starttls';
import { sessionCounts } from '@postern/starttls/tlsrpt';
import { WireError } from '@postern/wire';
import { describe, expect, test } from 'vitest';
import { one, town, two, twoHosts, words } from './town.ts';
import type { Town } from './town.ts';

const reported = {
  type: 'sts',
  mxHosts: ['mx1.example.test'],
  failures: 1,
  successes: 0,
  details: [{ result: 'certificate-not-trusted', receivingIp: one }],
};

/** The policies of a world in which each domain with a record has this one. */
function publishing(scene: Town, mode: string): StsPolicies {
  const { resolver, clock, wallClock } = scene.environment;
  const file = `version: STSv1\nmode: ${mode}\nmx: mx1.example.test\nmax_age: 86400\n`;
  const fetch = async (): Promise<Response> =>
    new Response(file, { headers: { 'content-type': 'text/plain' } });
  return stsPolicies({ resolver, clock, wallClock, store: memoryStsStore(), fetch });
}

describe('what domains publish', () => {
  test('DNS-008, DNS-002 null MX and no such domain are refused, a failed look-up is deferred, the rest delivered', async () => {
    const zone = `${twoHosts}nomail.test. MX 0 .`;
    const inner = zoneResolver(zone);
    const scene = await town(zone, {
      resolver: {
        async query(name, type, options) {
          if (name !== 'down.test') return inner.query(name, type, options);
          throw new WireError({ kind: 'dns', reason: 'dns-timeout', phase: 'dns', after: 8_000 });
        },
      },
    });
    await scene.serve(one, 25, 'starttls');
    const { recipients } = await scene.deliver({
      recipients: [
        'a@nomail.test',
        'b@nobody.test',
        'c@down.test',
        'd@a..b',
        'e@EXAMPLE.test',
        'f@[192.0.2.1]',
      ],
    });
    expect(recipients.map(words)).toEqual([
      'refused null-mx',
      'refused dns-nxdomain',
      'deferred dns-timeout',
      'refused dns-bad-name',
      'delivered to mx1.example.test by starttls',
      'delivered to 192.0.2.1 by starttls',
    ]);
  });

  test('DNS-009 a server that asks may refuse a sender whose domain takes no mail', async () => {
    const scene = await town(`${twoHosts}sender.test. MX 0 .`);
    await scene.serve(one, 25, 'starttls', {
      hooks: {
        async sender({ path }) {
          const domain = path.slice(path.lastIndexOf('@') + 1);
          const answer = await scene.environment.resolver.query(domain, 'MX');
          const nothing =
            answer.status === 'records' && answer.records.every(({ exchange }) => exchange === '.');
          return nothing ? refuse(550, '5.7.27', 'your domain takes no mail') : accept;
        },
      },
    });
    const { recipients } = await scene.deliver({});
    expect(recipients[0]).toMatchObject({
      status: 'refused',
      reply: { code: 550, enhanced: '5.7.27' },
    });
  });

  test.each([
    ['enforce', 'deferred cert-self-signed', reported],
    ['testing', 'delivered to mx1.example.test by starttls', reported],
    ['none', 'delivered to mx1.example.test by starttls', { type: 'sts', failures: 0, successes: 1 }],
  ] as const)(
    'TLS-064, TLS-065, TLS-068 MTA-STS %s and a certificate nobody vouches for: %s',
    async (mode, expected, count) => {
      const zone = `example.test. MX 10 mx1.example.test.
mx1.example.test. A ${one}
_mta-sts.example.test. TXT "v=STSv1; id=1"`;
      const counts = sessionCounts();
      const scene = await town(zone, {
        trust: { ok: false, code: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY' },
      });
      Object.assign(scene.environment, { sts: publishing(scene, mode), counts });
      await scene.serve(one, 25, 'starttls');
      const { recipients } = await scene.deliver({});
      expect(recipients.map(words)).toEqual([expected]);
      expect(counts.policies('example.test')).toMatchObject([count]);
      expect(counts.policies('example.test')[0]?.strings).toContain(`mode: ${mode}`);
    },
  );

  test.each([
    ['testing', ['sts 0+1 starttls-not-supported']],
    ['none', []],
    [undefined, ['no-policy-found 0+1 starttls-not-supported']],
  ] as const)('TLS-068 MTA-STS %s and no STARTTLS: the report says %j', async (mode, expected) => {
    const zone = `${twoHosts}${mode ? '_mta-sts.example.test. TXT "v=STSv1; id=1"' : ''}`;
    const counts = sessionCounts();
    const scene = await town(zone);
    Object.assign(scene.environment, { sts: publishing(scene, mode ?? 'none'), counts });
    await scene.serve(one, 25, 'plaintext');
    expect((await scene.deliver({})).recipients[0]?.status).toBe('delivered');
    const said = counts
      .policies('example.test')
      .map(({ type, successes, failures, details }) =>
        [type, `${successes}+${failures}`, ...details.map(({ result }) => result)].join(' '),
      );
    expect(said).toEqual(expected);
  });

  test('TLS-057 a host with TLSA records and no STARTTLS is passed over, and counted', async () => {
    const counts = sessionCounts();
    const zone = `${twoHosts}_25._tcp.mx1.example.test. TLSA 3 1 1 ${'00'.repeat(32)}`;
    const scene = await town(zone, { secure: true, more: { counts } });
    Object.assign(scene.environment, { counts });
    await scene.serve(one, 25, 'plaintext');
    await scene.serve(two, 25, 'plaintext');
    const { recipients } = await scene.deliver({});
    expect(recipients.map(words)).toEqual([
      'delivered to mx2.example.test by plaintext (starttls-not-offered)',
    ]);
    expect(counts.policies('example.test').map(({ type, failures }) => `${type} ${failures}`)).toEqual(
      expect.arrayContaining(['tlsa 1']),
    );
  });

  test('TLS-054, TLS-057 a key that is not in the TLSA records: deferred, and nothing in the clear', async () => {
    const zone = `example.test. MX 10 mx1.example.test.
mx1.example.test. A ${one}
_25._tcp.mx1.example.test. TLSA 3 1 1 ${'00'.repeat(32)}`;
    const scene = await town(zone, { secure: true });
    await scene.serve(one, 25, 'starttls');
    expect((await scene.deliver({})).recipients.map(words)).toEqual(['deferred dane-mismatch']);
    expect(scene.taken).toEqual([]);
  });

  test('TLS-074 REQUIRETLS: a host without the keyword is no host, and the sender is told 5.7.30', async () => {
    const zone = `example.test. MX 10 mx1.example.test.\nmx1.example.test. A ${one}`;
    const scene = await town(zone, { secure: true });
    await scene.serve(one, 25, 'starttls');
    const { recipients } = await scene.deliver({ policy: { sender: 'requiretls' } });
    expect(recipients[0]).toMatchObject({
      status: 'refused',
      reason: 'requiretls-not-offered',
      bounce: { code: '5.7.30' },
    });
    const willing = await town(zone, { secure: true });
    await willing.serve(one, 25, 'starttls', { keywords: ['REQUIRETLS', 'PIPELINING'] });
    const taken = await willing.deliver({ parameters: { requireTls: true } });
    expect(taken.recipients.map(words)).toEqual(['delivered to mx1.example.test by starttls']);
  });

  test('TLS-074 REQUIRETLS: a host that nobody vouches for is no host, whatever it offers: 5.7.10', async () => {
    const scene = await town(twoHosts);
    for (const address of [one, two])
      await scene.serve(address, 25, 'starttls', { keywords: ['REQUIRETLS', 'PIPELINING'] });
    const { recipients } = await scene.deliver({ policy: { sender: 'requiretls' } });
    expect(recipients[0]).toMatchObject({
      status: 'refused',
      reason: 'tls-required',
      bounce: { code: '5.7.10' },
    });
    expect(scene.taken).toEqual([]);
  });

  test('TLS-074 REQUIRETLS waits for a host that may be there later', async () => {
    const scene = await town(twoHosts.replace('MX 20', 'MX 10'), { secure: true });
    await scene.serve(one, 25, 'starttls');
    scene.weather(two, 25, { type: 'drop' });
    const { recipients } = await scene.deliver({ policy: { sender: 'requiretls' } });
    expect(recipients[0]).toMatchObject({ status: 'deferred', reason: 'requiretls-not-offered' });
  });

  test.each([
    ['another key', 'starttls', 'delivered to mx1.example.test by starttls'],
    ['no STARTTLS', 'plaintext', 'delivered to mx1.example.test by plaintext (starttls-not-offered)'],
  ] as const)(
    'SMTP-122 TLS-Required: No delivers what DANE would keep back: %s',
    async (_, how, expected) => {
      const zone = `example.test. MX 10 mx1.example.test.
mx1.example.test. A ${one}
_25._tcp.mx1.example.test. TLSA 3 1 1 ${'00'.repeat(32)}`;
      const scene = await town(zone, { secure: true });
      await scene.serve(one, 25, how);
      expect((await scene.deliver({})).recipients[0]?.status).toBe('deferred');
      const { recipients } = await scene.deliver({ policy: { sender: 'tls-required-no' } });
      expect(recipients.map(words)).toEqual([expected]);
    },
  );
});
