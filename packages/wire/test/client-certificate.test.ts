import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:tls';
import type { Server } from 'node:tls';
import { latin1 } from '@postern/wire';
import type { TlsIdentity, TlsRequest } from '@postern/wire';
import { nodeNetwork } from '@postern/wire/node';
import { afterAll, beforeAll, expect, test } from 'vitest';
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
