import { sleep } from '@postern/wire';
import { describe, expect, it, vi } from 'vitest';
import { both, candidate, caught, dispose, HOST, poolOf, silent465, town } from '../test/town.ts';
import { blackholeMemory, PoolError } from './index.ts';

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
    const note = vi.spyOn(memory, 'note');
    await using pool = poolOf(scene, both, { memory });
    await using lease = await scene.clock.run(pool.acquire('example.org'));
    expect(note).toHaveBeenCalledWith(
      expect.objectContaining({ type: 'refused', endpoint: { address: HOST, port: 465 } }),
    );
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

  it('DNS-064 an address that cannot be reached starts the next one at once; NAT64 is not handled', async () => {
    const scene = town();
    scene.weather('192.0.2.9', 25, { weather: { type: 'unreachable' }, latency: 0 });
    await scene.serve('2001:db8::1', 25);
    const memory = blackholeMemory();
    await using pool = poolOf(scene, [candidate('192.0.2.9', 25), candidate('2001:db8::1', 25, 1)], {
      memory,
    });
    await using lease = await scene.clock.run(pool.acquire('example.org'));
    expect(scene.clock.now()).toBe(20);
    expect(lease.attempts[0]).toMatchObject({ outcome: 'failed', reason: 'unreachable' });
    expect(memory.entries(20)).toEqual([]);
  });
});
