import type { Clock } from '../time.ts';

/**
 * A clock for networks without delay: every alarm is due at once and rings in a turn of its own, in the order it was set.
 */
export function immediateClock(): Clock {
  return {
    now: () => 0,
    alarm(_at, ring) {
      let wanted = true;
      queueMicrotask(() => {
        if (wanted) ring();
      });
      return () => {
        wanted = false;
      };
    },
  };
}
