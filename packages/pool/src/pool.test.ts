import { DeadlineExceeded, isUsageError, sleep, WireError } from '@postern/wire';
import type { Connection } from '@postern/wire';
import { describe, expect, it, vi } from 'vitest';
import { bare, candidate, caught, dispose, town } from '../test/town.ts';
import type { Town } from '../test/town.ts';
import { blackholeMemory, createPool, PoolError } from './index.ts';
import type { Candidate, Pool, PoolOptions } from './index.ts';

const HOST = '192.0.2.1';

function poolOf(
  { network, clock }: Town,
  candidates: readonly Candidate[],
  options?: Partial<PoolOptions<string, Connection>>,
): Pool<string, Connection> {
  return createPool<string, Connection>({
    network,
    clock,
    key: (destination) => destination,
    candidates: async () => candidates,
    open: bare,
    ...options,
  });
}

const both: readonly Candidate[] = [
  candidate(HOST, 465, 0, 'implicit-tls'),
  candidate(HOST, 587, 1, 'starttls'),
];

async function silent465(): Promise<Town> {
  const scene = town();
  scene.weather(HOST, 465, { weather: { type: 'drop' } });
  await scene.serve(HOST, 587, { latency: 10 });
  return scene;
}

describe('racing', () => {
  it('DNS-063 465 swallowed, 587 open: the lease comes after the stagger and one round trip', async () => {
    const scene = await silent465();
    await using pool = poolOf(scene, both);
    const lease = await scene.clock.run(pool.acquire('example.org'));
    expect(scene.clock.now()).toBe(270);
    expect(lease.candidate.method).toBe('starttls');
    expect(lease.attempts.map(({ outcome, started }) => [outcome, started])).toEqual([
      ['pending', 0],
      ['granted', 250],
    ]);
    expect(lease.attempts[1]).toMatchObject({ phase: 'open', connected: 20, ms: 20, syns: 1 });
    await lease[Symbol.asyncDispose]();
  });

  it('a granted race goes on counting SYNs: the loser is remembered after its second one, then closed', async () => {
    const scene = await silent465();
    const memory = blackholeMemory();
    await using pool = poolOf(scene, both, { memory });
    const lease = await scene.clock.run(pool.acquire('example.org'));
    await scene.clock.advance(1119 - 270);
    expect(memory.judge({ address: HOST, port: 465 }, scene.clock.now())).toBe('try');
    expect(pool.counts).toEqual({ waiting: 0, active: 1, connecting: 0, settling: 1 });
    await scene.clock.advance(1);
    expect(memory.judge({ address: HOST, port: 465 }, scene.clock.now())).toBe('try-last');
    expect(pool.counts).toEqual({ waiting: 0, active: 1, connecting: 0, settling: 0 });
    // Enough to remember, not enough to report.
    expect(lease.attempts[0]).toMatchObject({ outcome: 'silent', reason: undefined, syns: 2, ms: 1120 });
    expect(scene.network.counts.connecting).toBe(0);
    expect(scene.clock.alarms).toBe(0);
    await lease[Symbol.asyncDispose]();
  });

  it('the next acquire spends no time on a port that is remembered as silent', async () => {
    const scene = await silent465();
    await using pool = poolOf(scene, both);
    const first = await scene.clock.run(pool.acquire('example.org'));
    await scene.clock.advance(2000);
    const before = scene.clock.now();
    const second = await scene.clock.run(pool.acquire('example.org'));
    expect(scene.clock.now() - before).toBe(20);
    expect(second.attempts.map(({ endpoint }) => endpoint.port)).toEqual([587]);
    await Promise.all([first[Symbol.asyncDispose](), second[Symbol.asyncDispose]()]);
  });

  it('a remembered port is still tried, last, when everything else fails', async () => {
    const scene = town();
    await scene.serve(HOST, 465);
    scene.weather(HOST, 587, { weather: { type: 'reject' } });
    const memory = blackholeMemory();
    memory.note({
      type: 'silent',
      endpoint: { address: HOST, port: 465 },
      at: 0,
      ms: 1120,
      syns: 2,
      sibling: true,
    });
    await using pool = poolOf(scene, both, { memory });
    await using lease = await scene.clock.run(pool.acquire('example.org'));
    expect(lease.attempts.map(({ endpoint, outcome }) => [endpoint.port, outcome])).toEqual([
      [587, 'failed'],
      [465, 'granted'],
    ]);
    expect(memory.judge({ address: HOST, port: 465 }, scene.clock.now())).toBe('try');
  });

  it('a refusal starts the next candidate at once, and is no silence', async () => {
    const scene = town();
    scene.weather(HOST, 465, { weather: { type: 'reject' }, latency: 5 });
    await scene.serve(HOST, 587, { latency: 10 });
    const memory = blackholeMemory();
    await using pool = poolOf(scene, both, { memory });
    await using lease = await scene.clock.run(pool.acquire('example.org'));
    expect(scene.clock.now()).toBe(30);
    expect(lease.attempts[0]).toMatchObject({
      outcome: 'failed',
      phase: 'connect',
      reason: 'connection-refused',
    });
    await scene.clock.advance(5000);
    expect(memory.entries(scene.clock.now())).toEqual([]);
  });

  it('a loser that answers late is listed as open with its delay, and closed', async () => {
    const scene = town();
    await scene.serve(HOST, 465, { latency: 400 });
    await scene.serve(HOST, 587, { latency: 10 });
    const memory = { judge: () => 'try' as const, note: vi.fn<(observation: unknown) => void>() };
    await using pool = poolOf(scene, both, { memory });
    const lease = await scene.clock.run(pool.acquire('example.org'));
    await scene.clock.advance(3000);
    expect(lease.attempts[0]).toMatchObject({ outcome: 'open', connected: 800, ms: 800, syns: 1 });
    expect(memory.note).toHaveBeenLastCalledWith({
      type: 'answered',
      endpoint: { address: HOST, port: 465 },
      at: 800,
      ms: 800,
      syns: 1,
      sibling: true,
    });
    expect(scene.network.counts).toMatchObject({ open: 1, connecting: 0 });
    await lease[Symbol.asyncDispose]();
    await scene.clock.advance(2000);
    expect(scene.network.counts.open).toBe(0);
  });

  it('one unanswered SYN is not remembered: a port whose second SYN gets through is open', async () => {
    const scene = town();
    await scene.serve(HOST, 587, { latency: 10 });
    await scene.serve(HOST, 465, { latency: 515 });
    const memory = blackholeMemory();
    await using pool = poolOf(scene, both, { memory });
    await using lease = await scene.clock.run(pool.acquire('example.org'));
    await scene.clock.advance(5000);
    expect(lease.attempts[0]).toMatchObject({ outcome: 'open', connected: 1030, syns: 2 });
    expect(memory.entries(scene.clock.now())).toEqual([]);
  });

  it('silence without an answer of another port of the address is not remembered', async () => {
    const scene = town();
    scene.weather(HOST, 465, { weather: { type: 'drop' } });
    await scene.serve('192.0.2.2', 587);
    const memory = blackholeMemory();
    await using pool = poolOf(scene, [candidate(HOST, 465), candidate('192.0.2.2', 587)], { memory });
    await using lease = await scene.clock.run(pool.acquire('example.org'));
    await scene.clock.advance(5000);
    expect(lease.attempts[0]).toMatchObject({ outcome: 'silent', syns: 2 });
    expect(memory.entries(scene.clock.now())).toEqual([]);
  });

  it('three round trips are allowed for before a SYN counts as unanswered', async () => {
    const scene = town();
    scene.weather(HOST, 465, { weather: { type: 'drop' } });
    await scene.serve(HOST, 587, { latency: 100 });
    await using pool = poolOf(scene, both);
    await using lease = await scene.clock.run(pool.acquire('example.org'));
    await scene.clock.advance(5000);
    expect(lease.attempts[0]?.ms).toBe(1020 + 3 * 200);
  });

  it('DNS-061 six addresses, the third wins: the others are closed', async () => {
    const scene = town();
    const hosts = [1, 2, 3, 4, 5, 6].map((last) => `192.0.2.${last}`);
    await scene.serve('192.0.2.1', 25, { latency: 900 });
    await scene.serve('192.0.2.2', 25, { latency: 700 });
    await scene.serve('192.0.2.3', 25, { latency: 400 });
    for (const host of hosts.slice(3)) await scene.serve(host, 25, { latency: 500 });
    const pool = poolOf(
      scene,
      hosts.map((host) => candidate(host, 25)),
    );
    const lease = await scene.clock.run(pool.acquire('example.org'));
    expect(lease.candidate.endpoint.address).toBe('192.0.2.3');
    await scene.clock.advance(10_000);
    expect(scene.network.counts).toMatchObject({ attempts: 6, connecting: 0, open: 1 });
    expect(lease.attempts.map(({ outcome }) => outcome)).toEqual([
      'open',
      'open',
      'granted',
      'open',
      'open',
      'open',
    ]);
    await scene.clock.run(dispose(lease));
    await scene.clock.run(dispose(pool));
    await scene.clock.advance(2000);
    expect(scene.network.counts.open).toBe(0);
    expect(scene.clock.alarms).toBe(0);
  });

  it('DNS-060 address families alternate within a rank, each a stagger after the one before', async () => {
    const scene = town();
    const pool = poolOf(
      scene,
      [
        candidate('2001:db8::1', 993),
        candidate('2001:db8::2', 993),
        candidate('192.0.2.1', 993),
        candidate('192.0.2.2', 143, 1),
      ],
      { timing: { deadline: 900 } },
    );
    for (const address of ['2001:db8::1', '2001:db8::2', '192.0.2.1', '192.0.2.2']) {
      scene.network.setPath(address, { weather: { type: 'drop' } });
    }
    const error = await scene.clock.run(caught(pool.acquire('example.org')));
    expect(error).toBeInstanceOf(PoolError);
    const { attempts } = error as PoolError;
    expect(attempts.map(({ endpoint, started }) => [endpoint.address, started])).toEqual([
      ['2001:db8::1', 0],
      ['192.0.2.1', 250],
      ['2001:db8::2', 500],
      ['192.0.2.2', 750],
    ]);
  });

  it('DNS-062 a slow answer after several staggers still wins; no attempt has a limit of its own below connect', async () => {
    const scene = town();
    await scene.serve(HOST, 465, { latency: 700 });
    scene.weather(HOST, 587, { weather: { type: 'reject' } });
    await using pool = poolOf(scene, both);
    await using lease = await scene.clock.run(pool.acquire('example.org'));
    expect(lease.candidate.endpoint.port).toBe(465);
    expect(lease.attempts.map(({ reason }) => reason)).toEqual([undefined, 'connection-refused']);
  });

  it('DNS-065 both ways work: the one of lower rank is taken, although its handshake outlasts the stagger', async () => {
    const scene = town();
    await scene.serve(HOST, 993, { latency: 100 });
    await scene.serve(HOST, 143, { latency: 100 });
    await using pool = poolOf(scene, [candidate(HOST, 993), candidate(HOST, 143, 1)], {
      async open(connection, _candidate, { signal }) {
        await sleep(scene.clock, 400, { signal });
        return connection;
      },
    });
    await using lease = await scene.clock.run(pool.acquire('example.org'));
    expect(scene.clock.now()).toBe(600);
    expect(lease.attempts.map(({ endpoint }) => endpoint.port)).toEqual([993]);
  });

  it('a port that accepts and then says nothing costs one openStagger', async () => {
    const scene = town();
    await scene.serve(HOST, 465, { latency: 10 });
    await scene.serve(HOST, 587, { latency: 10 });
    await using pool = poolOf(scene, both, {
      async open(connection, { method }, { signal }) {
        if (method === 'implicit-tls') await sleep(scene.clock, 60_000, { signal });
        return connection;
      },
    });
    await using lease = await scene.clock.run(pool.acquire('example.org'));
    expect(scene.clock.now()).toBe(20 + 1000 + 20);
    expect(lease.attempts[0]).toMatchObject({ outcome: 'abandoned', phase: 'open', connected: 20 });
  });
});

describe('failing', () => {
  it('everything silent: a PoolError within the deadline, each attempt timeout-connect with its SYNs', async () => {
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
});

describe('cancelling', () => {
  it('abort rejects with the reason untouched and leaves nothing behind', async () => {
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
    await using pool = poolOf(scene, both);
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
