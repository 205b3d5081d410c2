import { sleep, UsageError } from '@postern/wire';
import type { Connection, Network } from '@postern/wire';
import { describe, expect, it } from 'vitest';
import { createPool } from '../src/index.ts';
import type { Pool, PoolOptions } from '../src/index.ts';
import { bare, candidate, caught, town } from './town.ts';
import type { Town } from './town.ts';

const HOST = '192.0.2.1';

/** A town with two open ports, and a pool with one hook replaced. */
async function withHook(
  hook: Partial<PoolOptions<string, Connection>>,
): Promise<{ scene: Town; pool: Pool<string, Connection> }> {
  const scene = town();
  await scene.serve(HOST, 465);
  await scene.serve(HOST, 587);
  const pool = createPool<string, Connection>({
    network: scene.network,
    clock: scene.clock,
    key: (destination) => destination,
    candidates: async () => [candidate(HOST, 465), candidate(HOST, 587, 1)],
    open: bare,
    ...hook,
  });
  return { scene, pool };
}

/** Lets a caller who breaks types through, as plain JavaScript would. */
function garbage(value: unknown): never {
  return value as never;
}

async function leavesNothing({ clock, network }: Town): Promise<void> {
  await clock.advance(60_000);
  expect(network.counts).toMatchObject({ connecting: 0, open: 0 });
  expect(clock.alarms).toBe(0);
}

