import { createServer } from 'node:net';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { dial, isUsageError, isWireError } from '@postern/wire';
import type { BulkDialling, Connection, DialHandlers, Network } from '@postern/wire';
import { nodeNetwork } from '@postern/wire/node';

/** What became of each token, as promises. */
function outcomes() {
  const waiting = new Map<number, PromiseWithResolvers<Connection>>();
  const of = (token: number): PromiseWithResolvers<Connection> => {
    const known = waiting.get(token) ?? Promise.withResolvers<Connection>();
    waiting.set(token, known);
    return known;
  };
  const handlers: DialHandlers<number> = {
    connected: (token, connection) => {
      of(token).resolve(connection);
    },
    failed: (token, error) => {
      of(token).reject(error);
    },
  };
  return { handlers, of: (token: number) => of(token).promise };
}

const bulk = nodeNetwork() as unknown as Network & BulkDialling;

it('dials by callbacks: each socket reads its own bytes, also those that come first', async () => {
  const server = createServer((socket) => {
    socket.write(`you are ${socket.remotePort}`);
    socket.on('error', () => undefined);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const { handlers, of } = outcomes();
  const count = 50;
  for (let token = 0; token < count; token += 1) bulk[dial]({ address: '127.0.0.1', port }, token, handlers);
  for (let token = 0; token < count; token += 1) {
    const connection = await of(token);
    const text = new TextDecoder().decode(await connection.read());
    expect(text).toBe(`you are ${connection.localEndpoint.port}`);
    connection.reset();
  }
  server.close();
});

it('tells a refusal, and nothing of what was cancelled', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const { handlers, of } = outcomes();
  const calls: string[] = [];
  const deaf: DialHandlers<number> = {
    connected: () => calls.push('connected'),
    failed: () => calls.push('failed'),
  };
  bulk[dial]({ address: '127.0.0.1', port }, 1, deaf).cancel();
  await new Promise((resolve) => server.close(resolve));
  bulk[dial]({ address: '127.0.0.1', port }, 2, handlers);
  const error = await of(2).catch((caught: unknown) => caught);
  expect(isWireError(error) && error.code).toBe('connection-refused');
  expect(calls).toEqual([]);
});

it('refuses what is no endpoint, and is not inherited by a copy', () => {
  const { handlers } = outcomes();
  let refusal: unknown;
  try {
    bulk[dial]({ address: 'localhost', port: 25 }, 1, handlers);
  } catch (error) {
    refusal = error;
  }
  expect(isUsageError(refusal)).toBe(true);
  expect(dial in { ...bulk }).toBe(false);
});
