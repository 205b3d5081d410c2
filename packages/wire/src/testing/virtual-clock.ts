import type { Clock, Instant, Milliseconds } from '../time.ts';
import { AlarmHeap } from './alarm-heap.ts';
import type { Alarm } from './alarm-heap.ts';

/** A clock that a test moves. */
export interface VirtualClock extends Clock {
  /**
   * Moves time forward, ringing every alarm on the way in order; between alarms all pending promises settle first, so
   * code that waits on both sees the order it would see in real life.
   */
  advance(duration: Milliseconds): Promise<void>;
  /**
   * Runs a task to its end by moving time to the next alarm whenever everything waits. Rejects when nothing is left that
   * could wake it (a hang) or when `limit` (default one virtual day) has passed.
   */
  run<T>(task: Promise<T> | (() => Promise<T>), options?: { readonly limit?: Milliseconds }): Promise<T>;
  /** How many alarms are set: a leak shows here. */
  readonly alarms: number;
}

/** Makes a {@link VirtualClock}; it starts at `start` (default 0). */
export function virtualClock(options?: { readonly start?: Instant }): VirtualClock {
  let now = options?.start ?? 0;
  let order = 0;
  let set = 0;
  const heap = new AlarmHeap();

  async function ringNext(): Promise<void> {
    const alarm = heap.pop();
    if (!alarm) return;
    set -= 1;
    now = Math.max(now, alarm.at);
    // Rung is as good as taken back: a later cancel must not count it twice.
    alarm.cancelled = true;
    alarm.ring();
    await settle();
  }

  return {
    now: () => now,
    alarm(at, ring) {
      const alarm: Alarm = { at: Math.max(at, now), order: (order += 1), ring, cancelled: false };
      heap.push(alarm);
      set += 1;
      return () => {
        if (alarm.cancelled) return;
        alarm.cancelled = true;
        set -= 1;
      };
    },
    async advance(duration) {
      const end = now + duration;
      await settle();
      for (let next = heap.peek(); next && next.at <= end; next = heap.peek()) await ringNext();
      now = end;
      await settle();
    },
    async run(task, runOptions) {
      const limit = now + (runOptions?.limit ?? 86_400_000);
      let done = false;
      const promise = (typeof task === 'function' ? task() : task).finally(() => {
        done = true;
      });
      promise.catch(() => undefined);
      await settle();
      while (!done) {
        const next = heap.peek();
        if (!next)
          throw new Error('virtual clock: everything waits and no alarm is set, so nothing can ever happen');
        if (next.at > limit) throw new Error(`virtual clock: not done at ${limit} ms`);
        await ringNext();
      }
      return promise;
    },
    get alarms() {
      return set;
    },
  };
}

/** Lets all pending promise reactions run: a turn of the event loop begins only when the microtask queue is empty. */
function settle(): Promise<void> {
  return new Promise((resolve) => {
    // oxlint-disable-next-line no-restricted-globals -- this clock is what stands between tests and real time
    setImmediate(resolve);
  });
}
