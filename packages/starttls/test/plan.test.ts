import { addresses, announcedRoute, mailRoute, routeHosts, tlsaRecords, zoneResolver } from '@postern/dns';
import type { Announcement, MailRoute, Resolver } from '@postern/dns';
import { isWireError, WireError } from '@postern/wire';
import type { Fault } from '@postern/wire';
import { describe, expect, test } from 'vitest';
import { deliveryPlan, requirementFor } from '../src/index.ts';
import type { DeliveryFacts, DeliveryPlan, DeliveryPolicy, Lookup, TlsaLookup } from '../src/index.ts';

const domain = 'example.test';
const good = `3 1 1 ${'00'.repeat(32)}`;
const zone = `
example.test. MX 10 mx1.example.test.
example.test. MX 20 mx2.example.test.
mx1.example.test. A 192.0.2.1
mx2.example.test. A 192.0.2.2
alone.test. A 192.0.2.9
nomail.test. MX 0 .
ipmx.test. MX 10 192.0.2.1.
`;

async function looked<T>(lookup: Promise<T>): Promise<Lookup<T>> {
  try {
    return { ok: true, answer: await lookup };
  } catch (error) {
    if (!isWireError(error)) throw error;
    return { ok: false, fault: error.fault };
  }
}

/** A resolver for which some questions, `name type`, have no answer. */
function failing(text: string, questions: readonly string[]): Resolver {
  const inner = zoneResolver(text, { authenticated: true });
  return {
    async query(name, type, options) {
      if (!questions.includes(`${name} ${type}`)) return inner.query(name, type, options);
      const fault: Fault = { kind: 'dns', reason: 'dns-servfail', phase: 'dns', after: 0 };
      throw new WireError(fault);
    },
  };
}

/** Looks everything up that there is. */
async function factsOf(resolver: Resolver, of: string, announce = false): Promise<DeliveryFacts> {
  const announcement: Lookup<Announcement> | undefined = announce
    ? await looked(announcedRoute(resolver, of))
    : undefined;
  const used = announcement?.ok === true && announcement.answer.status !== 'no-records';
  const route: Lookup<MailRoute> | undefined = used ? undefined : await looked(mailRoute(resolver, of));
  const found = used ? announcement.answer : route?.ok === true ? route.answer : undefined;
  const dialable =
    found?.status === 'exchangers' ||
    found?.status === 'implicit' ||
    found?.status === 'announced' ||
    found?.status === 'address-literal';
  const hosts = dialable ? await routeHosts(resolver, found, { allowSpecial: true }) : undefined;
  const tlsa: TlsaLookup[] = [];
  for (const { host, found: at } of hosts?.status === 'hosts' ? hosts.hosts : []) {
    for (const port of [25, 465]) {
      tlsa.push({ host, port, result: await looked(tlsaRecords(resolver, at, port)) });
    }
  }
  return {
    domain: of,
    ...(announcement && { announcement }),
    ...(route && { route }),
    ...(hosts && { hosts }),
    tlsa,
  };
}

/** A plan as lines of `host port method demand`. */
function lines(made: DeliveryPlan): readonly string[] {
  if (made.status !== 'deliver') return [`${made.status} ${made.reason}`];
  return made.hosts.flatMap(({ host, ways }) =>
    ways.map(({ port, method, decision, standing, when }) => {
      const demand = decision.status === 'try' ? decision.requirement.level : 'nothing';
      return `${host} ${port} ${method} ${demand} ${standing}${when === 'at-once' ? '' : ' later'}`;
    }),
  );
}

async function plan(
  text: string,
  options?: DeliveryPolicy & { readonly failing?: readonly string[]; readonly of?: string },
): Promise<DeliveryPlan> {
  const { failing: questions = [], of = domain, ...policy } = options ?? {};
  const resolver = failing(text, questions);
  return deliveryPlan(await factsOf(resolver, of, policy.announce === 'use'), policy);
}

