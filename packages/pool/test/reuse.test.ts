import { sleep, utf8 } from '@postern/wire';
import type { Connection } from '@postern/wire';
import { describe, expect, it } from 'vitest';
import type { Pool, PoolEvent, PoolOptions, Terms } from '../src/index.ts';
import { bare, candidate, caught, dispose, HOST, poolOf, town } from './town.ts';
import type { Town } from './town.ts';

const plain: Terms = {
  protocol: 'smtp',
  host: 'mx.example.org',
  policy: 'opportunistic',
  authorities: undefined,
  identity: undefined,
  login: undefined,
};

/** A pool that uses connections again, under terms named by the destination. */
function reusing(scene: Town, options?: Partial<PoolOptions<string, Connection>>): Pool<string, Connection> {
  return poolOf(scene, [candidate(HOST, 587)], {
    key: () => 'example.org',
    reuse: { terms: (login) => ({ ...plain, login }) },
    ...options,
  });
}

async function use(scene: Town, pool: Pool<string, Connection>, who: string): Promise<Connection> {
  const lease = await scene.clock.run(pool.acquire(who));
  const { value } = lease;
  await scene.clock.run(dispose(lease));
  return value;
}

async function open587(): Promise<Town> {
  const scene = town();
  await scene.serve(HOST, 587, { latency: 10 });
  return scene;
}

