/**
 * Waits for a promise, or rejects with `signal.reason` as soon as the signal aborts. The promise goes on by itself then, and
 * what becomes of it is nobody's business; no listener stays behind at the signal.
 *
 * @example
 * ```ts run
 * import { unlessAborted } from '@postern/wire';
 * const controller = new AbortController();
 * const waiting = unlessAborted(new Promise(() => undefined), controller.signal);
 * controller.abort('enough');
 * console.log(await waiting.catch((reason: unknown) => reason)); // enough
 * ```
 */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => {
    aborted.reject(signal.reason);
  };
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort, { once: true });
  try {
    // The abort stands first: a call that comes aborted rejects even if its promise is settled already.
    return await Promise.race([aborted.promise, promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
