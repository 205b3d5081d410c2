import { UsageError } from '@postern/wire';
import type { Clock, Connection, Network } from '@postern/wire';
import { orderCandidates } from './candidate.ts';
import type { Candidate } from './candidate.ts';
import { AbortWatch } from './driver/abort-watch.ts';
import { createCancellation } from './driver/cancellation.ts';
import type { Cancellation } from './driver/cancellation.ts';
import { breakConnection, callHook, Driver } from './driver/driver.ts';
import type { DrivenAttempt, DrivenRace, Sockets } from './driver/driver.ts';
import { PoolLease } from './lease.ts';
import type { Lease } from './lease.ts';
import { blackholeMemory } from './memory/blackhole.ts';
import type { Memory } from './memory/memory.ts';
import { PoolError } from './pool-error.ts';
import type { RaceEnd } from './race/race.ts';
import { faultOf, Scheduler } from './scheduler.ts';
import { checkSilence, checkTiming } from './timing.ts';
import type { Silence, Timing } from './timing.ts';

/** Options of {@link createPool}. `D` is the caller's idea of a destination, `T` what is leased. */
export interface PoolOptions<D, T extends AsyncDisposable> {
  /** Dials. The pool owns TCP, because it has to count SYNs. */
  readonly network: Network;
  readonly clock: Clock;
  /** Names a destination, for errors; two destinations with one key are the same. */
  readonly key: (destination: D) => string;
  /**
   * Finds the ways to a destination, such as by MX and address lookups. Its time counts against the deadline. What it
   * rejects with is what `acquire` rejects with; an empty list is a `PoolError`. At most 1,024 entries are read and the best
   * 64 are tried. `signal` aborts when nobody waits any more.
   */
  readonly candidates: (
    destination: D,
    options: { readonly signal: AbortSignal },
  ) => Promise<readonly Candidate[]>;
  /**
   * Makes the leased value out of a connection: a handshake, a greeting. It owns the connection, also on failure. A
   * rejection is a failed attempt; its `WireError` is kept in the record. `signal` aborts when the attempt has lost or the
   * time is up: close then and reject; after one second the pool breaks the connection. A value that comes too late is
   * disposed of.
   */
  readonly open: (
    connection: Connection,
    candidate: Candidate,
    options: { readonly signal: AbortSignal },
  ) => Promise<T>;
  readonly timing?: Partial<Timing>;
  readonly silence?: Partial<Silence>;
  /** Default: a {@link blackholeMemory} of its own. */
  readonly memory?: Memory;
}

/** How much is going on. */
export interface PoolCounts {
  /** Acquires that have not been answered. */
  readonly waiting: number;
  /** Leases that have not ended. */
  readonly active: number;
  /** Attempts, dialling or in `open`, whose destination still waits. */
  readonly connecting: number;
  /** Attempts that have lost: they wait for the SYN that settles the memory, or for their hook to come back. */
  readonly settling: number;
}

/** Gets open connections in time. Disposal ends what is under way and waits for it to be closed; leases stay valid. */
export interface Pool<D, T extends AsyncDisposable> extends AsyncDisposable {
  /**
   * Races the candidates of a destination and grants the first that opens. Rejects with a {@link PoolError} that lists all
   * attempts, with what `candidates` rejected with, or with `signal.reason` when aborted; nothing is then left behind.
   */
  acquire(destination: D, options?: { readonly signal?: AbortSignal }): Promise<Lease<T>>;
  readonly counts: PoolCounts;
}

/**
 * Makes a pool. Throws `UsageError` for options that contradict each other.
 *
 * @example
 * ```ts
 * import { createPool } from '@postern/pool';
 * import { nodeNetwork, systemClock } from '@postern/wire/node';
 *
 * await using pool = createPool({
 *   network: nodeNetwork(),
 *   clock: systemClock(),
 *   key: (address: string) => address,
 *   candidates: async (address) => [
 *     { endpoint: { address, port: 465 }, method: 'implicit-tls', rank: 0 },
 *     { endpoint: { address, port: 587 }, method: 'starttls', rank: 1 },
 *   ],
 *   open: async (connection) => connection,
 * });
 * await using lease = await pool.acquire('192.0.2.1');
 * lease.candidate.method; // 'starttls', after a quarter of a second, where a firewall swallows 465
 * ```
 */