describe('what a hook does wrong', () => {
  it('open that throws at once is a failed attempt, and its connection is closed', async () => {
    const error = new TypeError('a bug in the hook');
    const { scene, pool } = await withHook({
      open: () => {
        throw error;
      },
    });
    const rejection = await scene.clock.run(caught(pool.acquire('a')));
    expect(rejection).toMatchObject({
      ended: 'all-failed',
      attempts: [
        { outcome: 'failed', phase: 'open', reason: undefined, error },
        { outcome: 'failed', phase: 'open', reason: undefined, error },
      ],
    });
    expect(rejection).toHaveProperty('cause', error);
    await leavesNothing(scene);
  });

  it('open that never settles and ignores its signal: the deadline answers, the connection is broken a second later', async () => {
    const { scene, pool } = await withHook({
      open: () => new Promise(() => undefined),
      timing: { deadline: 3000 },
    });
    expect(await scene.clock.run(caught(pool.acquire('a')))).toMatchObject({ ended: 'deadline' });
    expect(scene.clock.now()).toBe(3000);
    expect(pool.counts.settling).toBe(2);
    await leavesNothing(scene);
    expect(pool.counts.settling).toBe(0);
  });

  it('open that settles after its abort: the value is disposed of', async () => {
    let disposed = 0;
    const { scene, pool } = await withHook({
      timing: { deadline: 500 },
      async open(connection) {
        await sleep(scene.clock, 5000);
        return Object.assign(Object.create(connection) as Connection, {
          async [Symbol.asyncDispose](): Promise<void> {
            disposed += 1;
            await connection[Symbol.asyncDispose]();
          },
        });
      },
    });
    expect(await scene.clock.run(caught(pool.acquire('a')))).toMatchObject({ ended: 'deadline' });
    await leavesNothing(scene);
    expect(disposed).toBe(1);
  });

  it('open that loses: its signal aborts, and what it still makes is disposed of', async () => {
    const disposed: string[] = [];
    const scene = town();
    await scene.serve(HOST, 465);
    await scene.serve(HOST, 587);
    await using pool = createPool<string, AsyncDisposable>({
      network: scene.network,
      clock: scene.clock,
      key: (destination) => destination,
      candidates: async () => [candidate(HOST, 465, 0, 'slow'), candidate(HOST, 587, 1, 'quick')],
      async open(connection, { method }) {
        await sleep(scene.clock, method === 'slow' ? 5000 : 10);
        return {
          async [Symbol.asyncDispose]() {
            disposed.push(method);
            await connection[Symbol.asyncDispose]();
          },
        };
      },
    });
    const lease = await scene.clock.run(pool.acquire('a'));
    expect(lease.candidate.method).toBe('quick');
    await scene.clock.advance(10_000);
    expect(disposed).toEqual(['slow']);
    await lease[Symbol.asyncDispose]();
    await leavesNothing(scene);
  });

  it.each([undefined, null, 7, {}, { [Symbol.asyncDispose]: 1 }])(
    'open that resolves to %o is a failed attempt with the rule',
    async (value) => {
      const { scene, pool } = await withHook({ open: async () => garbage(value) });
      const error = await scene.clock.run(caught(pool.acquire('a')));
      expect(error).toMatchObject({ ended: 'all-failed', cause: { rule: 'what is leased can be closed' } });
      await leavesNothing(scene);
    },
  );

  it.each([undefined, 'text', { length: 2 }, [undefined], [{}], [{ endpoint: null, method: 'a', rank: 0 }]])(
    'candidates that resolve to %o are refused with the rule',
    async (value) => {
      const { scene, pool } = await withHook({ candidates: async () => garbage(value) });
      expect(await scene.clock.run(caught(pool.acquire('a')))).toBeInstanceOf(UsageError);
      await leavesNothing(scene);
    },
  );

  it.each([
    [{ endpoint: { address: HOST, port: 70_000 }, method: 'a', rank: 0 }],
    [{ endpoint: { address: '', port: 25 }, method: 'a', rank: 0 }],
    [{ endpoint: { address: HOST, port: 25 }, method: 'a', rank: Number.NaN }],
    [{ endpoint: { address: HOST, port: 25 }, method: undefined, rank: 0 }],
  ])('candidate %o is refused with the rule', async (value) => {
    const { scene, pool } = await withHook({ candidates: async () => garbage([value]) });
    expect(await scene.clock.run(caught(pool.acquire('a')))).toBeInstanceOf(UsageError);
    await leavesNothing(scene);
  });

  it('a list without end is cut: 64 candidates are tried', async () => {
    const endless = Array.from({ length: 100_000 }, (_, index) =>
      candidate(`192.0.${(index >> 8) % 256}.${index % 256}`, 25, index),
    );
    const { scene, pool } = await withHook({ candidates: async () => endless });
    const error = await scene.clock.run(caught(pool.acquire('a')));
    expect(error).toMatchObject({ ended: 'all-failed' });
    expect(scene.network.counts.attempts).toBe(64);
    await leavesNothing(scene);
  });

  it('repeated candidates are dialled once', async () => {
    const { scene, pool } = await withHook({
      candidates: async () => [candidate(HOST, 1, 3), candidate(HOST, 1, 2), candidate(HOST, 1)],
    });
    await scene.clock.run(caught(pool.acquire('a')));
    expect(scene.network.counts.attempts).toBe(1);
    await leavesNothing(scene);
  });

  it('candidates that throw, and a key that throws or is no text, reject the acquire', async () => {
    const error = new Error('a bug');
    const thrower = (): never => {
      throw error;
    };
    for (const hook of [{ candidates: thrower }, { key: thrower }]) {
      const { scene, pool } = await withHook(hook);
      expect(await scene.clock.run(caught(pool.acquire('a')))).toBe(error);
      await leavesNothing(scene);
    }
    const { scene, pool } = await withHook({ key: () => garbage(5) });
    expect(await caught(pool.acquire('a'))).toBeInstanceOf(UsageError);
    await leavesNothing(scene);
  });

  it('a hook that aborts its own acquire, or disposes of the pool, while it is being called', async () => {
    const controller = new AbortController();
    const first = await withHook({
      open: async (connection) => {
        controller.abort('changed my mind');
        return connection;
      },
    });
    const pending = caught(first.pool.acquire('a', { signal: controller.signal }));
    expect(await first.scene.clock.run(pending)).toBe('changed my mind');
    await leavesNothing(first.scene);

    const second = await withHook({
      candidates: async () => {
        void second.pool[Symbol.asyncDispose]();
        return [candidate(HOST, 465)];
      },
    });
    expect(await second.scene.clock.run(caught(second.pool.acquire('a')))).toMatchObject({
      ended: 'disposed',
    });
    await leavesNothing(second.scene);
  });

  it('a memory that throws or answers nonsense changes nothing', async () => {
    const thrower = (): never => {
      throw new Error('a bug');
    };
    for (const judge of [thrower, () => garbage(42)]) {
      const { scene, pool } = await withHook({ memory: { judge, note: thrower } });
      const lease = await scene.clock.run(pool.acquire('a'));
      expect(lease.candidate.endpoint.port).toBe(465);
      await lease[Symbol.asyncDispose]();
      await leavesNothing(scene);
    }
  });

  it('a network that throws, rejects with nothing, never settles, or connects after it was cancelled', async () => {
    const scene = town();
    await scene.serve(HOST, 587);
    const late: Connection[] = [];
    const network: Network = {
      exchange: scene.network.exchange.bind(scene.network),
      connect(endpoint) {
        if (endpoint.port === 1) throw new UsageError('no such address', 'IP literals only');
        if (endpoint.port === 2) return Promise.reject(garbage(undefined));
        if (endpoint.port === 4) return new Promise(() => undefined);
        if (endpoint.port === 3) {
          // It cannot be cancelled.
          return sleep(scene.clock, 4000).then(async () => {
            const connection = await scene.network.connect({ address: HOST, port: 587 });
            late.push(connection);
            return connection;
          });
        }
        return scene.network.connect(endpoint);
      },
    };
    await using pool = createPool<string, Connection>({
      network,
      clock: scene.clock,
      key: (destination) => destination,
      candidates: async () => [1, 2, 3, 4, 587].map((port) => candidate(HOST, port, port)),
      open: bare,
    });
    const lease = await scene.clock.run(pool.acquire('a'));
    expect(lease.attempts.map(({ reason, outcome }) => reason ?? outcome)).toEqual([
      'connect-failed',
      'connect-failed',
      'pending',
      'pending',
      'granted',
    ]);
    await scene.clock.advance(10_000);
    expect(late).toHaveLength(1);
    // One that never settles is given up like any silent one.
    expect(lease.attempts[3]).toMatchObject({ outcome: 'silent', endpoint: { port: 4 } });
    expect(pool.counts).toMatchObject({ connecting: 0, settling: 0 });
    expect(scene.network.counts.open).toBe(1);
    await lease[Symbol.asyncDispose]();
    await leavesNothing(scene);
  });
});
