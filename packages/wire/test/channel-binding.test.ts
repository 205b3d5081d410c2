import { once } from 'node:events';
import { createHash, X509Certificate } from 'node:crypto';
import { createServer } from 'node:tls';
import { expect, it } from 'vitest';
import type { ChannelBinding, TlsOffer, TlsRequest } from '@postern/wire';
import { nodeNetwork } from '@postern/wire/node';
import { selfSigned } from './certificates.ts';

const identity = selfSigned('mail.example.test');

function request(maxVersion: 'TLSv1.2' | 'TLSv1.3'): TlsRequest {
  return {
    serverName: 'mail.example.test',
    maxVersion,
    verify: () => ({ status: 'verified', by: 'fingerprint' }),
  };
}

/** What both ends can tie a login to. */
async function bothEnds(maxVersion: 'TLSv1.2' | 'TLSv1.3'): Promise<readonly (readonly ChannelBinding[])[]> {
  const network = nodeNetwork();
  const offer: TlsOffer = { identity: () => known, maxVersion };
  const known = await identity;
  const accepted = Promise.withResolvers<readonly ChannelBinding[]>();
  await using server = await network.listen({ address: '127.0.0.1', port: 0 }, async (connection) => {
    const { channelBindings } = await connection.acceptTls(offer);
    accepted.resolve(channelBindings?.() ?? []);
    await connection.read();
    await connection[Symbol.asyncDispose]();
  });
  await using client = await network.connect(server.endpoint);
  const { channelBindings } = await client.handshake(request(maxVersion));
  return [channelBindings?.() ?? [], await accepted.promise];
}

it.each(['TLSv1.2', 'TLSv1.3'] as const)(
  'SASL-045 both ends agree on what ties a login to %s',
  async (version) => {
    const [client, server] = await bothEnds(version);
    expect(client).toEqual(server);
    expect(client?.map(({ type, data }) => [type, data.length])).toEqual([
      ['tls-exporter', 32],
      ['tls-server-end-point', 32],
    ]);
  },
);

it('SASL-045 is another value for another connection, and the same for the same certificate', async () => {
  const [first] = await bothEnds('TLSv1.3');
  const [second] = await bothEnds('TLSv1.3');
  expect(first?.[0]).not.toEqual(second?.[0]);
  expect(first?.[1]).toEqual(second?.[1]);
  const { raw } = new X509Certificate((await identity).chain);
  expect(first?.[1]?.data).toEqual(new Uint8Array(createHash('sha256').update(raw).digest()));
});

it('SASL-049 has no exporter in TLS 1.2 without extended master secret', async () => {
  const { key, chain } = await identity;
  // SSL_OP_NO_EXTENDED_MASTER_SECRET, for which Node has no name.
  const server = createServer({ key, cert: chain, maxVersion: 'TLSv1.2', secureOptions: 1 }).listen(
    0,
    '127.0.0.1',
  );
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const client = await nodeNetwork().connect({ address: '127.0.0.1', port });
  const { channelBindings } = await client.handshake(request('TLSv1.2'));
  expect(channelBindings?.().map(({ type }) => type)).toEqual(['tls-server-end-point']);
  await client[Symbol.asyncDispose]();
  server.close();
});