export function createPool<D, T extends AsyncDisposable>(options: PoolOptions<D, T>): Pool<D, T> {
  for (const name of ['key', 'candidates', 'open'] as const) {
    if (typeof options[name] !== 'function') {
      throw new UsageError(`${name} is not a function`, 'a pool needs key, candidates and open');
    }
  }
  for (const name of ['network', 'clock'] as const) {
    if (typeof options[name] !== 'object' || options[name] === null) {
      throw new UsageError(`${name} is missing`, 'a pool is given its network and its clock');
    }
  }
  return new RacingPool(options);
}

/** One caller of `acquire`. */
interface Waiter<D, T> {
  readonly key: string;
  readonly destination: D;
  readonly resolve: (lease: Lease<T>) => void;
  readonly reject: (error: unknown) => void;
  readonly signal: AbortSignal | undefined;
  /** The search for candidates, while it is under way. */
  search: Cancellation | undefined;
  /** What the winner opened, on its way into the lease. */
  value: T | undefined;
}

type PoolRace<D, T> = DrivenRace<Waiter<D, T>>;

class RacingPool<D, T extends AsyncDisposable> implements Pool<D, T> {
  readonly #options: PoolOptions<D, T>;
  readonly #memory: Memory;
  readonly #scheduler: Scheduler<Waiter<D, T>, Sockets>;
  readonly #driver: Driver<Waiter<D, T>>;
  readonly #watch: AbortWatch<PoolRace<D, T>>;
  #active = 0;
  #disposed = false;

