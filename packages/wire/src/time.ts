/** A point in time: milliseconds on a monotonic clock with an arbitrary zero. */
export type Instant = number;

/** A duration in milliseconds. */
export type Milliseconds = number;

/**
 * Time from outside. Two primitives, so that one that is run by a test and one that is run by the system have no
 * difference a machine, a driver or a pool could see.
 */
export interface Clock {
  /** The present instant. */
  now(): Instant;
  /**
   * Calls `ring` once, not before `at`; returns a function that takes the alarm back. An alarm in the past rings soon,
   * never during the call.
   */
  alarm(at: Instant, ring: () => void): () => void;
}

/**
 * Waits for a duration. Abort ends the wait at once and rejects with `signal.reason` untouched.
 *
 * @example
 * ```ts
 * import { sleep } from '@postern/wire';
 * import { systemClock } from '@postern/wire/node';
 * await sleep(systemClock(), 250);
 * ```
 */
export function sleep(
  clock: Clock,
  duration: Milliseconds,
  options?: { readonly signal?: AbortSignal },
): Promise<void> {
  const signal = options?.signal;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const abort = (): void => {
      cancel();
      reject(signal?.reason);
    };
    const cancel = clock.alarm(clock.now() + duration, () => {
      signal?.removeEventListener('abort', abort);
      resolve();
    });
    signal?.addEventListener('abort', abort, { once: true });
  });
}

/** The reason with which a {@link deadline} signal aborts. */
export class DeadlineExceeded extends Error {
  override readonly name: string = 'DeadlineExceeded';
  readonly limit: Milliseconds;

  constructor(limit: Milliseconds) {
    super(`the deadline of ${Math.round(limit)} ms ran out`);
    this.limit = limit;
  }
}

/** A running {@link deadline}: a signal, and the way to stop its alarm once the work is done. */
export interface Deadline extends Disposable {
  readonly signal: AbortSignal;
  /** When the signal aborts. */
  readonly at: Instant;
}

/**
 * A signal that aborts after a duration on the given clock, with a {@link DeadlineExceeded}; it also follows `signal`.
 * Dispose of it when the work is done, so that its alarm does not outlive it.
 */
export function deadline(
  clock: Clock,
  duration: Milliseconds,
  options?: { readonly signal?: AbortSignal },
): Deadline {
  const controller = new AbortController();
  const outer = options?.signal;
  const follow = (): void => {
    cancel();
    controller.abort(outer?.reason);
  };
  const at = clock.now() + duration;
  const cancel = clock.alarm(at, () => {
    outer?.removeEventListener('abort', follow);
    controller.abort(new DeadlineExceeded(duration));
  });
  if (outer?.aborted) follow();
  else outer?.addEventListener('abort', follow, { once: true });
  return {
    signal: controller.signal,
    at,
    [Symbol.dispose]() {
      cancel();
      outer?.removeEventListener('abort', follow);
    },
  };
}
