import type { Attempt } from './attempt.ts';
import type { Candidate } from './candidate.ts';

/**
 * A value that was opened, on loan until it is given back. Disposal gives it back, which today closes it, and resolves
 * when it is closed; its failure to close is the disposal's.
 */
export interface Lease<T> extends AsyncDisposable {
  /** What `open` made. Not to be used after the lease has ended. */
  readonly value: T;
  /** The candidate that won. */
  readonly candidate: Candidate;
  /** Every attempt of the race. Losers in their SYN phase are still `pending` when the lease is granted. */
  readonly attempts: readonly Attempt[];
  /**
   * Ends the lease at once and says that the value must not be used by anybody again, such as after a broken dialogue. It
   * is closed in the background. Does nothing when the lease has ended.
   */
  discard(): void;
}

/** The one implementation of {@link Lease}. */
export class PoolLease<T extends AsyncDisposable> implements Lease<T> {
  readonly value: T;
  readonly candidate: Candidate;
  readonly attempts: readonly Attempt[];
  #release: (() => void) | undefined;

  constructor(value: T, candidate: Candidate, attempts: readonly Attempt[], release: () => void) {
    this.value = value;
    this.candidate = candidate;
    this.attempts = attempts;
    this.#release = release;
  }

  discard(): void {
    const pending = this[Symbol.asyncDispose]();
    // Nobody waits for it, and a value that could not be closed is gone all the same.
    pending.catch(() => undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const release = this.#release;
    if (!release) return;
    this.#release = undefined;
    release();
    await this.value[Symbol.asyncDispose]();
  }
}
