import { zoneResolver } from '@postern/dns';
import type { ZoneResolverOptions } from '@postern/dns';
import type { StsFetch } from '@postern/starttls';
import { simulatedNetwork, virtualClock } from '@postern/wire/testing';
import { describe, expect, it } from 'vitest';
import { findPublished } from './published.ts';
import type { Published } from './published.ts';

const host = 'mx.example.test';
const digest = '00'.repeat(32);
const zone = `
${host}. A 192.0.2.1
_25._tcp.${host}. TLSA 3 1 1 ${digest}
_mta-sts.example.test. TXT "v=STSv1; id=a1"
_smtp._tls.example.test. TXT "v=TLSRPTv1; rua=mailto:tls@example.test"
_smtp-tls._tcp.example.test. SRV 10 0 465 ${host}.
`;

function served(text: string, status = 200, type = 'text/plain'): StsFetch {
  return async () => ({
    status,
    headers: { get: () => type },
    body: new Response(text).body,
  });
}
const policy = `version: STSv1\nmode: enforce\nmx: ${host}\nmax_age: 604800\n`;

function look(
  text: string,
  options: ZoneResolverOptions = {},
  fetch: StsFetch = served(policy),
): Promise<Published> {
  const clock = virtualClock();
  return clock.run(() =>
    findPublished(
      'example.test',
      [host],
      {
        network: simulatedNetwork({ clock }),
        clock,
        wallClock: () => 0,
        resolver: zoneResolver(text, { authenticated: true, ...options }),
        fetch,
      },
      new AbortController().signal,
    ),
  );
}

describe('what a domain publishes', () => {
  it('is found: TLSA, MTA-STS, TLSRPT, announcement', async () => {
    const found = await look(zone);
    expect(found).toMatchObject({
      sts: { status: 'policy', id: 'a1', mode: 'enforce', mx: [host], maxAge: 604_800 },
      tlsrpt: { status: 'present', targets: ['mailto:tls@example.test'] },
      announcement: { status: 'announced', hosts: [{ host, port: 465, preference: 10 }] },
    });
    expect(found.tlsa.get(host)).toMatchObject({ status: 'records', base: host });
  });

  it('is absent where a zone says so', async () => {
    const found = await look(`${host}. A 192.0.2.1`);
    expect(found).toMatchObject({
      sts: { status: 'absent' },
      tlsrpt: { status: 'absent' },
      announcement: { status: 'absent' },
    });
    expect(found.tlsa.get(host)).toEqual({ status: 'none', reason: undefined, ignored: 0 });
  });

  it.each([
    ['TLS-051 TLSA', `_25._tcp.${host}`, 'tlsa'],
    ['TLS-051 addresses', host, 'tlsa'],
    ['TLS-066 the MTA-STS record', '_mta-sts.example.test', 'sts'],
    ['TLS-070 the TLSRPT record', '_smtp._tls.example.test', 'tlsrpt'],
    ['DNS-029 the announcement', '_smtp-tls._tcp.example.test', 'announcement'],
  ] as const)('%s: a failed look-up is no absence, and spoils no other', async (_, name, what) => {
    const found = await look(zone, { failures: { [name]: 'dns-servfail' } });
    const facts = { ...found, tlsa: found.tlsa.get(host) };
    expect(facts[what]).toMatchObject({ status: 'failed', reason: 'dns-servfail' });
    const failed = Object.values(facts).filter((fact) => fact?.status === 'failed');
    expect(failed).toHaveLength(1);
  });

  it('TLS-053 counts records of an unsigned zone, which no sender uses', async () => {
    const found = await look(zone, { authenticated: false });
    expect(found.tlsa.get(host)).toEqual({ status: 'none', reason: 'insecure', ignored: 1 });
  });

  it('TLS-050 does not believe a resolver that is not trusted', async () => {
    const found = await look(zone, { trusted: false });
    expect(found.tlsa.get(host)).toEqual({ status: 'none', reason: 'ad-untrusted', ignored: 1 });
  });

  it.each([
    ['TLS-060 several records', 'v=STSv1; id=b2', 'several-records'],
    ['TLS-060 a bad record', 'v=STSv1; oops', 'several-records'],
  ])('%s are a mistake and not an absence', async (_, more, detail) => {
    const found = await look(`${zone}_mta-sts.example.test. TXT "${more}"\n`);
    expect(found.sts).toEqual({ status: 'failed', at: 'record', reason: 'sts-syntax', detail });
  });

  it.each([
    ['TLS-061 a redirect', served('', 301), 'sts-redirect', 'HTTP 301'],
    ['TLS-061 not found', served('', 404), 'sts-not-found', 'HTTP 404'],
    ['TLS-061 a web page', served('<html>', 200, 'text/html'), 'sts-media-type', undefined],
    ['TLS-061 too much', served('x'.repeat(65_537)), 'sts-too-large', undefined],
    ['TLS-062 a bad line', served(policy.replace('mode', 'Mode')), 'sts-syntax', 'missing-field'],
    ['a host that never answers', () => new Promise<never>(() => undefined), 'sts-timeout', undefined],
  ] as const)('the policy: %s has its own reason', async (_, fetch, reason, detail) => {
    const { sts } = await look(zone, {}, fetch);
    expect(sts).toEqual({ status: 'failed', at: 'policy', reason, ...(detail && { detail }) });
  });

  it('needs no way to fetch, and says so', async () => {
    const clock = virtualClock();
    const environment = {
      network: simulatedNetwork({ clock }),
      clock,
      wallClock: () => 0,
      resolver: zoneResolver(zone),
    };
    const { sts } = await clock.run(() =>
      findPublished('example.test', [], environment, new AbortController().signal),
    );
    expect(sts).toEqual({ status: 'not-fetched', id: 'a1' });
  });

  it('TLS-070 tells a broken TLSRPT record from none', async () => {
    const found = await look(`${zone}_smtp._tls.example.test. TXT "v=TLSRPTv1; rua=mailto:b@example.test"`);
    expect(found.tlsrpt).toEqual({ status: 'broken', problem: 'several-records' });
  });
});
