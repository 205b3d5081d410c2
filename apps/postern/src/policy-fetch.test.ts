import { once } from 'node:events';
import { createServer } from 'node:https';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { zoneResolver } from '@postern/dns';
import { fetchStsPolicy } from '@postern/starttls';
import { systemClock } from '@postern/wire/node';
import { afterEach, describe, expect, it } from 'vitest';
import { certifiedFor } from '../test/certified.ts';
import { policyFetch } from './policy-fetch.ts';

const policy = 'version: STSv1\nmode: enforce\nmx: mx.example.test\nmax_age: 604800\n';
const plain: RequestListener = (_, response) => {
  response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' }).end(policy);
};

const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
});

/** What comes of the policy of `example.test` at a server on loopback. */
async function fetched(
  answer: RequestListener,
  { names = ['mta-sts.example.test'], trusted = true, zone = 'mta-sts.example.test. A 127.0.0.1' } = {},
): Promise<string> {
  const { identity, authority } = await certifiedFor(names);
  const server = createServer({ key: identity.key, cert: identity.chain }, answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const fetch = policyFetch({
    resolver: zoneResolver(zone),
    port,
    ...(trusted && { roots: [authority] }),
  });
  return fetchStsPolicy('example.test', { fetch, clock: systemClock() }).then(
    ({ mode }) => mode,
    (error: unknown) => (error as { code: string }).code,
  );
}

describe('policyFetch', () => {
  it('TLS-061 fetches a policy over HTTPS, at the address that our resolver gives', async () => {
    expect(await fetched(plain)).toBe('enforce');
  });

  it('TLS-061 takes a wildcard for the policy host', async () => {
    expect(await fetched(plain, { names: ['*.example.test'] })).toBe('enforce');
  });

  it('TLS-061 follows no redirect', async () => {
    const asked: (string | undefined)[] = [];
    const reason = await fetched((incoming, response) => {
      asked.push(incoming.url);
      response.writeHead(302, { location: '/elsewhere.txt' }).end();
    });
    expect(reason).toBe('sts-redirect');
    expect(asked).toEqual(['/.well-known/mta-sts.txt']);
  });

  it.each([
    ['of another name', { names: ['www.example.test'] }],
    ['with a common name only', { names: [] }],
    ['that nobody vouches for', { trusted: false }],
  ])('TLS-061 refuses a certificate %s', async (_, how) => {
    expect(await fetched(plain, how)).toBe('sts-cert');
  });

  it('TLS-061 reads 64 KiB and not more', async () => {
    const reason = await fetched((_, response) => {
      response.writeHead(200, { 'content-type': 'text/plain' });
      response.on('error', () => undefined);
      response.end('x'.repeat(1_000_000));
    });
    expect(reason).toBe('sts-too-large');
  });

  it('says that there is no policy host', async () => {
    expect(await fetched(plain, { zone: 'example.test. A 127.0.0.1' })).toBe('sts-not-found');
  });
});
