import type { Attempt } from './attempt.ts';
import type { Candidate } from './candidate.ts';

/**
 * A value that was opened, on loan until it is given back. Disposal gives it back: where the pool has `reuse`, for the next one
 * who asks under the same terms; else it is closed, and the disposal resolves when it is and fails with its failure.
 */
export interface Lease<T> extends AsyncDisposable {
  /** What `open` made. Not to be used after the lease has ended. */
  readonly value: T;
  /** The candidate that won. */
  readonly candidate: Candidate;
  /** Every attempt of the race. Losers in their SYN phase are still `pending` when the lease is granted. */
  readonly attempts: readonly Attempt[];
  /**
   * Ends the lease at once and says that the value must not be used by anybody again, such as after a broken or unfinished
   * dialogue. It is closed in the background. Does nothing when the lease has ended.
   */
  discard(): void;
  /**
   * The same, and says that the peer asked for less by a 421 or another 4xx: its address is left alone for a while, which doubles
   * with each time, and gets fewer connections at once afterwards.
   */
  backOff(): void;
}

/** How a lease ends. */
export type LeaseEnd = 'returned' | 'discarded' | 'deferred';

/** The one implementation of {@link Lease}. */
export class PoolLease<T extends AsyncDisposable> implements Lease<T> {
  readonly value: T;
  readonly candidate: Candidate;
  readonly attempts: readonly Attempt[];
  #end: ((how: LeaseEnd) => Promise<void>) | undefined;

  constructor(
    value: T,
    candidate: Candidate,
    attempts: readonly Attempt[],
    end: (how: LeaseEnd) => Promise<void>,
  ) {
    this.value = value;
    this.candidate = candidate;
    this.attempts = attempts;
    this.#end = end;
  }

  discard(): void {
    this.#over('discarded').catch(() => undefined);
  }

  backOff(): void {
    this.#over('deferred').catch(() => undefined);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#over('returned');
  }

  async #over(how: LeaseEnd): Promise<void> {
    const end = this.#end;
    this.#end = undefined;
    await end?.(how);
  }
}
