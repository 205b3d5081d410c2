import { connect as rawConnect, createServer } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { handshakeWithin, isUsageError, onCancel, utf8 } from '@postern/wire';
import { nodeNetwork, systemClock } from '@postern/wire/node';
import { virtualClock } from '@postern/wire/testing';
import { selfSigned } from './certificates.ts';

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

  it('SETUP-031 keeps the code of the system as evidence and the error as cause', async () => {
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

  it('SETUP-034 a server that says one octet and nothing more runs into the limit of the handshake', async () => {
    const network = nodeNetwork();
    const told = Promise.withResolvers<void>();
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      // The ClientHello is here, so the octet is the answer to it.
      socket.once('data', () => socket.write('2', () => told.resolve()));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const clock = virtualClock();
    const connection = await network.connect({ address: '127.0.0.1', port });
    const request = {
      serverName: 'server.test',
      verify: () => ({ status: 'verified', by: 'pkix' }) as const,
    };
    const handshake = handshakeWithin(connection, request, { clock, limit: 10_000 });
    const outcome = handshake.catch((caught: unknown) => caught);
    await told.promise;
    await clock.advance(10_000);
    expect(await outcome).toMatchObject({
      code: 'timeout-tls-handshake',
      fault: { phase: 'tls', limit: 10_000 },
    });
    server.close();
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

  it('waits for a full connection with one pair of listeners, however many writes wait', async () => {
    const network = nodeNetwork();
    const go = Promise.withResolvers<void>();
    const total = 40 * 1_048_576;
    const counted = Promise.withResolvers<number>();
    const listener = await network.listen({ address: '127.0.0.1', port: 0 }, async (server) => {
      await go.promise;
      let count = 0;
      while (count < total) count += (await server.read())?.length ?? total + 1;
      counted.resolve(count);
    });
    const warnings: string[] = [];
    const warned = (warning: Error): void => void warnings.push(warning.name);
    process.on('warning', warned);
    const connection = await network.connect(listener.endpoint);
    const writes = Array.from({ length: 40 }, () => connection.write(new Uint8Array(1_048_576)));
    go.resolve();
    await Promise.all(writes);
    expect(await counted.promise).toBe(total);
    process.off('warning', warned);
    expect(warnings).toEqual([]);
    await connection[Symbol.asyncDispose]();
    await listener[Symbol.asyncDispose]();
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

  it.each(['plaintext', 'TLS'])(
    'closes after the last octet where the peer ended before: %s',
    async (layer) => {
      const network = nodeNetwork();
      const identity = await selfSigned('server.test');
      const size = 12_000_000;
      const go = Promise.withResolvers<void>();
      const counted = Promise.withResolvers<number>();
      const listener = await network.listen({ address: '127.0.0.1', port: 0 }, async (server) => {
        if (layer === 'TLS') await server.acceptTls({ identity: () => identity });
        await server.end();
        await go.promise;
        let count = 0;
        for (let bytes = await server.read(); bytes; bytes = await server.read()) count += bytes.length;
        counted.resolve(count);
      });
      const connection = await network.connect(listener.endpoint);
      const verify = () => ({ status: 'verified', by: 'pkix' }) as const;
      if (layer === 'TLS') await connection.handshake({ serverName: 'server.test', verify });
      expect(await connection.read()).toBeUndefined();
      const written = connection.write(new Uint8Array(size)).catch(() => undefined);
      const closing = connection[Symbol.asyncDispose]();
      go.resolve();
      expect(await counted.promise).toBe(size);
      await Promise.all([written, closing]);
      await listener[Symbol.asyncDispose]();
    },
  );

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

describe('listening', () => {
  it('says what cannot be had as a UsageError with the code of the system', async () => {
    const network = nodeNetwork();
    const taken = await network.listen({ address: '127.0.0.1', port: 0 }, async () => undefined);
    const twice = await network
      .listen(taken.endpoint, async () => undefined)
      .catch((error: unknown) => error);
    expect(isUsageError(twice) && twice.code).toBe('argument-refused');
    expect(twice).toMatchObject({ cause: { code: 'EADDRINUSE' } });
    await taken[Symbol.asyncDispose]();
    const datagrams = await network.listenDatagrams({ address: '127.0.0.1', port: 0 }, async () => undefined);
    const again = await network
      .listenDatagrams(datagrams.endpoint, async () => undefined)
      .catch((error: unknown) => error);
    expect(isUsageError(again) && again.code).toBe('argument-refused');
    await datagrams[Symbol.asyncDispose]();
  });

  it('an `accept` that throws at once resets its own connection only', async () => {
    const network = nodeNetwork();
    const listener = await network.listen({ address: '127.0.0.1', port: 0 }, () => {
      throw new Error('a bug in accept');
    });
    for (let client = 0; client < 2; client += 1) {
      // The reset may be quicker than the end of `connect`.
      const attempt = network.connect(listener.endpoint).then((connection) => connection.read());
      await expect(attempt).rejects.toMatchObject({ code: expect.stringMatching(/^reset/) });
    }
    await listener[Symbol.asyncDispose]();
  });
});

describe('systemClock', () => {
  it('never rings early, though timers of Node may', () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const now = vi.spyOn(performance, 'now');
    try {
      now.mockReturnValue(1000.7);
      const rung: number[] = [];
      systemClock().alarm(1010.5, () => rung.push(performance.now()));
      // The timer counted its whole milliseconds from a rounded beginning.
      now.mockReturnValue(1010.1);
      vi.advanceTimersByTime(10);
      expect(rung).toEqual([]);
      now.mockReturnValue(1011.1);
      vi.advanceTimersByTime(1);
      expect(rung).toEqual([1011.1]);
      vi.advanceTimersByTime(1000);
      expect(rung).toHaveLength(1);
    } finally {
      now.mockRestore();
      vi.useRealTimers();
    }
  });

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
