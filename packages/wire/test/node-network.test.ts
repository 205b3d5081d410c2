import { connect as rawConnect, createServer } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { isUsageError, onCancel, utf8 } from '@postern/wire';
import { nodeNetwork, systemClock } from '@postern/wire/node';

describe('nodeNetwork', () => {
  it('takes IP literals and real ports only, and says so before anything is sent', async () => {
    const network = nodeNetwork();
    for (const endpoint of [
      { address: 'localhost', port: 25 },
      { address: '127.0.0.1', port: 0 },
      { address: '127.0.0.1', port: 65_536 },
      { address: '', port: 25 },
    ]) {
      const error = await network.connect(endpoint).catch((caught: unknown) => caught);
      expect(isUsageError(error) && error.code).toBe('argument-refused');
    }
  });

  it('keeps the code of the system as evidence and the error as cause', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    await new Promise((resolve) => server.close(resolve));
    const error = await nodeNetwork()
      .connect({ address: '127.0.0.1', port })
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      code: 'connection-refused',
      fault: { evidence: { code: 'ECONNREFUSED' }, endpoint: { port } },
      cause: { code: 'ECONNREFUSED', syscall: 'connect' },
    });
  });

  it('joins the writes of one turn into one segment', async () => {
    const network = nodeNetwork();
    const chunks: number[] = [];
    const heard = Promise.withResolvers<void>();
    const server = createServer((socket) => {
      socket.on('data', (bytes) => {
        chunks.push(bytes.length);
        if (chunks.reduce((sum, size) => sum + size, 0) === 12) heard.resolve();
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const connection = await network.connect({
      address: '127.0.0.1',
      port: (server.address() as { port: number }).port,
    });
    for (const part of ['MAIL', 'RCPT', 'DATA']) void connection.write(utf8(part));
    await heard.promise;
    expect(chunks).toEqual([12]);
    await connection[Symbol.asyncDispose]();
    server.close();
  });

  it('cancels a pending attempt through the light slot', async () => {
    let cancel: ((reason: unknown) => void) | undefined;
    // TEST-NET-1 is never routed; where the machine has no route at all the attempt fails at once, which is fine too.
    const attempt = nodeNetwork().connect(
      { address: '192.0.2.1', port: 9 },
      {
        [onCancel]: (given) => {
          cancel = given;
        },
      },
    );
    cancel?.('lost');
    const outcome = await attempt.catch((caught: unknown) => caught);
    expect(outcome === 'lost' || (outcome as { code?: string }).code === 'unreachable').toBe(true);
  });

  it('closes in an orderly way, and within a second where the peer does not', async () => {
    const network = nodeNetwork();
    const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const endpoint = { address: '127.0.0.1', port: (server.address() as { port: number }).port };
    const began = performance.now();
    const connection = await network.connect(endpoint);
    await connection[Symbol.asyncDispose]();
    const took = performance.now() - began;
    expect(took).toBeGreaterThan(900);
    expect(took).toBeLessThan(1900);
    server.close();
  });

  it('a listener resets what it accepted when it is disposed of', async () => {
    const network = nodeNetwork();
    const listener = await network.listen({ address: '127.0.0.1', port: 0 }, async (connection) => {
      await connection.read();
    });
    const socket = rawConnect(listener.endpoint.port, '127.0.0.1');
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    const closed = new Promise((resolve) => socket.once('close', resolve));
    await listener[Symbol.asyncDispose]();
    await closed;
    expect(socket.errored).toMatchObject({ code: 'ECONNRESET' });
  });
});

describe('systemClock', () => {
  it('rings once, not before its time, and not when taken back', async () => {
    const clock = systemClock();
    const at = clock.now() + 20;
    let rung = 0;
    const cancel = clock.alarm(at, () => (rung += 100));
    cancel();
    await new Promise<void>((resolve) => {
      clock.alarm(at, () => {
        rung += 1;
        resolve();
      });
    });
    expect(clock.now()).toBeGreaterThanOrEqual(at);
    expect(rung).toBe(1);
  });
});