describe('reuse', () => {
  it('lends the same connection again, at once, to who asks under the same terms', async () => {
    const scene = await open587();
    const pool = reusing(scene);
    const first = await use(scene, pool, 'tim');
    const before = scene.clock.now();
    const lease = await scene.clock.run(pool.acquire('tim'));
    expect(lease.value).toBe(first);
    expect(scene.clock.now()).toBe(before);
    expect(lease.attempts).toMatchObject([{ origin: 'reused', outcome: 'granted' }]);
    expect(scene.network.counts.attempts).toBe(1);
    expect(pool.stats()).toMatchObject({ leased: 1, idle: 0, descriptors: 1, totals: { reused: 1 } });
    await scene.clock.run(dispose(lease));
    await scene.clock.run(dispose(pool));
    await scene.clock.advance(2000);
    expect(scene.network.counts.open).toBe(0);
  });

  it('never lends a connection of one login to another', async () => {
    const scene = await open587();
    const pool = reusing(scene);
    const tims = await use(scene, pool, 'tim');
    expect(await use(scene, pool, 'zoe')).not.toBe(tims);
    expect(await use(scene, pool, 'tim')).toBe(tims);
    await scene.clock.run(dispose(pool));
  });

  it('hands what comes back to who waits, before it lies on a shelf', async () => {
    const scene = await open587();
    const pool = reusing(scene, { limits: { perDestination: 1 } });
    const lease = await scene.clock.run(pool.acquire('tim'));
    const waiting = pool.acquire('tim');
    await scene.clock.advance(100);
    await scene.clock.run(dispose(lease));
    const next = await scene.clock.run(waiting);
    expect(next.value).toBe(lease.value);
    next.discard();
    await scene.clock.run(dispose(pool));
  });

  it.each([
    ['bytes that nobody asked for', (connection: Connection) => connection.write(utf8('421 bye\r\n'))],
    ['the end', (connection: Connection) => connection.end()],
    [
      'a break',
      async (connection: Connection) => {
        connection.reset();
      },
    ],
  ])('%s while it is idle make it useless', async (_what, act) => {
    const scene = town();
    const served: Connection[] = [];
    scene.network.setPath(`${HOST}:587`, { latency: 10 });
    await scene.network.listen({ address: HOST, port: 587 }, async (connection) => {
      served.push(connection);
      while (await connection.read()) continue;
      await connection[Symbol.asyncDispose]();
    });
    const pool = reusing(scene);
    const first = await use(scene, pool, 'tim');
    const [server] = served;
    if (!server) throw new Error('nobody came');
    await scene.clock.run(act(server));
    await scene.clock.advance(50);
    expect(pool.stats()).toMatchObject({ idle: 0, totals: { spent: 1 } });
    expect(await use(scene, pool, 'tim')).not.toBe(first);
    await scene.clock.run(dispose(pool));
    await scene.clock.advance(2000);
    expect(scene.clock.alarms).toBe(0);
  });

  it('counts a connection once that ends while somebody looks at it', async () => {
    const scene = town();
    const served: Connection[] = [];
    scene.network.setPath(`${HOST}:587`, { latency: 0 });
    await scene.network.listen({ address: HOST, port: 587 }, async (connection) => {
      served.push(connection);
    });
    const pool = reusing(scene, { limits: { perDestination: 1 } });
    const first = await scene.clock.run(pool.acquire('tim'));
    const waiting = pool.acquire('tim');
    await served[0]?.end();
    await scene.clock.run(dispose(first));
    const lease = await scene.clock.run(waiting);
    expect(lease.value).not.toBe(first.value);
    expect(pool.stats().totals.spent).toBe(1);
    lease.discard();
    await scene.clock.run(dispose(pool));
  });

  it('keeps nothing longer than the idle time, the age and the number of uses', async () => {
    const scene = await open587();
    const reuse = { terms: () => plain, idle: 1000, age: 2900, uses: 4 };
    const pool = reusing(scene, { reuse });
    const first = await use(scene, pool, 'a');
    await scene.clock.advance(999);
    expect(await use(scene, pool, 'a')).toBe(first);
    await scene.clock.advance(1000);
    expect(pool.stats().idle).toBe(0);
    // By age: used again and again, but not for longer than 2.9 s.
    const second = await use(scene, pool, 'a');
    for (const _ of [1, 2]) {
      await scene.clock.advance(990);
      expect(await use(scene, pool, 'a')).toBe(second);
    }
    await scene.clock.advance(990);
    expect(pool.stats().idle).toBe(0);
    // By uses: the fourth is the last.
    const third = await use(scene, pool, 'a');
    for (const _ of [2, 3, 4]) expect(await use(scene, pool, 'a')).toBe(third);
    expect(await use(scene, pool, 'a')).not.toBe(third);
    await scene.clock.run(dispose(pool));
    await scene.clock.advance(2000);
    expect(scene.network.counts.open).toBe(0);
  });

  it('asks a connection that was idle for long, and dials beside one that does not answer', async () => {
    const scene = await open587();
    let answer: () => Promise<boolean> = async () => true;
    const reuse = { terms: () => plain, checkAfter: 100, check: () => answer() };
    const pool = reusing(scene, { reuse });
    const first = await use(scene, pool, 'a');
    await scene.clock.advance(200);
    expect(await use(scene, pool, 'a')).toBe(first);
    await scene.clock.advance(200);
    answer = async () => false;
    const second = await use(scene, pool, 'a');
    expect(second).not.toBe(first);
    await scene.clock.advance(200);
    answer = () => new Promise(() => undefined);
    const before = scene.clock.now();
    const third = await use(scene, pool, 'a');
    expect(third).not.toBe(second);
    expect(scene.clock.now() - before).toBe(270);
    await scene.clock.run(dispose(pool));
    await scene.clock.advance(2000);
    expect(scene.network.counts.open).toBe(0);
    expect(scene.clock.alarms).toBe(0);
  });

  it('closes the connection that was idle for longest when descriptors are scarce', async () => {
    const scene = await open587();
    const pool = reusing(scene, { limits: { total: 2 } });
    const leases = [await scene.clock.run(pool.acquire('a')), await scene.clock.run(pool.acquire('b'))];
    for (const lease of leases) await scene.clock.run(dispose(lease));
    expect(pool.stats()).toMatchObject({ idle: 2, descriptors: 2 });
    const third = await scene.clock.run(pool.acquire('c'));
    expect(pool.stats()).toMatchObject({ idle: 1, leased: 1, descriptors: 2 });
    const again = await scene.clock.run(pool.acquire('b'));
    expect(again.value).toBe(leases[1]?.value);
    third.discard();
    again.discard();
    await scene.clock.run(dispose(pool));
  });

  it('drains: nobody new, nothing idle, and it waits for the last lease', async () => {
    const scene = await open587();
    const pool = reusing(scene);
    await use(scene, pool, 'a');
    const lease = await scene.clock.run(pool.acquire('b'));
    const drained = pool.drain();
    expect(await caught(pool.acquire('c'))).toMatchObject({ name: 'UsageError' });
    await scene.clock.advance(100);
    expect(pool.stats()).toMatchObject({ idle: 0, leased: 1 });
    await scene.clock.run(dispose(lease));
    await scene.clock.run(drained);
    await scene.clock.advance(2000);
    expect(scene.network.counts.open).toBe(0);
  });

  it('a deferral of the peer is kept to: its address is left alone', async () => {
    const scene = await open587();
    const pool = reusing(scene, { backOff: { first: 1000, most: 1000 }, random: () => 1 });
    const lease = await scene.clock.run(pool.acquire('a'));
    lease.backOff();
    await scene.clock.advance(0);
    const before = scene.clock.now();
    const next = await scene.clock.run(pool.acquire('a'));
    expect(scene.clock.now() - before).toBe(1020);
    expect(pool.stats().totals.deferred).toBe(1);
    next.discard();
    await scene.clock.run(dispose(pool));
  });

  it.each([
    [{ reuse: { terms: 5 } }, 'reuse.terms'],
    [{ reuse: { terms: () => plain, idle: 0 } }, 'reuse.idle'],
    [{ reuse: { terms: () => plain, idle: 10, age: 5 } }, 'reuse.age'],
    [{ reuse: { terms: () => plain, uses: 0 } }, 'reuse.uses'],
    [{ limits: { total: 0 } }, 'limits.total'],
    [{ limits: { halfOpen: 0 } }, 'limits.halfOpen'],
    [{ limits: { perDestination: 0 } }, 'limits.perDestination'],
    [{ limits: { perAddress: 0 } }, 'limits.perAddress'],
    [{ limits: { perGroup: 0 } }, 'limits.perGroup'],
    [{ limits: { initial: 0 } }, 'limits.initial'],
    [{ limits: { total: Infinity } }, 'limits.total'],
    [{ limits: { perAddress: 0 } }, 'limits.perAddress'],
    [{ limits: { perDestination: 1.5 } }, 'limits.perDestination'],
    [{ limits: { total: 5, halfOpen: 6 } }, 'limits.halfOpen'],
    [{ limits: { perAddress: 5, initial: 6 } }, 'limits.initial'],
    [{ backOff: { first: 0 } }, 'backOff.first'],
    [{ backOff: { first: 10, most: 5 } }, 'backOff.most'],
    [{ silence: { falsePositive: 0 } }, 'silence.falsePositive'],
    [{ timing: { open: 0 } }, 'timing.open'],
  ])('%o is refused at construction with the reason', async (options, named) => {
    const scene = town();
    expect(() => reusing(scene, options as never)).toThrow(
      expect.objectContaining({ name: 'UsageError', message: expect.stringContaining(named) as string }),
    );
  });

  it.each([
    [{}, 'protocol'],
    [{ ...plain, policy: undefined }, 'policy'],
    [{ ...plain, login: 5 }, 'login'],
    [{ protocol: 'smtp', host: 'a', policy: 'b' }, 'authorities'],
    [undefined, 'no object'],
  ])('terms %o reject the acquire with the reason', async (terms, named) => {
    const scene = await open587();
    const pool = reusing(scene, { reuse: { terms: () => terms as never } });
    expect(await caught(pool.acquire('a'))).toMatchObject({
      name: 'UsageError',
      message: expect.stringContaining(named) as string,
    });
    await scene.clock.run(dispose(pool));
  });
});

