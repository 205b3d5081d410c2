import { DeadlineExceeded, sleep, WireError } from '@postern/wire';
import type { Connection } from '@postern/wire';
import { describe, expect, it } from 'vitest';
import { blackholeMemory, createPool } from '../src/index.ts';
import type { PoolError } from '../src/index.ts';
import { bare, both, caught, HOST, poolOf, silent465, town } from './town.ts';

describe('failing', () => {
  it('SETUP-033 everything silent: a PoolError within the deadline, each attempt timeout-connect with its SYNs', async () => {
    const scene = town();
    scene.network.setPath(HOST, { weather: { type: 'drop' } });
    await using pool = poolOf(scene, both);
    const error = await scene.clock.run(caught(pool.acquire('example.org')));
    expect(scene.clock.now()).toBe(5250);
    expect(error).toMatchObject({
      name: 'PoolError',
      destination: 'example.org',
      ended: 'all-failed',
      code: 'timeout-connect',
      attempts: [
        { outcome: 'silent', reason: 'timeout-connect', syns: 5, ms: 5000, fault: { evidence: { syns: 5 } } },
        { outcome: 'silent', reason: 'timeout-connect', syns: 5, ms: 5000, fault: { evidence: { syns: 5 } } },
      ],
    });
    expect((error as PoolError).message).toBe(
      'no connection to example.org: every attempt failed; timeout-connect (5 SYNs) at 192.0.2.1:465 implicit-tls; ' +
        'timeout-connect (5 SYNs) at 192.0.2.1:587 starttls',
    );
    expect(scene.network.counts.connecting).toBe(0);
    expect(scene.clock.alarms).toBe(0);
  });

  it('a deadline before the third SYN reports no timeout-connect', async () => {
    const scene = town();
    scene.network.setPath(HOST, { weather: { type: 'drop' } });
    await using pool = poolOf(scene, both, { timing: { deadline: 2000 } });
    const error = await scene.clock.run(caught(pool.acquire('example.org')));
    expect(scene.clock.now()).toBe(2000);
    expect(error).toMatchObject({
      ended: 'deadline',
      code: undefined,
      attempts: [
        { outcome: 'silent', reason: undefined, syns: 2 },
        { outcome: 'silent', reason: undefined, syns: 2 },
      ],
    });
  });

  it('the deadline counts from acquire on, the search for candidates included', async () => {
    const scene = await silent465();
    let seen: unknown;
    await using pool = poolOf(scene, both, {
      timing: { deadline: 400 },
      async candidates(_destination, { signal }) {
        signal.addEventListener('abort', () => {
          seen = signal.reason;
        });
        await sleep(scene.clock, 300);
        return both;
      },
    });
    const error = await scene.clock.run(caught(pool.acquire('example.org')));
    expect(scene.clock.now()).toBe(400);
    expect(error).toMatchObject({ ended: 'deadline', attempts: [{ outcome: 'abandoned', syns: 1 }] });
    expect(seen).toBeUndefined();
  });

  it('a search that never ends is aborted by the deadline', async () => {
    const scene = town();
    let seen: AbortSignal | undefined;
    await using pool = poolOf(scene, [], {
      candidates: (_destination, { signal }) => {
        seen = signal;
        return new Promise(() => undefined);
      },
    });
    const error = await scene.clock.run(caught(pool.acquire('example.org')));
    expect(error).toMatchObject({ ended: 'deadline', attempts: [] });
    expect(seen?.reason).toBeInstanceOf(DeadlineExceeded);
  });

  it('an empty list is an error of its own', async () => {
    const scene = town();
    await using pool = poolOf(scene, []);
    expect(await caught(pool.acquire('example.org'))).toMatchObject({
      ended: 'no-candidates',
      attempts: [],
      message: 'no connection to example.org: there are no candidates',
    });
  });

  it('what candidates rejects with is what acquire rejects with', async () => {
    const scene = town();
    const fault = new WireError({ kind: 'dns', reason: 'dns-servfail', phase: 'dns', after: 3 });
    await using pool = poolOf(scene, [], { candidates: () => Promise.reject(fault) });
    expect(await caught(pool.acquire('example.org'))).toBe(fault);
    expect(scene.clock.alarms).toBe(0);
  });

  it('a fault of open is kept in the record, with its own phase', async () => {
    const scene = town();
    await scene.serve(HOST, 465);
    const error = new WireError({ kind: 'tls', reason: 'cert-expired', phase: 'tls', after: 8 });
    await using pool = poolOf(scene, both.slice(0, 1), { open: () => Promise.reject(error) });
    const rejection = await scene.clock.run(caught(pool.acquire('example.org')));
    expect(rejection).toMatchObject({
      ended: 'all-failed',
      code: 'cert-expired',
      attempts: [{ outcome: 'failed', phase: 'tls', reason: 'cert-expired', fault: error.fault }],
    });
    expect((rejection as PoolError).attempts[0]?.error).toBe(error);
    await scene.clock.advance(2000);
    expect(scene.network.counts.open).toBe(0);
  });

  it('a tick that comes far too late proves no silence: the machine slept', async () => {
    const scene = await silent465();
    const memory = blackholeMemory();
    let jump = 0;
    const clock = { now: () => scene.clock.now() + jump, alarm: scene.clock.alarm.bind(scene.clock) };
    await using pool = createPool<string, Connection>({
      network: scene.network,
      clock: { ...clock, alarm: (at, ring) => clock.alarm(at - jump, ring) },
      key: (destination) => destination,
      candidates: async () => both,
      open: bare,
      memory,
    });
    await using lease = await scene.clock.run(pool.acquire('example.org'));
    jump = 3_600_000;
    await scene.clock.advance(1000);
    expect(lease.attempts[0]).toMatchObject({ outcome: 'abandoned', reason: undefined });
    expect(memory.entries(clock.now())).toEqual([]);
  });
  it('a busy loop hears the answers that lie in the kernel before it calls a port silent', async () => {
    const settled = (): Promise<void> =>
      new Promise((resolve) => {
        setImmediate(resolve);
      });
    let now = 0;
    const alarms = new Set<{ readonly at: number; readonly ring: () => void }>();
    /** One turn of a loop in which timers come first, as in Node. */
    const turn = async (): Promise<void> => {
      for (const alarm of Array.from(alarms)) {
        if (alarm.at > now) continue;
        alarms.delete(alarm);
        alarm.ring();
      }
      await settled();
    };
    const answers = new Map<number, (connection: Connection) => void>();
    const connection = { [Symbol.asyncDispose]: async () => undefined } as unknown as Connection;
    const pool = createPool<string, Connection>({
      clock: {
        now: () => now,
        alarm(at, ring) {
          const alarm = { at, ring };
          alarms.add(alarm);
          return () => alarms.delete(alarm);
        },
      },
      network: {
        exchange: () => Promise.reject(new Error('no datagrams here')),
        connect: ({ port }) =>
          new Promise((resolve) => {
            answers.set(port, resolve);
          }),
      },
      key: (destination) => destination,
      candidates: async () => both,
      open: bare,
    });
    const pending = pool.acquire('example.org');
    await turn();
    for (now = 250; !answers.has(587);) await turn();
    answers.get(587)?.(connection);
    const lease = await pending;
    // The loop was blocked for half a second; the answer came meanwhile, and timers run first.
    now = 1600;
    await turn();
    answers.get(465)?.(connection);
    await settled();
    await turn();
    expect(lease.attempts[0]).toMatchObject({ outcome: 'open', connected: 1600 });
    await pool[Symbol.asyncDispose]();
    expect(alarms.size).toBe(0);
  });
});
