import { once } from 'node:events';
import { connect as rawConnect, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { Connection, TlsRequest } from '@postern/wire';
import { nodeNetwork } from '@postern/wire/node';
import { selfSigned } from './certificates.ts';

const request: TlsRequest = {
  serverName: 'mx.example.org',
  verify: () => ({ status: 'verified', by: 'pkix' }),
};

/** What a client says first. */
async function clientHello(): Promise<Uint8Array> {
  const heard = Promise.withResolvers<Uint8Array>();
  const network = nodeNetwork();
  const listener = await network.listen({ address: '127.0.0.1', port: 0 }, async (connection) => {
    heard.resolve((await connection.read())?.slice() ?? new Uint8Array());
    connection.reset();
  });
  await network.connect(listener.endpoint, { tls: request }).catch(() => undefined);
  await listener[Symbol.asyncDispose]();
  return heard.promise;
}

describe('a peer that has ended before the handshake begins', () => {
  it.each(['nothing', 'one octet', 'half a hello', 'a whole hello'])(
    'as a client, after %s',
    async (what) => {
      const network = nodeNetwork();
      const identity = await selfSigned('mx.example.org');
      const hello = await clientHello();
      const octets =
        { nothing: 0, 'one octet': 1, 'half a hello': 50, 'a whole hello': hello.length }[what] ?? 0;
      const sent = Promise.withResolvers<void>();
      const outcome = Promise.withResolvers<unknown>();
      const listener = await network.listen({ address: '127.0.0.1', port: 0 }, async (connection) => {
        await sent.promise;
        outcome.resolve(
          await connection.acceptTls({ identity: () => identity }).catch((error: unknown) => error),
        );
      });
      const socket = rawConnect({ port: listener.endpoint.port, host: '127.0.0.1', allowHalfOpen: true });
      socket.on('error', () => undefined);
      socket.end(hello.subarray(0, octets));
      await once(socket, 'finish');
      await meanwhile();
      sent.resolve();
      expect(await outcome.promise).toMatchObject({ code: 'closed-during-tls' });
      socket.destroy();
      await listener[Symbol.asyncDispose]();
    },
  );

  it.each(['count', 'first-bytes'] as const)('as a server, seen by %s', async (evidence) => {
    const network = nodeNetwork({ evidence });
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => undefined);
      socket.end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const connection: Connection = await network.connect({ address: '127.0.0.1', port });
    await meanwhile();
    await expect(connection.handshake(request)).rejects.toMatchObject({ code: 'closed-during-tls' });
    server.close();
  });
});

/** A conversation elsewhere: what was sent before it has arrived by its end. */
async function meanwhile(): Promise<void> {
  const network = nodeNetwork();
  const listener = await network.listen({ address: '127.0.0.1', port: 0 }, async (connection) => {
    for (let bytes = await connection.read(); bytes; bytes = await connection.read())
      await connection.write(bytes.slice());
    await connection[Symbol.asyncDispose]();
  });
  const connection = await network.connect(listener.endpoint);
  for (let round = 0; round < 3; round += 1) {
    await connection.write(Uint8Array.of(round));
    await connection.read();
  }
  await connection[Symbol.asyncDispose]();
  await listener[Symbol.asyncDispose]();
}