describe('where mail goes', () => {
  test.each([
    ['DNS-008 null MX', 'nomail.test', [], 'refuse null-mx'],
    ['DNS-002 no such domain', 'nobody.test', [], 'refuse dns-nxdomain'],
    ['DNS-007 an exchange that is an address', 'ipmx.test', [], 'refuse mx-is-address'],
    ['DNS-034 a name that is none', 'a..b', [], 'refuse dns-bad-name'],
    ['DNS-002 nobody answers about MX', domain, ['example.test MX'], 'defer dns-servfail'],
    [
      'DNS-012 no host has an address now',
      domain,
      ['mx1.example.test A', 'mx1.example.test AAAA', 'mx2.example.test A', 'mx2.example.test AAAA'],
      'defer dns-servfail',
    ],
  ])('%s', async (_, of, questions, expected) => {
    expect(lines(await plan(zone, { of, failing: questions }))).toEqual([expected]);
  });

  test('DNS-034 a host whose name can be in no certificate is left out, and the others get the mail', async () => {
    const odd = 'example.test. MX 5 mx-.example.test.\nmx-.example.test. A 192.0.2.5\n';
    expect(lines(await plan(`${zone}${odd}`, { level: 'verify' }))).toEqual([
      'mx1.example.test 25 starttls authenticated standard',
      'mx2.example.test 25 starttls authenticated standard',
    ]);
    expect(lines(await plan(odd))).toEqual(['refuse dns-bad-name']);
  });

  test('DNS-003 hosts without any address are refused', async () => {
    expect(lines(await plan('example.test. MX 10 gone.test.'))).toEqual(['refuse dns-nxdomain']);
  });

  test('DNS-004 hosts keep their order, and no MX means the domain itself', async () => {
    expect(lines(await plan(zone, { level: 'encrypt' }))).toEqual([
      'mx1.example.test 25 starttls encrypted standard',
      'mx2.example.test 25 starttls encrypted standard',
    ]);
    expect(lines(await plan(zone, { level: 'encrypt', of: 'alone.test' }))).toEqual([
      'alone.test 25 starttls encrypted standard',
    ]);
  });

  test('DNS-011 an address is dialled once, unless something else is demanded there the second time', async () => {
    const shared = zone.replace('192.0.2.2', '192.0.2.1');
    const hosts = (made: DeliveryPlan): readonly string[] =>
      made.status === 'deliver' ? made.hosts.map(({ host }) => host) : [made.status];
    expect(hosts(await plan(shared))).toEqual(['mx1.example.test']);
    const two = `${shared}_25._tcp.mx1.example.test. TLSA ${good}\n`;
    expect(hosts(await plan(two))).toEqual(['mx1.example.test', 'mx2.example.test']);
    // The first host is left out: its address is not.
    const failed = { failing: ['_25._tcp.mx1.example.test TLSA'] };
    expect(hosts(await plan(two, failed))).toEqual(['mx2.example.test']);
    // Preference has nothing to do with it: each host's policy is for its own attempt.
    const equal = (text: string): string => text.replace('MX 20', 'MX 10');
    expect(hosts(await plan(equal(shared)))).toHaveLength(1);
    expect(hosts(await plan(equal(two)))).toHaveLength(2);
  });

  test('TLS-044 an address literal has local policy alone', async () => {
    expect(lines(await plan(zone, { of: '[192.0.2.1]' }))).toEqual([
      '192.0.2.1 25 starttls opportunistic standard',
      '192.0.2.1 25 plaintext nothing standard later',
    ]);
  });
});

describe('a host whose TLSA records nobody told us', () => {
  const withTlsa = `${zone}\n_25._tcp.mx2.example.test. TLSA ${good}`;

  test('TLS-051 is left out, and the other one is used', async () => {
    const made = await plan(withTlsa, { failing: ['_25._tcp.mx1.example.test TLSA'] });
    expect(lines(made)).toEqual(['mx2.example.test 25 starttls authenticated standard']);
    expect(made.leftOut).toMatchObject([
      { host: 'mx1.example.test', reason: 'dns-servfail', duration: 'temporary' },
    ]);
  });

  test('TLS-051 makes the mail wait where it is the only one', async () => {
    const questions = ['_25._tcp.mx1.example.test TLSA', '_25._tcp.mx2.example.test TLSA'];
    expect(lines(await plan(withTlsa, { failing: questions }))).toEqual(['defer dns-servfail']);
  });

  test('RFC 8689 §3: does not matter to a sender who waived TLS', async () => {
    const questions = ['_25._tcp.mx1.example.test TLSA'];
    const made = await plan(zone, { failing: questions, sender: 'tls-required-no' });
    expect(lines(made)[0]).toBe('mx1.example.test 25 starttls opportunistic standard');
  });
});

