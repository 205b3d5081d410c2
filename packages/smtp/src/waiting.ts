/** Waits for a promise, or rejects with `signal.reason`. */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  // Whoever gave up does not hear of what becomes of it.
  promise.catch(() => undefined);
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => {
    aborted.reject(signal.reason);
  };
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** Lets go of something whatever happens. */
export async function release(owned: AsyncDisposable): Promise<void> {
  try {
    await owned[Symbol.asyncDispose]();
  } catch {
    // It is gone either way.
  }
}