  constructor(options: PoolOptions<D, T>) {
    const timing = checkTiming(options.timing);
    const silence = checkSilence(options.silence);
    this.#options = options;
    this.#memory = options.memory ?? blackholeMemory();
    this.#scheduler = new Scheduler({
      ...timing,
      ...silence,
      margin: 100,
      sockets: 1,
      socketGap: 0,
      every: false,
    });
    this.#driver = new Driver<Waiter<D, T>>({
      network: options.network,
      clock: options.clock,
      memory: this.#memory,
      scheduler: this.#scheduler,
      deadline: timing.deadline,
      open: (race, attempt, connection, hook) => {
        this.#open(race, attempt, connection, hook);
      },
      granted: (race, attempt) => {
        this.#granted(race, attempt);
      },
      exhausted: (race, why) => {
        this.#exhausted(race, why);
      },
    });
    this.#watch = new AbortWatch((race, reason) => {
      this.#abort(race, reason);
    });
  }

  get counts(): PoolCounts {
    const counts = { waiting: 0, active: this.#active, connecting: 0, settling: 0 };
    for (const race of this.#scheduler.races()) {
      if (!race.answered) counts.waiting += 1;
      const running = race.attempts.filter((attempt) => attempt.state !== 'ended').length;
      if (race.answered) counts.settling += running;
      else counts.connecting += running;
    }
    return counts;
  }

  acquire(destination: D, options?: { readonly signal?: AbortSignal }): Promise<Lease<T>> {
    const signal = options?.signal;
    return new Promise<Lease<T>>((resolve, reject) => {
      // What throws in here rejects the promise: a key that throws is the caller's own error.
      if (this.#disposed) {
        throw new UsageError(
          'acquire was called after the pool was disposed of',
          'a disposed pool is at its end',
        );
      }
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const key: unknown = this.#options.key(destination);
      if (typeof key !== 'string')
        throw new UsageError('key did not return a text', 'the key of a destination is a text');
      const search = createCancellation();
      const waiter: Waiter<D, T> = { key, destination, resolve, reject, signal, search, value: undefined };
      const race = this.#scheduler.request(waiter, this.#options.clock.now());
      if (signal) this.#watch.add(signal, race);
      this.#search(race, search);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    // Ending a race changes the list, so it is taken first.
    for (const race of Array.from(this.#scheduler.races())) this.#abandon(race, 'disposed', undefined);
    await this.#driver.idle();
  }

  #search(race: PoolRace<D, T>, search: Cancellation): void {
    callHook(() => this.#options.candidates(race.handle.destination, search)).then(
      (candidates) => {
        race.handle.search = undefined;
        if (race.answered) return;
        const now = this.#options.clock.now();
        let ordered: readonly Candidate[];
        try {
          ordered = orderCandidates(candidates, ({ endpoint }) => this.#isPostponed(endpoint, now));
        } catch (error) {
          this.#fail(race, error);
          return;
        }
        this.#driver.perform(this.#scheduler.candidates(race, ordered, now));
      },
      (error: unknown) => {
        race.handle.search = undefined;
        this.#fail(race, error);
      },
    );
    this.#driver.arm();
  }

  #isPostponed(endpoint: Candidate['endpoint'], now: number): boolean {
    try {
      return this.#memory.judge(endpoint, now) === 'try-last';
    } catch {
      return false;
    }
  }

  #open(race: PoolRace<D, T>, attempt: DrivenAttempt, connection: Connection, hook: Cancellation): void {
    const settle = (settlement: Parameters<Scheduler<Waiter<D, T>, Sockets>['settled']>[2]): void => {
      if (attempt.handle) attempt.handle.hook = undefined;
      this.#driver.perform(this.#scheduler.settled(race, attempt, settlement, this.#options.clock.now()));
    };
    const failed = (error: unknown): void => {
      // The hook owns the connection and should have closed it; if it did not, nobody else will.
      breakConnection(connection);
      settle({ type: 'failed', error, fault: faultOf(error) });
    };
    callHook(() => this.#options.open(connection, attempt.candidate, hook)).then((value) => {
      if (!isDisposable(value)) {
        failed(
          new UsageError(
            'open resolved to a value without Symbol.asyncDispose',
            'what is leased can be closed',
          ),
        );
        return;
      }
      if (attempt.state === 'open' && !race.answered) race.handle.value = value;
      else this.#driver.close(value);
      settle({ type: 'opened' });
    }, failed);
  }

  #granted(race: PoolRace<D, T>, attempt: DrivenAttempt): void {
    const waiter = race.handle;
    const { value } = waiter;
    if (value === undefined) return;
    waiter.value = undefined;
    attempt.handle = undefined;
    this.#answered(race);
    this.#active += 1;
    waiter.resolve(
      new PoolLease(value, attempt.candidate, race.records(), () => {
        this.#active -= 1;
      }),
    );
  }

  #exhausted(race: PoolRace<D, T>, why: RaceEnd): void {
    const { key, reject, search } = race.handle;
    this.#answered(race);
    search?.cancel(this.#driver.reason(race, why));
    if (why === 'aborted') {
      reject(race.reason);
      return;
    }
    const attempts = race.records();
    const odd = attempts.find((attempt) => attempt.error !== undefined && attempt.fault === undefined);
    reject(new PoolError(key, why, attempts, odd ? { cause: odd.error } : undefined));
  }

  /** The waiter has its answer, so its signal is of no interest any more. */
  #answered(race: PoolRace<D, T>): void {
    const { signal } = race.handle;
    if (signal) this.#watch.delete(signal, race);
  }

  #abort(race: PoolRace<D, T>, reason: unknown): void {
    this.#abandon(race, 'aborted', reason);
  }

  /** The search failed: there is nothing to race. */
  #fail(race: PoolRace<D, T>, error: unknown): void {
    if (!race.answered) this.#abandon(race, 'aborted', error);
  }

  #abandon(race: PoolRace<D, T>, why: RaceEnd, reason: unknown): void {
    this.#driver.perform(this.#scheduler.abandon(race, why, reason, this.#options.clock.now()));
  }
}

function isDisposable(value: unknown): value is AsyncDisposable {
  return (
    typeof value === 'object' &&
    value !== null &&
    Symbol.asyncDispose in value &&
    typeof value[Symbol.asyncDispose] === 'function'
  );
}
