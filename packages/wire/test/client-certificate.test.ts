import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:tls';
import type { Server } from 'node:tls';
import { latin1, utf8 } from '@postern/wire';
import type { TlsIdentity, TlsInfo, TlsOffer, TlsRequest, Verification } from '@postern/wire';
import { nodeNetwork } from '@postern/wire/node';
import { memoryNetwork } from '@postern/wire/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { selfSigned } from './certificates.ts';

let server: Server;
let own: TlsIdentity;
let other: TlsIdentity;

beforeAll(async () => {
  const { key, chain: cert } = await selfSigned('server.test');
  [own, other] = await Promise.all([selfSigned('fred'), selfSigned('george')]);
  const demands = { requestCert: true, rejectUnauthorized: true, ca: [own.chain, other.chain] };
  server = createServer({ key, cert, ...demands }, (socket) => {
    socket.on('error', () => undefined);
    socket.end(`hello ${String(socket.getPeerCertificate().subject.CN)}\r\n`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => server.close());

/** What the server says to whoever comes. */
async function greetingFor(request: Pick<TlsRequest, 'identity' | 'maxVersion'>): Promise<string> {
  const { port } = server.address() as AddressInfo;
  await using connection = await nodeNetwork().connect({ address: '127.0.0.1', port });
  const verify = (): { status: 'verified'; by: 'pkix' } => ({ status: 'verified', by: 'pkix' });
  await connection.handshake({ serverName: 'server.test', verify, ...request });
  const bytes = await connection.read();
  return bytes ? latin1(bytes) : '';
}

// RFC 5246 §7.4.6 has no alert of its own for it, RFC 8446 §6.2 has.
test.each([
  ['TLSv1.2', 'tls-alert-handshake-failure'],
  ['TLSv1.3', 'tls-client-cert-required'],
] as const)(
  'SASL-060 shows its certificate to a server that asks for one, each request its own, by %s',
  async (maxVersion, code) => {
    expect(await greetingFor({ identity: own, maxVersion })).toBe('hello fred\r\n');
    expect(await greetingFor({ identity: other, maxVersion })).toBe('hello george\r\n');
    expect(await greetingFor({ identity: own, maxVersion })).toBe('hello fred\r\n');
    await expect(greetingFor({ maxVersion })).rejects.toMatchObject({ code });
  },
);

test('says so where key and certificate do not belong together', async () => {
  const mixed = { key: own.key, chain: other.chain };
  await expect(greetingFor({ identity: mixed })).rejects.toMatchObject({ code: 'argument-refused' });
});

describe.each([
  ['Node', () => nodeNetwork(), '127.0.0.1', 0],
  ['memory', () => memoryNetwork(), '192.0.2.1', 995],
] as const)('SASL-060 a server on %s', (_name, make, address, port) => {
  /** What the server knows of a client that shows this certificate. */
  async function seen(
    offer: Partial<TlsOffer>,
    request: Partial<TlsRequest>,
    times = 1,
  ): Promise<TlsInfo | undefined> {
    const network = make();
    const identity = await selfSigned('server.test');
    let told: TlsInfo | undefined;
    const listener = await network.listen({ address, port }, async (accepted) => {
      told = await accepted.acceptTls({ identity: () => identity, ...offer });
      await accepted.write(utf8('+OK\r\n'));
      await accepted.end();
    });
    for (let turn = 0; turn < times; turn += 1) {
      const connection = await network.connect(listener.endpoint);
      await connection.handshake({ serverName: 'server.test', verify: accepting, ...request });
      while (await connection.read());
      await connection[Symbol.asyncDispose]();
    }
    await listener[Symbol.asyncDispose]();
    return told;
  }
  const accepting = (): Verification => ({ status: 'verified', by: 'pkix' });

  test('is told the certificate of a client that has one, and goes on without where it is only wanted', async () => {
    const wanted = { clientCertificate: 'wanted', clientRoots: [own.chain] } as const;
    const peer = (await seen(wanted, { identity: own }))?.peer;
    expect(peer?.chain).toHaveLength(1);
    expect(peer?.trust).toEqual({ ok: true });
    expect((await seen(wanted, {}))?.peer).toBeUndefined();
    // Nobody looks for what was not asked for.
    expect((await seen({}, { identity: own }))?.peer).toBeUndefined();
  });

  test('sends a client without one away where it is required', async () => {
    const required = { clientCertificate: 'required', clientRoots: [own.chain] } as const;
    expect((await seen(required, { identity: own }))?.peer?.trust).toEqual({ ok: true });
    await expect(seen(required, {})).rejects.toMatchObject({ code: 'tls-client-cert-required' });
  });
});

/** What a server on Node that trusts fred is told of the last of these clients, each of which resumes the session of the one before. */
async function resumedBy(identity: TlsIdentity, times: number): Promise<TlsInfo | undefined> {
  const identityOfServer = await selfSigned('server.test');
  let told: TlsInfo | undefined;
  const listener = await nodeNetwork().listen({ address: '127.0.0.1', port: 0 }, async (accepted) => {
    told = await accepted.acceptTls({
      identity: () => identityOfServer,
      clientCertificate: 'wanted',
      clientRoots: [own.chain],
    });
    await accepted.write(utf8('+OK\r\n'));
    await accepted.end();
  });
  let session: Buffer | undefined;
  for (let turn = 0; turn < times; turn += 1) {
    const socket = connect({
      host: '127.0.0.1',
      port: listener.endpoint.port,
      rejectUnauthorized: false,
      key: identity.key,
      cert: identity.chain,
      ...(session && { session }),
    });
    socket.on('session', (made) => {
      session = made;
    });
    socket.resume();
    await once(socket, 'close');
  }
  await listener[Symbol.asyncDispose]();
  return told;
}

test('SASL-060 a resumed session still has the certificate and its verdict', async () => {
  expect(await resumedBy(own, 2)).toMatchObject({
    resumed: true,
    peer: { trust: { ok: true }, resumed: true },
  });
  expect((await resumedBy(own, 2))?.peer?.chain).toHaveLength(1);
});

test('SASL-060 a server says which certificate no root vouches for, resumed or not', async () => {
  for (const times of [1, 2]) {
    expect((await resumedBy(other, times))?.peer).toMatchObject({
      trust: { ok: false, code: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
    });
  }
});
