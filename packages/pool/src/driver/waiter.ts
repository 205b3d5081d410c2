import { createCancellation } from './cancellation.ts';
import type { Cancellation } from './cancellation.ts';
import type { Lease } from '../lease.ts';

/**
 * One caller of `acquire`, and at the same time the options that its search for candidates is called with: one object less for
 * each of ten thousand. The signal is made when somebody reads it.
 */
export class Waiter<D, T> {
  readonly destination: D;
  /** The caller's own signal. */
  readonly caller: { readonly signal: AbortSignal | undefined };
  resolve: (lease: Lease<T>) => void = ignore;
  reject: (error: unknown) => void = ignore;
  /** What the winner opened, on its way into the lease. */
  value: T | undefined = undefined;
  #search: Cancellation | 'over' | undefined = undefined;

  constructor(destination: D, signal: AbortSignal | undefined) {
    this.destination = destination;
    this.caller = signal ? { signal } : noSignal;
  }

  /** The promise that `resolve` and `reject` settle; to be called once. */
  promise(): Promise<Lease<T>> {
    return new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  /** For the search: aborts when nobody waits any more. */
  get signal(): AbortSignal {
    if (this.#search === undefined || this.#search === 'over') this.#search = createCancellation();
    return this.#search.signal;
  }

  /** The search has come to its end. */
  searched(): void {
    this.#search = 'over';
  }

  cancelSearch(reason: unknown): void {
    if (this.#search === 'over') return;
    // Also where nobody has read the signal: who reads it later is to see that nobody waits.
    this.#search ??= createCancellation();
    this.#search.cancel(reason);
  }
}

const noSignal = { signal: undefined };

function ignore(): void {
  // Replaced before anybody calls it.
}
