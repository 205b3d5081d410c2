import type { Connection } from '@postern/wire';
import { sleep } from '@postern/wire';
import { describe, expect, it } from 'vitest';
import { createPool } from '../src/index.ts';
import type { Pool, Terms } from '../src/index.ts';
import { candidate, dispose, HOST, town } from './town.ts';
import type { Town } from './town.ts';

const terms: Terms = {
  protocol: 'smtp',
  host: 'mx.example.org',
  policy: 'opportunistic',
  authorities: undefined,
  identity: undefined,
  login: undefined,
};

/** A value that says goodbye for half a second before it closes. */
class Polite implements AsyncDisposable {
  closed = false;
  readonly #connection: Connection;
  readonly #scene: Town;

  constructor(connection: Connection, scene: Town) {
    this.#connection = connection;
    this.#scene = scene;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await sleep(this.#scene.clock, 500);
    await this.#connection[Symbol.asyncDispose]();
    this.closed = true;
  }
}

async function politePool(reuse: boolean): Promise<{ scene: Town; pool: Pool<string, Polite> }> {
  const scene = town();
  await scene.serve(HOST, 587);
  const pool = createPool<string, Polite>({
    network: scene.network,
    clock: scene.clock,
    key: (destination) => destination,
    candidates: () => [candidate(HOST, 587)],
    open: async (connection) => new Polite(connection, scene),
    ...(reuse && { reuse: { terms: () => terms } }),
  });
  return { scene, pool };
}

describe('the end of a pool waits until everything is closed', () => {
  it.each([true, false])('also a lease that ends while it drains (reuse: %s)', async (reuse) => {
    const { scene, pool } = await politePool(reuse);
    const lease = await scene.clock.run(pool.acquire('a'));
    const drained = pool.drain();
    await scene.clock.advance(10);
    void dispose(lease);
    await scene.clock.run(drained);
    expect(lease.value.closed).toBe(true);
  });

  it.each(['drain', 'disposal'])('also a lease that was discarded just before (%s)', async (how) => {
    const { scene, pool } = await politePool(false);
    const lease = await scene.clock.run(pool.acquire('a'));
    lease.discard();
    await scene.clock.run(how === 'drain' ? pool.drain() : dispose(pool));
    expect(lease.value.closed).toBe(true);
  });

  it('also the connection that came back after a first drain was over', async () => {
    const { scene, pool } = await politePool(true);
    const lease = await scene.clock.run(pool.acquire('a'));
    await scene.clock.run(dispose(pool));
    await scene.clock.run(dispose(lease));
    expect(lease.value.closed).toBe(false);
    await scene.clock.run(dispose(pool));
    expect(lease.value.closed).toBe(true);
  });
});