it('tells whoever watches of every attempt and its end, and does not mind what the watcher throws', async () => {
  const scene = town();
  scene.weather(HOST, 465, { weather: { type: 'drop' } });
  await scene.serve(HOST, 587, { latency: 10 });
  const events: PoolEvent[] = [];
  const pool = poolOf(scene, [candidate(HOST, 465, 0, 'implicit-tls'), candidate(HOST, 587, 1, 'starttls')], {
    open: bare,
    observe: (event) => {
      events.push(event);
      throw new Error('a bug in the watcher');
    },
  });
  const lease = await scene.clock.run(pool.acquire('example.org'));
  await sleepFor(scene, 2000);
  const about = {
    destination: 'example.org',
    endpoint: { address: HOST, port: 465 },
    method: 'implicit-tls',
  };
  const other = { destination: 'example.org', endpoint: { address: HOST, port: 587 }, method: 'starttls' };
  expect(events).toEqual([
    { type: 'attempt', ...about, at: 0 },
    { type: 'attempt', ...other, at: 250 },
    { type: 'won', ...other, at: 270, origin: 'dialled', ms: 20, connected: 20, syns: 1 },
    { type: 'lost', ...about, at: 1120, outcome: 'silent', reason: undefined, ms: 1120 },
    { type: 'silent', endpoint: about.endpoint, at: 1120, ms: 1120, syns: 2, sibling: true },
  ]);
  lease.discard();
  await scene.clock.run(dispose(pool));
});

it('looks again at a port behind the back of a caller, and uses it when it has opened', async () => {
  const scene = town();
  scene.weather(HOST, 465, { weather: { type: 'drop' } });
  await scene.serve(HOST, 587, { latency: 10 });
  const pool = poolOf(scene, [candidate(HOST, 465), candidate(HOST, 587, 1)]);
  const acquire = async (): Promise<readonly [number, number]> => {
    const before = scene.clock.now();
    const lease = await scene.clock.run(pool.acquire('a'));
    lease.discard();
    return [lease.candidate.endpoint.port, scene.clock.now() - before];
  };
  expect(await acquire()).toEqual([587, 270]);
  await sleepFor(scene, 60_000);
  expect(await acquire()).toEqual([587, 20]);
  expect(scene.network.counts.attempts).toBe(3);
  // Ten minutes later somebody is served at once, and 465 is dialled afterwards; it has opened.
  await sleepFor(scene, 600_000);
  await scene.serve(HOST, 465, { weather: { type: 'accept' }, latency: 10 });
  expect(await acquire()).toEqual([587, 20]);
  expect(scene.network.counts.attempts).toBe(5);
  await sleepFor(scene, 5000);
  expect(await acquire()).toEqual([465, 20]);
  await scene.clock.run(dispose(pool));
  await sleepFor(scene, 2000);
  expect(scene.network.counts.open).toBe(0);
});

async function sleepFor({ clock }: Town, ms: number): Promise<void> {
  await clock.run(sleep(clock, ms));
}
