import type { Milliseconds } from '@postern/wire';

/** What a pool has done so far, and what is going on. */
export interface PoolStats {
  /** Acquires that wait. */
  readonly waiting: number;
  /** Connections on loan. */
  readonly leased: number;
  readonly idle: number;
  /** Attempts that wait for TCP, the losers that settle the memory among them. */
  readonly halfOpen: number;
  readonly settling: number;
  /** Everything that holds a descriptor. Never above `limits.total`. */
  readonly descriptors: number;
  /** Since the pool was made. */
  readonly totals: Readonly<Totals>;
  /** How long acquires waited for their lease; upper bounds, exact to a tenth. `undefined` before the first. */
  readonly waited:
    { readonly p50: Milliseconds; readonly p90: Milliseconds; readonly p99: Milliseconds } | undefined;
}

/** Counted since the beginning. */
export interface Totals {
  acquired: number;
  granted: number;
  /** Of the granted ones: with a connection that had served before. */
  reused: number;
  /** Rejected with a `PoolError`. */
  failed: number;
  aborted: number;
  /** Sockets dialled. */
  attempts: number;
  /** Ports found silent, refused, or open after another one had won. */
  silent: number;
  refused: number;
  late: number;
  /** Attempts that were dropped because their descriptor was needed. */
  dropped: number;
  /** Idle connections that turned out to be spent. */
  spent: number;
  /** Times an address asked for less. */
  deferred: number;
}

/** Each bucket is a tenth wider than the one before, from one millisecond to more than a day. */
const GROWTH = Math.log(1.1);
const BUCKETS = 200;

/** Durations as a histogram of fixed size. */
export class Durations {
  readonly #buckets = new Uint32Array(BUCKETS);
  #count = 0;

  add(duration: Milliseconds): void {
    const bucket = duration <= 1 ? 0 : Math.min(BUCKETS - 1, Math.ceil(Math.log(duration) / GROWTH));
    this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + 1;
    this.#count += 1;
  }

  get summary(): PoolStats['waited'] {
    if (this.#count === 0) return undefined;
    return { p50: this.#quantile(0.5), p90: this.#quantile(0.9), p99: this.#quantile(0.99) };
  }

  #quantile(share: number): Milliseconds {
    let left = share * this.#count;
    for (const [bucket, count] of this.#buckets.entries()) {
      left -= count;
      if (left <= 0) return Math.round(Math.exp(bucket * GROWTH));
    }
    return Infinity;
  }
}

export function noTotals(): Totals {
  return {
    acquired: 0,
    granted: 0,
    reused: 0,
    failed: 0,
    aborted: 0,
    attempts: 0,
    silent: 0,
    refused: 0,
    late: 0,
    dropped: 0,
    spent: 0,
    deferred: 0,
  };
}
