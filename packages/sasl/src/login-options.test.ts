import type { Connection } from '@postern/wire';
import { memoryNetwork, testTlsInfo } from '@postern/wire/testing';
import { expect, test } from 'vitest';
import { loginContext } from './login-options.ts';

const endpoint = { address: '192.0.2.1', port: 993 };

/** A connection with this TLS layer. */
async function connected(tls: Connection['tls']): Promise<Connection> {
  const network = memoryNetwork();
  await network.listen(endpoint, async () => undefined);
  return Object.defineProperty(await network.connect(endpoint), 'tls', { value: tls });
}

test('SASL-005 a login knows whether the peer was verified, what it can be tied to, and who was meant', async () => {
  const bindings = [{ type: 'tls-exporter', data: new Uint8Array(32) }] as const;
  const peer = {
    endpoint,
    serverName: 'imap.example.test',
    chain: [],
    trust: { ok: true },
    resumed: false,
  } as const;
  const tls = {
    ...testTlsInfo,
    peer,
    verification: { status: 'verified', by: 'pkix' } as const,
    channelBindings: () => bindings,
  };
  expect(loginContext(await connected(tls), undefined)).toEqual({
    verified: true,
    bindings,
    target: { host: 'imap.example.test', port: 993 },
  });
  const { channelBindings: _, ...unbound } = tls;
  const nobody = { ...unbound, peer: undefined, verification: undefined };
  expect(loginContext(await connected(nobody), undefined)).toEqual({ verified: false, bindings: [] });
  expect(loginContext(await connected(undefined), undefined)).toEqual({ verified: false, bindings: [] });
});

test('SASL-006 a login has the randomness and the wishes of its caller', async () => {
  const random = (octets: number): Uint8Array => new Uint8Array(octets);
  const wishes = { mechanisms: ['PLAIN'], unverified: 'hashed' } as const;
  expect(loginContext(await connected(undefined), random, wishes)).toEqual({
    verified: false,
    bindings: [],
    random,
    ...wishes,
  });
});
