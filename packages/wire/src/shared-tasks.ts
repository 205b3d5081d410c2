import { unlessAborted } from './abort.ts';

/** A task that several callers wait for. */
interface SharedTask<T> {
  readonly result: Promise<T>;
  readonly stop: AbortController;
  waiting: number;
}

/**
 * Makes a function that runs a task once for all who want the same at the same time, known by a key. What it comes to is
 * everybody's, failures too; nothing is kept once it is settled.
 *
 * Abort affects only the caller that aborts and rejects with `signal.reason` untouched; the task's own signal aborts when the
 * last caller has left, and whoever comes then begins a new one.
 *
 * @example
 * ```ts run
 * import { sharedTasks } from '@postern/wire';
 * const share = sharedTasks<number>();
 * let begun = 0;
 * const begin = async () => (begun += 1);
 * await Promise.all([share('answer', begin), share('answer', begin)]);
 * console.log(begun); // 1
 * ```
 */
export function sharedTasks<T>(): (
  key: string,
  begin: (signal: AbortSignal) => Promise<T>,
  options?: { readonly signal?: AbortSignal | undefined },
) => Promise<T> {
  const tasks = new Map<string, SharedTask<T>>();

  function start(key: string, begin: (signal: AbortSignal) => Promise<T>): SharedTask<T> {
    const stop = new AbortController();
    // Asynchronous also where `begin` throws at once.
    const result = (async () => begin(stop.signal))();
    const task: SharedTask<T> = { result, stop, waiting: 0 };
    const settled = (): void => {
      forget(key, task);
    };
    tasks.set(key, task);
    result.then(settled, settled);
    return task;
  }

  /** Whether it was still under way. */
  function forget(key: string, task: SharedTask<T>): boolean {
    return tasks.get(key) === task && tasks.delete(key);
  }

  return async (key, begin, options) => {
    const signal = options?.signal;
    if (signal?.aborted) throw signal.reason;
    const task = tasks.get(key) ?? start(key, begin);
    task.waiting += 1;
    try {
      return await unlessAborted(task.result, signal);
    } finally {
      task.waiting -= 1;
      if (task.waiting === 0 && forget(key, task)) task.stop.abort(signal?.reason);
    }
  };
}
