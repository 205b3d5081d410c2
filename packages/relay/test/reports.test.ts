import { zoneResolver } from '@postern/dns';
import { refuse } from '@postern/smtp/server';
import type { MtaStsPolicy, StsPolicies } from '@postern/starttls';
import { sessionCounts } from '@postern/starttls/tlsrpt';
import { describe, expect, test } from 'vitest';
import { selfSigned } from '../../wire/test/certificates.ts';
import { one, town, two, twoHosts, words } from './town.ts';

/** An MTA-STS policy that is there without a look-up. */
function published(policy: MtaStsPolicy): StsPolicies {
  const found = { policy, from: 'kept', failure: undefined, reportable: false } as const;
  return { policyFor: async () => found, refresh: async () => found };
}

describe('sessions that are reported', () => {
  test('TLS-071 a host that the policy does not list counts as failed, though nobody dials it', async () => {
    const counts = sessionCounts();
    const sts = published({ mode: 'enforce', mx: ['mx2.example.test'], maxAge: 86_400 });
    const scene = await town(twoHosts, { certificateFor: 'mx2.example.test', more: { counts, sts } });
    await scene.serve(one, 25, 'starttls');
    await scene.serve(two, 25, 'starttls');
    const { recipients } = await scene.deliver({});
    expect(recipients.map(words)).toEqual(['delivered to mx2.example.test by starttls']);
    expect(counts.policies('example.test')).toEqual([
      {
        type: 'sts',
        domain: 'example.test',
        strings: ['version: STSv1', 'mode: enforce', 'mx: mx2.example.test', 'max_age: 86400'],
        mxHosts: ['mx2.example.test'],
        successes: 1,
        failures: 1,
        details: [expect.objectContaining({ receivingMxHostname: 'mx1.example.test', sessions: 1 })],
      },
    ]);
  });

  test('TLS-065 in testing such a host gets the mail, and counts as failed all the same', async () => {
    const counts = sessionCounts();
    const sts = published({ mode: 'testing', mx: ['mx2.example.test'], maxAge: 86_400 });
    const scene = await town(twoHosts, { more: { counts, sts } });
    await scene.serve(one, 25, 'starttls');
    const { recipients } = await scene.deliver({});
    expect(recipients.map(words)).toEqual(['delivered to mx1.example.test by starttls']);
    expect(counts.policies('example.test')).toMatchObject([
      { successes: 0, failures: 1, details: [{ receivingMxHostname: 'mx1.example.test', receivingIp: one }] },
    ]);
  });

  test('TLS-071 without a policy only what was connected counts', async () => {
    const counts = sessionCounts();
    const scene = await town(`${twoHosts}example.test. MX 5 gone.example.test.`, { more: { counts } });
    await scene.serve(one, 25, 'starttls');
    await scene.deliver({});
    expect(counts.policies('example.test')).toMatchObject([
      { type: 'no-policy-found', successes: 1, failures: 0 },
    ]);
  });
});

describe('REQUIRETLS as a parameter', () => {
  const zone = `example.test. MX 10 mx1.example.test.\nmx1.example.test. A ${one}`;
  const parameters = { requireTls: true };

  test('TLS-074 is demanded of the host as by the policy', async () => {
    const scene = await town(zone, { secure: true });
    await scene.serve(one, 25, 'starttls');
    const { recipients } = await scene.deliver({ parameters });
    expect(recipients[0]).toMatchObject({ reason: 'requiretls-not-offered', bounce: { code: '5.7.30' } });
  });

  test('TLS-074 takes nothing from the policy beside it', async () => {
    const scene = await town(zone, { secure: true });
    await scene.serve(one, 25, 'starttls', { keywords: ['REQUIRETLS', 'PIPELINING'] });
    const { recipients } = await scene.deliver({ parameters, policy: { level: 'none' } });
    expect(recipients.map(words)).toEqual(['refused tls-required']);
    expect(scene.taken).toEqual([]);
  });
});

describe('what is told', () => {
  test('TLS-074 a host that wants to be asked again later is worth waiting for, whatever the next one lacks', async () => {
    const scene = await town(twoHosts, { secure: true });
    await scene.serve(one, 25, 'starttls', {
      keywords: ['REQUIRETLS', 'PIPELINING'],
      hooks: { recipient: () => refuse(451, '4.7.1', 'greylisted') },
    });
    const identity = await selfSigned('mx2.example.test');
    await scene.serve(two, 25, 'starttls', { tls: { identity: () => identity } });
    const { recipients, domains } = await scene.deliver({ policy: { sender: 'requiretls' } });
    expect(recipients[0]).toMatchObject({ status: 'deferred', reply: { code: 451 } });
    expect(domains[0]?.attempts.map(({ host }) => host)).toEqual(['mx1.example.test', 'mx2.example.test']);
    expect(domains[0]?.attempts[1]?.fault).toMatchObject({
      kind: 'policy',
      reason: 'requiretls-not-offered',
      phase: 'policy',
      by: 'requiretls',
    });
  });

  test('DNS-008 a refusal that has nothing to do with REQUIRETLS has no code of it', async () => {
    const scene = await town('example.test. MX 0 .');
    const { recipients } = await scene.deliver({});
    expect(recipients[0]).toMatchObject({ status: 'refused', reason: 'null-mx' });
    expect(recipients[0]).not.toHaveProperty('bounce');
  });

  test('DNS-012 mail that waits for the DNS says what failed there', async () => {
    const resolver = zoneResolver(twoHosts, { failures: { 'example.test MX': 'dns-servfail' } });
    const scene = await town(twoHosts, { resolver });
    expect((await scene.deliver({})).recipients[0]).toMatchObject({
      status: 'deferred',
      fault: { kind: 'dns', reason: 'dns-servfail' },
    });
  });
});

test('a host that takes its leave in the middle has said nothing about the mail: the next one is asked', async () => {
  const scene = await town(twoHosts);
  await scene.serve(one, 25, 'starttls', { hooks: { sender: () => refuse(421, '4.3.2', 'going down') } });
  await scene.serve(two, 25, 'starttls');
  const { recipients } = await scene.deliver({ recipients: ['ann@example.test', 'ben@example.test'] });
  expect(recipients.map(words)).toEqual([
    'delivered to mx2.example.test by starttls',
    'delivered to mx2.example.test by starttls',
  ]);
});

test.each([
  ['550 5.7.1 not you', 'greeting-rejected'],
  ['500 what', 'greeting-rejected'],
  ['450 4.3.2 not now', 'greeting-rejected-temporarily'],
])('a host that answers EHLO and HELO with "%s" is passed over: %s', async (reply, reason) => {
  const scene = await town(twoHosts);
  await scene.raw(one, 25, async (connection) => {
    const send = (text: string): Promise<void> => connection.write(Buffer.from(text));
    await send('220 mx1.example.test\r\n');
    for (let bytes = await connection.read(); bytes; bytes = await connection.read())
      await send(`${reply}\r\n`);
  });
  await scene.serve(two, 25, 'starttls');
  const { recipients, domains } = await scene.deliver({});
  expect(recipients.map(words)).toEqual(['delivered to mx2.example.test by starttls']);
  expect(domains[0]?.attempts[0]).toMatchObject({ host: 'mx1.example.test', reason });
});

test('nothing stays open behind a delivery', async () => {
  const scene = await town(twoHosts);
  await scene.serve(one, 25, 'starttls');
  await scene.deliver({});
  await scene.clock.advance(1000);
  expect(scene.network.counts.open).toBe(0);
});
