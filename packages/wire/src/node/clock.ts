import type { Clock } from '../time.ts';

/** setTimeout takes at most 2^31 − 1 ms; a longer alarm is set again when that has passed. */
const LONGEST = 2 ** 31 - 1;

/** The system's monotonic clock. */
export function systemClock(): Clock {
  return {
    now: () => performance.now(),
    alarm(at, ring) {
      let timer: NodeJS.Timeout;
      const set = (): void => {
        const wait = at - performance.now();
        timer = setTimeout(look, Math.min(Math.max(0, Math.ceil(wait)), LONGEST));
      };
      // Node counts in whole milliseconds and so may be up to one early; an early alarm would find its deadline not due.
      const look = (): void => {
        if (performance.now() < at) set();
        else ring();
      };
      set();
      return () => {
        clearTimeout(timer);
      };
    },
  };
}
