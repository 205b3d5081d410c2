import { createHash, X509Certificate } from 'node:crypto';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isSecure, mailRoute, stubResolver } from '@postern/dns';
import type { Resolver } from '@postern/dns';
import type { Lab } from '@postern/lab';
import { startNodeLab } from '@postern/lab/node';
import { systemClock } from '@postern/wire/node';

const path = '/.well-known/mta-sts.txt';

describe('what the domains of the lab publish', () => {
  let lab: Lab;
  let resolver: Resolver;
  beforeAll(async () => {
    lab = await startNodeLab();
    const { network, resolver: server } = lab;
    resolver = stubResolver({
      network,
      servers: [server],
      clock: systemClock(),
      random: Math.random,
      trusted: true,
    });
  });
  afterAll(() => lab[Symbol.asyncDispose]());

  /** Asks a policy host, as anybody's web client would who reaches it. */
  async function get(host: string, file: string): Promise<{ status: number | undefined; body: string }> {
    const real = lab.policyHosts.find(({ hostName }) => hostName === host)?.real;
    return new Promise((resolve, reject) => {
      const sent = request({
        host: real?.address,
        port: real?.port,
        path: file,
        headers: { host },
        servername: host,
        ca: [...lab.roots],
        agent: false,
      });
      sent.once('error', reject);
      sent.once('response', (response) => {
        text(response).then((body) => {
          resolve({ status: response.statusCode, body });
        }, reject);
      });
      sent.end();
    });
  }

  it('TLS-061 policy files come over HTTPS, with a certificate for the policy host', async () => {
    expect(await get('mta-sts.wellkept.test', path)).toEqual({
      status: 200,
      body: 'version: STSv1\nmode: enforce\nmx: mail.wellkept.test\nmax_age: 604800\n',
    });
    expect((await get('mta-sts.neglected.test', path)).body).toContain('mx: old.neglected.test');
    expect((await get('mta-sts.neglected.test', '/')).status).toBe(404);
  });

  it('policy hosts are where the zone says', async () => {
    for (const { hostName, endpoint } of lab.policyHosts) {
      const answer = await resolver.query(hostName, 'A');
      expect(answer.status === 'records' && answer.records).toEqual([endpoint.address]);
      const connection = await lab.network.connect(endpoint);
      connection.reset();
    }
  });

  it('TLS-055 the TLSA record of the well-kept domain is that of the certificate in use, the other is not', async () => {
    const connection = await lab.network.connect({ address: '192.0.2.50', port: 465 });
    let key = '';
    await connection.handshake({
      serverName: 'mail.wellkept.test',
      verify: ({ chain: [leaf] }) => {
        const { publicKey } = new X509Certificate(leaf ?? Buffer.alloc(0));
        key = createHash('sha256')
          .update(publicKey.export({ type: 'spki', format: 'der' }))
          .digest('hex');
        return {
          status: 'unverified',
          fault: { kind: 'tls', reason: 'cert-untrusted', phase: 'tls', after: 0 },
        };
      },
    });
    connection.reset();
    const published = async (host: string): Promise<unknown> => {
      const answer = await resolver.query(`_25._tcp.${host}`, 'TLSA');
      return answer.status === 'records' && Buffer.from(answer.records[0]?.data ?? []).toString('hex');
    };
    expect(await published('mail.wellkept.test')).toBe(key);
    expect(await published('mail.neglected.test')).toBe('00'.repeat(32));
  });

  it('only domains that publish something are signed', async () => {
    const secure = async (domain: string): Promise<boolean> => {
      const route = await mailRoute(resolver, domain);
      return route.status === 'exchangers' && isSecure(route);
    };
    expect(await Promise.all(['wellkept.test', 'neglected.test', 'allgood.test'].map(secure))).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('publishes what it is given in place of what was there, or nothing at all', async () => {
    const texts = async (name: string): Promise<unknown> => {
      const answer = await resolver.query(name, 'TXT');
      return answer.status === 'records' ? answer.records : answer.status;
    };
    const url = `https://mta-sts.neglected.test${path}`;
    const record = '_smtp._tls.neglected.test. 3600 IN TXT "v=TLSRPTv1; rua=mailto:tls@neglected.test"';
    const before = lab.zone;
    const bad = [
      { zone: [record, 'neglected.test. MX ten mail'] },
      { zone: [record], file: { url: 'https://mta-sts.allgood.test/x', content: '' } },
      { zone: ['neglected.test. MX ten mail'], file: { url, content: 'lost' } },
    ];
    for (const publication of bad) {
      expect(() => {
        lab.publish(publication);
      }).toThrow(/is no number|no policy host/);
    }
    expect(lab.zone).toBe(before);
    expect((await get('mta-sts.neglected.test', path)).body).not.toBe('lost');
    expect(await texts('_smtp._tls.neglected.test')).toHaveLength(2);
    lab.publish({ zone: [record], file: { url, content: 'new\n' } });
    expect(await texts('_smtp._tls.neglected.test')).toEqual(['v=TLSRPTv1; rua=mailto:tls@neglected.test']);
    expect(await texts('_mta-sts.neglected.test')).toHaveLength(1);
    expect((await get('mta-sts.neglected.test', path)).body).toBe('new\n');
  });

  it('takes no request without an end', async () => {
    const [host] = lab.policyHosts;
    const connection = await lab.network.connect(host?.endpoint ?? { address: '', port: 0 });
    await connection.handshake({
      serverName: host?.hostName ?? '',
      verify: () => ({
        status: 'unverified',
        fault: { kind: 'tls', reason: 'cert-untrusted', phase: 'tls', after: 0 },
      }),
    });
    await connection.write(Buffer.from(`GET ${'/'.repeat(9000)}`));
    expect(await connection.read().catch(() => undefined)).toBeUndefined();
    connection.reset();
  });
});