describe('port 465 beside 25', () => {
  test('TLS-005 is in no plan unless the caller wants it', async () => {
    expect(lines(await plan(zone)).filter((line) => line.includes('465'))).toEqual([]);
  });

  test('TLS-005 is raced with 25 where the caller wants it, under the same demand, and labelled', async () => {
    const made = await plan(zone, { try465: true, level: 'encrypt' });
    expect(lines(made).slice(0, 2)).toEqual([
      'mx1.example.test 465 implicit-tls encrypted nonstandard',
      'mx1.example.test 25 starttls encrypted standard',
    ]);
  });

  test('TLS-005 is left out where TLSA records protect 25 and not 465', async () => {
    const made = await plan(`${zone}\n_25._tcp.mx1.example.test. TLSA ${good}`, { try465: true });
    expect(lines(made)[0]).toBe('mx1.example.test 25 starttls authenticated standard');
    expect(made.trace).toContainEqual({
      type: 'way-left-out',
      host: 'mx1.example.test',
      port: 465,
      method: 'implicit-tls',
      why: 'unlike-25',
    });
  });

  test('TLS-005 is left out where its TLSA records are not to be had', async () => {
    const made = await plan(zone, { try465: true, failing: ['_465._tcp.mx1.example.test TLSA'] });
    expect(lines(made)[0]).toBe('mx1.example.test 25 starttls opportunistic standard');
    expect(made.trace).toContainEqual(
      expect.objectContaining({ type: 'way-left-out', why: 'look-up-failed', reason: 'dns-servfail' }),
    );
  });

  test('DNS-039 an announced 465 with TLSA records is not given up for a 25 without', async () => {
    const announced = `${zone}
_smtp-tls._tcp.example.test. SRV 10 0 465 mx1.example.test.
_465._tcp.mx1.example.test. TLSA ${good}`;
    const made = await plan(announced, { announce: 'use' });
    expect(lines(made)).toEqual(['mx1.example.test 465 implicit-tls authenticated announced']);
    expect(made.trace).toContainEqual(
      expect.objectContaining({ type: 'way-left-out', port: 25, why: 'weaker' }),
    );
  });

  test('DNS-028 an announcement brings 465 and STARTTLS at 25 of the same host, never plaintext', async () => {
    const announced = `${zone}\n_smtp-tls._tcp.example.test. SRV 10 0 465 mx1.example.test.`;
    expect(lines(await plan(announced, { announce: 'use' }))).toEqual([
      'mx1.example.test 465 implicit-tls encrypted announced',
      'mx1.example.test 25 starttls encrypted announced',
    ]);
  });
});

describe('what the sender of a message says', () => {
  test('TLS-074 REQUIRETLS: hosts must be authenticated, and one that is not known to be meant is refused', async () => {
    const resolver = zoneResolver(zone);
    const facts = await factsOf(resolver, domain);
    expect(lines(deliveryPlan(facts, { sender: 'requiretls' }))).toEqual(['refuse tls-required']);
    const made = await plan(zone, { sender: 'requiretls' });
    expect(lines(made)).toEqual([
      'mx1.example.test 25 starttls authenticated standard',
      'mx2.example.test 25 starttls authenticated standard',
    ]);
  });
});

test('the trace says which rule forced what', async () => {
  const made = await plan(`${zone}\n_25._tcp.mx1.example.test. TLSA ${good}`);
  expect(made.trace).toEqual([
    { type: 'policy', level: 'published' },
    { type: 'mail-route', found: 'exchangers', security: 'secure' },
    { type: 'tlsa', host: 'mx1.example.test', port: 25, found: 'usable' },
    {
      type: 'way',
      host: 'mx1.example.test',
      port: 25,
      method: 'starttls',
      demand: 'authenticated',
      by: 'dane',
      standing: 'standard',
      when: 'at-once',
    },
    { type: 'tlsa', host: 'mx2.example.test', port: 25, found: 'none' },
    {
      type: 'way',
      host: 'mx2.example.test',
      port: 25,
      method: 'starttls',
      demand: 'opportunistic',
      standing: 'standard',
      when: 'at-once',
    },
    {
      type: 'way',
      host: 'mx2.example.test',
      port: 25,
      method: 'plaintext',
      demand: 'nothing',
      standing: 'standard',
      when: 'after-failed-tls',
    },
    { type: 'conclusion', status: 'deliver' },
  ]);
});

test('TLS-058 TLSA records of a mail client`s server are seen, and change nothing of what is demanded', async () => {
  const resolver = zoneResolver(`imap.example.test. A 192.0.2.4\n_993._tcp.imap.example.test. TLSA ${good}`, {
    authenticated: true,
  });
  const found = await addresses(resolver, 'imap.example.test', { allowSpecial: true });
  expect((await tlsaRecords(resolver, found, 993)).status).toBe('records');
  expect(requirementFor({ names: ['imap.example.test'] })).toEqual({
    level: 'authenticated',
    by: 'default',
    names: ['imap.example.test'],
  });
});
