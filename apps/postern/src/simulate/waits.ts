import type { Milliseconds } from '@postern/wire';

/** Each bucket is two per cent wider than the one before, from a millisecond to more than a day. */
const GROWTH = Math.log(1.02);
const BUCKETS = 1000;

/** Waiting times as a histogram: ten millions of them fit into a few kilobytes. */
export class Waits {
  readonly #buckets = new Uint32Array(BUCKETS);
  count = 0;
  sum = 0;

  add(wait: Milliseconds): void {
    const bucket = wait <= 1 ? 0 : Math.min(BUCKETS - 1, Math.floor(Math.log(wait) / GROWTH) + 1);
    this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + 1;
    this.count += 1;
    this.sum += wait;
  }

  /** The wait that so large a share did not exceed, to two per cent. */
  quantile(share: number): Milliseconds {
    let left = share * this.count;
    for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
      left -= this.#buckets[bucket] ?? 0;
      if (left <= 0) return Math.exp(bucket * GROWTH);
    }
    return 0;
  }

  /** Points of the curve: which share waited longer than each time. */
  exceeding(): readonly (readonly [Milliseconds, number])[] {
    const points: (readonly [Milliseconds, number])[] = [];
    let left = this.count;
    let last = -1;
    for (let bucket = 0; bucket < BUCKETS && left > 0; bucket += 1) {
      const here = this.#buckets[bucket] ?? 0;
      if (here === 0 && bucket > 0) continue;
      // Where nobody waits for so long the curve is level; a line from point to point would invent some who do.
      if (bucket > last + 1) points.push([Math.exp((bucket - 1) * GROWTH), left / this.count]);
      left -= here;
      points.push([Math.exp(bucket * GROWTH), left / this.count]);
      last = bucket;
    }
    return points;
  }
}
