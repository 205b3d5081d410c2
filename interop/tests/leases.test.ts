// Ten thousand leases for a hundred users while the servers die at random: nobody is left waiting, and nothing is left open.
import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createPool, PoolError } from '@postern/pool';
import type { Terms } from '@postern/pool';
import { openSmtp } from '@postern/smtp';
import type { Smtp } from '@postern/smtp';
import { serveSmtp } from '@postern/smtp/server';
import { isWireError } from '@postern/wire';
import type { Connection, Listener } from '@postern/wire';
import { nodeNetwork, systemClock } from '@postern/wire/node';
import { seededRandom } from '@postern/wire/testing';
import { expect, test } from 'vitest';

const USERS = 100;
const LEASES = 10_000;
const HOSTS = 8;
const LIMITS = { total: 60, halfOpen: 30, perDestination: 12, perAddress: 10, initial: 5 };
const SEED = Number(process.env['POSTERN_SEED'] ?? Date.now() % 1e9);

const clock = systemClock();
const network = nodeNetwork();
const addressOf = (host: number): string => `127.0.3.${host + 1}`;

/** A server that can be killed, with everything on it, and started again on the same port. */
class Mortal {
  readonly #address: string;
  #port = 0;
  readonly #connections = new Set<Connection>();
  #listener: Listener | undefined;
  deaths = 0;
  cuts = 0;

  constructor(address: string) {
    this.#address = address;
  }

  get port(): number {
    return this.#port;
  }

  async start(): Promise<void> {
    this.#listener = await network.listen(
      { address: this.#address, port: this.#port },
      async (connection) => {
        this.#connections.add(connection);
        try {
          await serveSmtp(connection, { domain: 'mx.example.org', clock });
        } finally {
          this.#connections.delete(connection);
        }
      },
    );
    this.#port = this.#listener.endpoint.port;
  }

  async die(): Promise<void> {
    this.deaths += 1;
    await this.#listener?.[Symbol.asyncDispose]();
    this.#listener = undefined;
  }

  /** Breaks one connection in the middle of whatever is said there. */
  cut(random: () => number): void {
    const open = [...this.#connections];
    const victim = open[Math.floor(random() * open.length)];
    if (!victim) return;
    this.cuts += 1;
    victim.reset();
  }
}

const descriptors = (): number => readdirSync('/proc/self/fd').length;

/** Sockets, listeners and alarms of this process, by kind. */
function resources(): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) {
    if (/TCP|Pipe/.test(kind)) counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

test(
  `${LEASES} leases for ${USERS} users while servers die at random (seed ${SEED}): limits hold, nothing leaks`,
  { timeout: 120_000 },
  async () => {
    const random = seededRandom(SEED);
    const before = { descriptors: descriptors(), resources: resources() };
    const servers = Array.from({ length: HOSTS }, (_, host) => new Mortal(addressOf(host)));
    for (const server of servers) await server.start();

    const terms = (host: number): Terms => ({
      protocol: 'smtp',
      host: `host${host}`,
      policy: 'none',
      authorities: undefined,
      identity: undefined,
      login: undefined,
    });
    const pool = createPool<number, Smtp>({
      network,
      clock,
      key: String,
      // Each has another one to go to.
      candidates: (host) =>
        [host, (host + 1) % HOSTS].map((index, rank) => ({
          endpoint: { address: addressOf(index), port: servers[index]?.port ?? 1 },
          method: 'plain',
          rank,
        })),
      async open(connection, _candidate, { signal }) {
        const smtp = await openSmtp(connection, { clock, signal });
        const hello = await smtp.ehlo('client.example', { signal });
        if (!hello.ok) throw new Error('no EHLO');
        return smtp;
      },
      limits: LIMITS,
      timing: { deadline: 10_000 },
      reuse: {
        terms,
        check: async (smtp, { signal }) => (await smtp.noop({ signal })).ok,
        checkAfter: 50,
        idle: 500,
        uses: 40,
      },
      observe: () => {
        most = Math.max(most, pool.stats().descriptors);
      },
    });
    let most = 0;
    const stop = new AbortController();
    const reaper = (async () => {
      while (!stop.signal.aborted) {
        await sleep(5 + random() * 20);
        const server = servers[Math.floor(random() * HOSTS)];
        if (!server) continue;
        if (random() < 0.8) {
          server.cut(random);
          continue;
        }
        await server.die();
        await sleep(random() * 60);
        await server.start();
      }
    })();

    const ends = { served: 0, broke: 0, aborted: 0, refused: 0 };
    let left = LEASES;
    const user = async (): Promise<void> => {
      while (left > 0) {
        left -= 1;
        const caller = new AbortController();
        const impatient = random() < 0.02;
        if (impatient) setTimeout(() => caller.abort('changed my mind'), random() * 20);
        const host = Math.floor(random() * HOSTS);
        try {
          await using lease = await pool.acquire(host, { signal: caller.signal });
          try {
            if ((await lease.value.noop()).ok) ends.served += 1;
            else lease.discard();
          } catch (error) {
            if (!isWireError(error)) throw error;
            ends.broke += 1;
            lease.discard();
          }
          if (random() < 0.05) lease.discard();
        } catch (error) {
          if (error === 'changed my mind') ends.aborted += 1;
          else if (error instanceof PoolError) ends.refused += 1;
          else throw error;
        }
      }
    };
    const begun = performance.now();
    await Promise.all(Array.from({ length: USERS }, user));
    const seconds = (performance.now() - begun) / 1000;
    stop.abort();
    await reaper;
    const { totals, waiting, leased } = pool.stats();
    await pool.drain();
    await pool[Symbol.asyncDispose]();
    const after = pool.stats();
    for (const server of servers) await server.die();
    // The system closes a descriptor in the turn after its socket was destroyed.
    await sleep(200);

    const deaths = servers.reduce((sum, server) => sum + server.deaths, 0);
    const cuts = servers.reduce((sum, server) => sum + server.cuts, 0);
    console.log(
      `${LEASES} leases in ${seconds.toFixed(1)} s, seed ${SEED}: ${JSON.stringify(ends)}; ${deaths} servers died, ${cuts} connections were cut; ` +
        `${totals.attempts} dialled, ${totals.reused} reused, ${totals.spent} spent; ${most} descriptors at most; ` +
        `descriptors ${before.descriptors} before, ${descriptors()} after`,
    );
    expect(ends.served + ends.broke + ends.aborted + ends.refused).toBe(LEASES);
    expect({ waiting, leased }).toEqual({ waiting: 0, leased: 0 });
    expect(totals.acquired).toBe(totals.granted + totals.failed + totals.aborted);
    expect(most).toBeLessThanOrEqual(LIMITS.total);
    expect(after).toMatchObject({ waiting: 0, leased: 0, idle: 0, halfOpen: 0, settling: 0, descriptors: 0 });
    expect({ descriptors: descriptors(), resources: resources() }).toEqual(before);
    // A run in which nothing died proves nothing.
    expect(deaths).toBeGreaterThan(5);
    expect(cuts).toBeGreaterThan(20);
    expect(totals.reused).toBeGreaterThan(100);
  },
);
