import { onCancel } from '@postern/wire';
import type { Connection, Endpoint, Network } from '@postern/wire';
import { virtualClock } from '@postern/wire/testing';
import type { VirtualClock } from '@postern/wire/testing';
import { describe, expect, it } from 'vitest';
import { blackholeMemory, createPool } from '../src/index.ts';
import type { Pool, PoolOptions } from '../src/index.ts';
import { bare, candidate, caught } from './town.ts';

const MANY = 20_000;

/**
 * Swallows everything, except that some ports answer after 20 ms. By hand, and with one alarm for all who are dialled at
 * once, because the bookkeeping of the simulated network would be most of the work here.
 */
class Desert implements Network {
  connecting = 0;
  open = 0;
  readonly #clock: VirtualClock;
  readonly #answers: (endpoint: Endpoint) => boolean;
  readonly #arrivals = new Map<number, (() => void)[]>();

  constructor(clock: VirtualClock, answers: (endpoint: Endpoint) => boolean) {
    this.#clock = clock;
    this.#answers = answers;
  }

  exchange(): Promise<Uint8Array> {
    return Promise.reject(new Error('no datagrams here'));
  }

  connect(endpoint: Endpoint, options?: Parameters<Network['connect']>[1]): Promise<Connection> {
    return new Promise((resolve, reject) => {
      this.connecting += 1;
      options?.[onCancel]?.((reason) => {
        this.connecting -= 1;
        reject(reason);
      });
      if (!this.#answers(endpoint)) return;
      this.#at(this.#clock.now() + 20, () => {
        this.connecting -= 1;
        this.open += 1;
        resolve(this.#connection());
      });
    });
  }

  #at(instant: number, act: () => void): void {
    const arrivals = this.#arrivals.get(instant);
    if (arrivals) {
      arrivals.push(act);
      return;
    }
    const first = [act];
    this.#arrivals.set(instant, first);
    this.#clock.alarm(instant, () => {
      for (const one of first) one();
    });
  }

  #connection(): Connection {
    const connection: Pick<Connection, typeof Symbol.asyncDispose> = {
      [Symbol.asyncDispose]: async () => {
        this.open -= 1;
      },
    };
    return connection as Connection;
  }
}

function poolIn(
  network: Network,
  clock: VirtualClock,
  memory?: PoolOptions<number, Connection>['memory'],
): Pool<number, Connection> {
  return createPool<number, Connection>({
    network,
    clock,
    ...(memory ? { memory } : {}),
    key: String,
    candidates: async (index) => {
      const address = `10.0.${index >> 8}.${index & 255}`;
      return [candidate(address, 465), candidate(address, 587, 1)];
    },
    open: bare,
    // Here the limits are not what is looked at; a silent 465 that settles counts as well.
    limits: { total: 3 * MANY },
  });
}

// Two seconds on an idle machine; the limit is for one that is busy with other tests.
describe('twenty thousand destinations behind silent firewalls', { timeout: 30_000 }, () => {
  it('are all reached in 270 ms where 587 is open, and all remembered after 1.12 s', async () => {
    const clock = virtualClock();
    const network = new Desert(clock, ({ port }) => port === 587);
    const memory = blackholeMemory();
    const pool = poolIn(network, clock, memory);
    const leases = await clock.run(
      Promise.all(Array.from({ length: MANY }, (_, index) => pool.acquire(index))),
    );
    expect(clock.now()).toBe(270);
    expect(pool.counts).toEqual({ waiting: 0, active: MANY, connecting: 0, settling: MANY });
    await clock.advance(1000);
    expect(memory.entries(clock.now())).toHaveLength(MANY);
    expect(network).toMatchObject({ connecting: 0, open: MANY });
    expect(clock.alarms).toBe(0);
    // The second time nobody waits for 465.
    const before = clock.now();
    const again = await clock.run(
      Promise.all(Array.from({ length: 500 }, (_, index) => pool.acquire(index))),
    );
    expect(clock.now() - before).toBe(20);
    for (const lease of [...leases, ...again]) lease.discard();
    await clock.advance(0);
    expect(pool.counts).toEqual({ waiting: 0, active: 0, connecting: 0, settling: 0 });
    expect(network).toMatchObject({ connecting: 0, open: 0 });
    expect(clock.alarms).toBe(0);
  });

  it('are all given up after the time of an attempt where nothing is open', async () => {
    const clock = virtualClock();
    const network = new Desert(clock, () => false);
    const pool = poolIn(network, clock);
    const errors = await clock.run(
      Promise.all(Array.from({ length: MANY }, (_, index) => caught(pool.acquire(index)))),
    );
    expect(clock.now()).toBe(5250);
    expect(errors.every((error) => (error as { code?: unknown }).code === 'timeout-connect')).toBe(true);
    expect(network.connecting).toBe(0);
    expect(clock.alarms).toBe(0);
  });
});
