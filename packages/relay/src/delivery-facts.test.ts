import { zoneResolver } from '@postern/dns';
import type { Resolver } from '@postern/dns';
import type { DeliveryFacts, DeliveryPolicy } from '@postern/starttls';
import { describe, expect, test } from 'vitest';
import { deliveryFacts } from './delivery-facts.ts';
import type { LookupEnvironment } from './environment.ts';

const zone = `
example.test. MX 10 mx1.example.test.
example.test. MX 20 mx2.example.test.
mx1.example.test. A 192.0.2.1
mx2.example.test. A 192.0.2.2
`;
const announcement = '_smtp-tls._tcp.example.test. SRV 10 0 2465 mx1.example.test.\n';

interface Found {
  readonly facts: DeliveryFacts;
  /** What was asked of DNS: owner and type. */
  readonly asked: readonly string[];
  /** The domains whose MTA-STS policy was asked for. */
  readonly policies: readonly string[];
}

/** Looks facts up in a zone that is secure unless it is said otherwise. */
async function find(
  policy: DeliveryPolicy,
  options: Partial<LookupEnvironment> & {
    readonly domain?: string;
    readonly secure?: boolean;
    readonly text?: string;
  } = {},
): Promise<Found> {
  const { domain = 'example.test', secure = true, text = zone, ...environment } = options;
  const inner = zoneResolver(text, { authenticated: secure });
  const asked: string[] = [];
  const policies: string[] = [];
  const resolver: Resolver = {
    query(name, type, query) {
      asked.push(`${name} ${type}`);
      return inner.query(name, type, query);
    },
  };
  const none = { policy: undefined, from: undefined, failure: undefined, reportable: false };
  const policyFor = async (name: string) => {
    policies.push(name);
    return none;
  };
  const facts = await deliveryFacts(domain, policy, {
    resolver,
    allowSpecial: true,
    sts: { policyFor, refresh: policyFor },
    ...environment,
  });
  return { facts, asked, policies };
}

const tlsaOf = ({ asked }: Found): readonly string[] => asked.filter((question) => question.endsWith('TLSA'));

describe('what is looked up', () => {
  test('DNS-031 TLSA records at 25, and at 465 where that is tried as well', async () => {
    expect(tlsaOf(await find({}))).toEqual([
      '_25._tcp.mx1.example.test TLSA',
      '_25._tcp.mx2.example.test TLSA',
    ]);
    expect(tlsaOf(await find({ level: 'dane', try465: true }))).toEqual([
      '_25._tcp.mx1.example.test TLSA',
      '_465._tcp.mx1.example.test TLSA',
      '_25._tcp.mx2.example.test TLSA',
      '_465._tcp.mx2.example.test TLSA',
    ]);
    expect(tlsaOf(await find({ level: 'encrypt' }))).toEqual([]);
  });

  test('DNS-028 TLSA records at an announced port, behind a secure SRV record only (RFC 7673 §3.1)', async () => {
    const use = { announce: 'use', try465: true } as const;
    const text = zone + announcement;
    expect(tlsaOf(await find(use, { text }))).toEqual([
      '_25._tcp.mx1.example.test TLSA',
      '_2465._tcp.mx1.example.test TLSA',
    ]);
    const signed = zoneResolver(text, { authenticated: (name) => !name.startsWith('_smtp-tls') });
    const insecure = await find(use, { text, resolver: signed });
    expect(insecure.facts).toMatchObject({ hosts: { status: 'hosts' }, tlsa: [] });
  });

  test('TLS-044 the MTA-STS policy of a domain, where nobody has set a level without it', async () => {
    expect((await find({})).policies).toEqual(['example.test']);
    expect((await find({ level: 'sts' })).policies).toEqual(['example.test']);
    expect((await find({ level: 'verify' })).policies).toEqual([]);
  });

  test('DNS-010, TLS-044 nothing for an address literal', async () => {
    const literal = await find({ announce: 'use' }, { domain: '[192.0.2.9]' });
    expect(literal.policies).toEqual([]);
    expect(literal.asked).toEqual([]);
    expect(literal.facts.route).toMatchObject({ answer: { status: 'address-literal' } });
  });
});

describe('hosts', () => {
  const hostsOf = ({ facts }: Found): unknown =>
    facts.hosts?.status === 'hosts' && facts.hosts.hosts.map(({ host, addresses }) => [host, addresses]);

  test('DNS-005 are cut off at one with an address of our own', async () => {
    expect(hostsOf(await find({}, { ownAddresses: ['192.0.2.2'] }))).toEqual([
      ['mx1.example.test', ['192.0.2.1']],
    ]);
  });

  test('the best one is dialled at given addresses, and no host is invented where there is none', async () => {
    const connectTo = ['198.51.100.7'];
    expect(hostsOf(await find({}, { connectTo }))).toEqual([['mx1.example.test', connectTo]]);
    const bare = await find({}, { connectTo, text: 'example.test. MX 10 gone.test.' });
    expect(bare.facts.hosts?.status).toBe('unusable');
  });
});

test('passes on what is no failure of the DNS', async () => {
  const broken = new TypeError('not a function');
  const resolver: Resolver = { query: () => Promise.reject(broken) };
  await expect(find({}, { resolver })).rejects.toBe(broken);
});
