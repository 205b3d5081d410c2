import { UsageError } from '@postern/wire';
import type { Clock, Connection, Network } from '@postern/wire';
import type { Candidate } from './candidate.ts';
import type { PoolEvent } from './events.ts';
import type { Lease } from './lease.ts';
import type { BackOff, Limits } from './limits/limits.ts';
import type { Memory } from './memory/memory.ts';
import { RacingPool } from './racing-pool.ts';
import type { Reuse } from './reuse/reuse.ts';
import type { PoolStats } from './stats.ts';
import type { Silence, Timing } from './timing.ts';

/** Options of {@link createPool}. `D` is the caller's idea of a destination, `T` what is leased. */
export interface PoolOptions<D, T extends AsyncDisposable> {
  /** Dials. The pool owns TCP, because it has to count SYNs. */
  readonly network: Network;
  readonly clock: Clock;
  /** Names a destination, for limits and errors; two destinations with one key are the same. */
  readonly key: (destination: D) => string;
  /**
   * Finds the ways to a destination, such as by MX and address lookups. Its time counts against the deadline. What it
   * rejects with is what `acquire` rejects with; an empty list is a `PoolError`. At most 1,024 entries are read and the best
   * 64 are tried. `signal` aborts when nobody waits any more. An array at once saves a promise for each acquire.
   */
  readonly candidates: (
    destination: D,
    options: { readonly signal: AbortSignal },
  ) => Promise<readonly Candidate[]> | readonly Candidate[];
  /**
   * Makes the leased value out of a connection: a handshake, a greeting. It owns the connection, also on failure. A
   * rejection is a failed attempt; its `WireError` is kept in the record. `signal` aborts when the attempt has lost or the
   * time is up: close then and reject; after one second the pool breaks the connection. A value that comes too late is
   * disposed of.
   */
  readonly open: (
    connection: Connection,
    candidate: Candidate,
    options: { readonly signal: AbortSignal; readonly destination: D },
  ) => Promise<T>;
  readonly timing?: Partial<Timing>;
  readonly silence?: Partial<Silence>;
  readonly limits?: Partial<Limits>;
  readonly backOff?: Partial<BackOff>;
  /**
   * Whether what `open` rejected with is the peer's wish to be left alone. Default: a `WireError` whose reason ends with
   * `-temporarily`, or whose reply begins with 421.
   */
  readonly isDeferral?: (error: unknown) => boolean;
  /** Uses connections again. Default: each lease gets a new one. */
  readonly reuse?: Reuse<D, T>;
  /** Default: a {@link blackholeMemory} of its own. */
  readonly memory?: Memory;
  /** From 0 to 1, for the jitter of back-offs. Default: a sequence that begins with the clock's reading. Nothing secret hangs on it. */
  readonly random?: () => number;
  /** Hears of every attempt and its end, as it happens. What it throws is ignored. */
  readonly observe?: (event: PoolEvent) => void;
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

/**
 * Gets open connections in time, within limits. Disposal ends what is under way and waits for it to be closed; leases stay
 * valid, and are closed when they end.
 */
export interface Pool<D, T extends AsyncDisposable> extends AsyncDisposable {
  /**
   * Lends an idle connection, or races the candidates of a destination and lends the first that opens. Where a limit is
   * reached it waits for its turn, destinations in turn, until the deadline. Rejects with a {@link PoolError} that lists all
   * attempts, with what `candidates` rejected with, or with `signal.reason` when aborted; nothing is then left behind.
   */
  acquire(destination: D, options?: { readonly signal?: AbortSignal }): Promise<Lease<T>>;
  /**
   * Takes no new acquires and keeps nothing idle, and resolves when those that wait are answered, every lease has ended and
   * everything is closed.
   */
  drain(): Promise<void>;
  readonly counts: PoolCounts;
  /** What the pool holds and has done so far; a copy. */
  stats(): PoolStats;
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
 *   candidates: (address) => [
 *     { endpoint: { address, port: 465 }, method: 'implicit-tls', rank: 0 },
 *     { endpoint: { address, port: 587 }, method: 'starttls', rank: 1 },
 *   ],
 *   open: async (connection) => connection,
 *   limits: { total: 1000, perDestination: 4 },
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
