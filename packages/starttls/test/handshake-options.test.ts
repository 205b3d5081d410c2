import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:tls';
import type { TlsOptions } from 'node:tls';
import type { TlsInfo } from '@postern/wire';
import { nodeNetwork } from '@postern/wire/node';
import { describe, expect, test } from 'vitest';
import { selfSigned } from '../../wire/test/certificates.ts';
import { requirementFor, tlsRequest } from '../src/index.ts';
import type { TlsRequestOptions } from '../src/index.ts';

const identity = await selfSigned('mail.example.test');

test('TLS-028 a peer that asks for renegotiation gets none, and a request has no field for early data', async () => {
  const network = nodeNetwork();
  await using listener = await network.listen({ address: '127.0.0.1', port: 0 }, async (connection) => {
    await connection.acceptTls({ identity: () => identity });
    // Until the other end is gone.
    await connection.read().catch(() => undefined);
    await connection[Symbol.asyncDispose]();
  });
  const socket = connect({
    host: '127.0.0.1',
    port: listener.endpoint.port,
    ca: identity.chain,
    servername: 'mail.example.test',
    maxVersion: 'TLSv1.2',
  });
  await once(socket, 'secureConnect');
  const refusal = await new Promise<Error | null>((resolve) => {
    socket.once('error', resolve);
    socket.renegotiate({}, resolve);
  });
  socket.destroy();
  expect(refusal).toMatchObject({ code: 'ERR_SSL_NO_RENEGOTIATION' });

  const requirement = requirementFor({ user: 'encrypt' });
  const request = tlsRequest({ serverName: 'mail.example.test', requirement, wallClock: () => 0 });
  expect(Object.keys(request).toSorted()).toEqual(['serverName', 'verify']);
});

/** Shakes hands with a server of Node's own, and says what it said. */
async function shake(
  server: TlsOptions,
  request: Partial<TlsRequestOptions> = {},
): Promise<{ readonly tls: TlsInfo | undefined; readonly said: string; readonly connections: number }> {
  const { key, chain: cert } = identity;
  let connections = 0;
  const listener = createServer({ key, cert, ...server }, (socket) => {
    socket.on('error', () => undefined);
    const { subject } = socket.getPeerCertificate();
    socket.end(`hello ${String(subject?.CN ?? 'stranger')}`);
  });
  listener.on('connection', () => (connections += 1));
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  try {
    const { port } = listener.address() as AddressInfo;
    const tls = tlsRequest({
      serverName: 'mail.example.test',
      requirement: requirementFor({ names: ['mail.example.test'] }),
      wallClock: () => Date.now(),
      roots: [cert],
      ...request,
    });
    await using connection = await nodeNetwork().connect({ address: '127.0.0.1', port }, { tls });
    const said = Buffer.from((await connection.read()) ?? []).toString();
    return { tls: connection.tls, said, connections };
  } catch (error) {
    throw Object.assign(error instanceof Error ? error : new Error('no error'), { connections });
  } finally {
    listener.close();
  }
}

describe('TLS-020 versions', () => {
  const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;

  test('1.3 is preferred, 1.2 is taken', async () => {
    expect((await shake({ minVersion: 'TLSv1.2' })).tls).toMatchObject({ version: 'TLSv1.3' });
    expect((await shake({ maxVersion: 'TLSv1.2' })).tls).toMatchObject({ version: 'TLSv1.2' });
  });

  test('1.1 is refused by its name, and nobody tries again with less', async () => {
    await expect(shake(old)).rejects.toMatchObject({ code: 'tls-version-too-old', connections: 1 });
  });

  test('what is old can be looked at where a diagnosis asks for it', async () => {
    expect((await shake(old, { minVersion: 'TLSv1' })).tls).toMatchObject({ version: 'TLSv1.1' });
  });
});

describe('TLS-027 a client certificate', () => {
  const demands = { requestCert: true, rejectUnauthorized: false } as const;

  test('is shown to nobody unless one is configured', async () => {
    expect((await shake(demands)).said).toBe('hello stranger');
    const own = await selfSigned('fred');
    expect((await shake(demands, { identity: own })).said).toBe('hello fred');
  });

  test.each([
    ['TLSv1.3', 'tls-client-cert-required'],
    ['TLSv1.2', 'tls-alert-handshake-failure'],
  ] as const)('that is demanded and not there is told, by %s', async (maxVersion, code) => {
    const refused = shake({ requestCert: true, rejectUnauthorized: true, maxVersion });
    await expect(refused).rejects.toMatchObject({ code });
  });
});
