import { isUsageError, sleep } from '@postern/wire';
import { describe, expect, it, vi } from 'vitest';
import type { Candidate } from '../src/index.ts';
import { both, caught, dispose, HOST, poolOf, silent465, town } from './town.ts';

describe('cancelling', () => {
  it('SETUP-033 abort rejects with the reason untouched and leaves nothing behind', async () => {
    const scene = town();
    scene.network.setPath(HOST, { weather: { type: 'drop' } });
    await using pool = poolOf(scene, both);
    const controller = new AbortController();
    const reason = { any: 'thing' };
    const pending = caught(pool.acquire('example.org', { signal: controller.signal }));
    await scene.clock.advance(400);
    expect(pool.counts).toEqual({ waiting: 1, active: 0, connecting: 2, settling: 0 });
    controller.abort(reason);
    expect(await pending).toBe(reason);
    expect(pool.counts).toEqual({ waiting: 0, active: 0, connecting: 0, settling: 0 });
    expect(scene.network.counts.connecting).toBe(0);
    expect(scene.clock.alarms).toBe(0);
  });

  it('a signal that is aborted already starts nothing', async () => {
    const scene = town();
    const search = vi.fn<() => Promise<readonly Candidate[]>>();
    await using pool = poolOf(scene, [], { candidates: search });
    expect(await caught(pool.acquire('example.org', { signal: AbortSignal.abort('no') }))).toBe('no');
    expect(search).not.toHaveBeenCalled();
  });

  it('one signal for many acquires carries one listener, and none at the end', async () => {
    const scene = town();
    await scene.serve(HOST, 465);
    const limits = { perDestination: 50, perAddress: 50, initial: 50 };
    await using pool = poolOf(scene, both, { limits });
    const controller = new AbortController();
    const add = vi.spyOn(controller.signal, 'addEventListener');
    const remove = vi.spyOn(controller.signal, 'removeEventListener');
    const leases = await scene.clock.run(
      Promise.all(
        Array.from({ length: 50 }, () => pool.acquire('example.org', { signal: controller.signal })),
      ),
    );
    expect([add.mock.calls.length, remove.mock.calls.length]).toEqual([1, 1]);
    await scene.clock.run(Promise.all(leases.map((lease) => lease[Symbol.asyncDispose]())));
    controller.abort();
    expect(pool.counts.active).toBe(0);
  });

  it('a search that reads its signal late sees that nobody waits any more', async () => {
    const scene = town();
    let aborted: unknown;
    await using pool = poolOf(scene, [], {
      async candidates(_destination, options) {
        await sleep(scene.clock, 100);
        aborted = options.signal.reason;
        return [];
      },
    });
    const controller = new AbortController();
    const pending = caught(pool.acquire('example.org', { signal: controller.signal }));
    await scene.clock.advance(10);
    controller.abort('enough');
    expect(await pending).toBe('enough');
    await scene.clock.advance(100);
    expect(aborted).toBe('enough');
  });

  it('a search ends when a connection that was in use meanwhile comes back first', async () => {
    const scene = town();
    await scene.serve(HOST, 465);
    const signals: AbortSignal[] = [];
    await using pool = poolOf(scene, [], {
      reuse: {
        terms: () => ({
          protocol: 'smtp',
          host: 'mx.example.org',
          policy: 'opportunistic',
          authorities: undefined,
          identity: undefined,
          login: undefined,
        }),
      },
      candidates(_destination, { signal }) {
        signals.push(signal);
        return signals.length === 1 ? both.slice(0, 1) : new Promise(() => undefined);
      },
    });
    const first = await scene.clock.run(pool.acquire('example.org'));
    const second = pool.acquire('example.org');
    await scene.clock.advance(100);
    await scene.clock.run(dispose(first));
    await using lease = await scene.clock.run(second);
    expect(lease.value).toBe(first.value);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, true]);
  });

  it('hooks see the abort reason of the caller', async () => {
    const scene = town();
    await scene.serve(HOST, 465);
    const reason = new Error('enough');
    let seen: AbortSignal | undefined;
    await using pool = poolOf(scene, both.slice(0, 1), {
      open(_connection, _candidate, { signal }) {
        seen = signal;
        return new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            reject(signal.reason as Error);
          });
        });
      },
    });
    const controller = new AbortController();
    const pending = caught(pool.acquire('example.org', { signal: controller.signal }));
    await scene.clock.advance(100);
    controller.abort(reason);
    expect(await pending).toBe(reason);
    expect(seen?.reason).toBe(reason);
    await scene.clock.advance(100);
    expect(scene.network.counts.open).toBe(0);
  });

  it('disposal answers those who wait, closes what is under way, and leaves leases alone', async () => {
    const scene = await silent465();
    const pool = poolOf(scene, both);
    const lease = await scene.clock.run(pool.acquire('example.org'));
    scene.network.setPath('192.0.2.9', { weather: { type: 'drop' } });
    const waiting = caught(pool.acquire('example.net'));
    await scene.clock.run(dispose(pool));
    expect(await waiting).toMatchObject({ ended: 'disposed' });
    expect(scene.network.counts).toMatchObject({ connecting: 0, open: 1 });
    expect(scene.clock.alarms).toBe(0);
    await lease.value.write(new Uint8Array([65]));
    await scene.clock.run(dispose(lease));
    expect(isUsageError(await caught(pool.acquire('example.org')))).toBe(true);
  });
});

describe('leases', () => {
  it('a lease ends once, whether it is discarded or disposed of', async () => {
    const scene = town();
    await scene.serve(HOST, 465);
    await using pool = poolOf(scene, both);
    const lease = await scene.clock.run(pool.acquire('example.org'));
    expect(pool.counts.active).toBe(1);
    lease.discard();
    lease.discard();
    await lease[Symbol.asyncDispose]();
    expect(pool.counts.active).toBe(0);
    await scene.clock.advance(2000);
    expect(scene.network.counts.open).toBe(0);
  });
});
