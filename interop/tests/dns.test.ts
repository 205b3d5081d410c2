// Our stub resolver against Unbound, which validates, and NSD behind it.
import { isSecure, mailRoute, stubResolver } from '@postern/dns';
import type { Resolver } from '@postern/dns';
import { resolverConformance } from '@postern/dns/testing';
import { isWireError } from '@postern/wire';
import type { Fault, Network } from '@postern/wire';
import { nodeNetwork, systemClock } from '@postern/wire/node';
import { describe, expect, it, test } from 'vitest';
import { readEnvironment } from '../environment.ts';

const environment = readEnvironment();
const clock = systemClock();

function resolverOf(options: { trusted?: boolean; network?: Network; address?: string } = {}): Resolver {
  const { trusted = true, network = nodeNetwork(), address = environment.resolver.address } = options;
  const servers = [{ address, port: environment.resolver.port }];
  return stubResolver({ network, clock, servers, random: Math.random, trusted });
}

async function faultOf(answer: Promise<unknown>): Promise<Fault> {
  const error: unknown = await answer.then(
    () => 'an answer',
    (reason: unknown) => reason,
  );
  if (isWireError(error)) return error.fault;
  throw new Error(`expected a fault, got ${String(error)}`);
}

describe('the stub resolver, asking Unbound', () => {
  resolverConformance({ describe, it, expect }, async () => ({ resolver: resolverOf() }), {
    skip: { 'DNS-035 refuses a loop': 'Unbound follows aliases itself and answers a loop with SERVFAIL' },
  });
});

describe('what Unbound validated', () => {
  const resolver = resolverOf();

  test.each(environment.zones.filter(({ dnssec }) => dnssec === 'secure'))(
    '$zone is secure',
    async ({ zone }) => {
      const answer = await resolver.query(zone, 'MX');
      expect(answer).toMatchObject({ status: 'records', authenticated: true, trusted: true });
      expect(isSecure(answer)).toBe(true);
    },
  );

  test.each(environment.zones.filter(({ dnssec }) => dnssec === 'insecure'))(
    '$zone is answered, and not secure',
    async ({ zone }) => {
      expect(await resolver.query(zone, 'MX')).toMatchObject({ status: 'records', authenticated: false });
    },
  );

  test.each(environment.zones.filter(({ dnssec }) => dnssec === 'bogus'))(
    '$zone is bogus: nothing of it is used',
    async ({ zone }) => {
      const { reason, evidence } = await faultOf(resolver.query(zone, 'MX'));
      expect(reason).toBe('dns-bogus');
      // RFC 8914 §4: 6 bogus, 7 signature expired, 9 key missing. Unbound is exact the first time only.
      expect([6, 7, 9]).toContain(evidence?.extendedErrors?.[0]?.code);
    },
  );

  test('the certificate of the exchanger is published securely', async () => {
    const answer = await resolver.query('_25._tcp.mx.good.test', 'TLSA');
    expect(answer).toMatchObject({ records: [{ usage: 3, selector: 1, matching: 1 }], authenticated: true });
  });

  test.each([
    { name: 'nothing.good.test', status: 'no-such-domain' },
    { name: 'mx.good.test', status: 'no-data' },
  ])('the absence is proven: $status', async ({ name, status }) => {
    expect(await resolver.query(name, 'AAAA')).toMatchObject({ status, authenticated: true });
  });

  test('is not secure where the way to Unbound is not trusted', async () => {
    const answer = await resolverOf({ trusted: false }).query('good.test', 'MX');
    expect(answer).toMatchObject({ authenticated: true, trusted: false });
    expect(isSecure(answer)).toBe(false);
  });
});

describe('an answer that fits into no datagram', () => {
  test('big.test has 60 exchangers, and they come over TCP', async () => {
    const network = nodeNetwork();
    let connections = 0;
    const counting: Network = {
      ...network,
      connect: (endpoint, options) => {
        connections += 1;
        return network.connect(endpoint, options);
      },
    };
    const answer = await resolverOf({ network: counting }).query('big.test', 'MX');
    expect(answer.status === 'records' && answer.records).toHaveLength(60);
    expect(connections).toBe(1);
  });
});

describe('aliases', () => {
  const resolver = resolverOf();

  test('a chain of five is followed to its end', async () => {
    const answer = await resolver.query('chain.good.test', 'A');
    expect(answer).toMatchObject({
      canonical: 'mail.good.test',
      records: ['127.0.1.10'],
      authenticated: true,
    });
  });

  test.each(['long.good.test', 'loop.good.test', 'loop-a.good.test'])('%s has no end', async (name) => {
    expect((await faultOf(resolver.query(name, 'A'))).reason).toMatch(/^dns-(servfail|cname-loop)$/);
  });
});

describe('the route of mail', () => {
  const route = (domain: string) => mailRoute(resolverOf(), domain, { random: Math.random });

  test('good.test has one exchanger, known securely', async () => {
    expect(await route('good.test')).toMatchObject({
      status: 'exchangers',
      hosts: [{ preference: 10, exchange: 'mx.good.test' }],
      authenticated: true,
    });
  });

  test.each([
    { domain: 'null.test', status: 'null-mx' },
    { domain: 'mail.good.test', status: 'implicit' },
    { domain: 'nosuch.test', status: 'no-such-domain' },
  ])('$domain: $status', async ({ domain, status }) => {
    expect((await route(domain)).status).toBe(status);
  });
});

test('a resolver that is not there is told from a silent one, at once', async () => {
  const begun = clock.now();
  const { reason } = await faultOf(resolverOf({ address: '127.0.1.99' }).query('good.test', 'MX'));
  expect(reason).toBe('dns-unreachable');
  expect(clock.now() - begun).toBeLessThan(1000);
});
