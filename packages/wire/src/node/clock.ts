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
        const wait = Math.max(0, at - performance.now());
        timer = setTimeout(wait > LONGEST ? set : ring, Math.ceil(Math.min(wait, LONGEST)));
      };
      set();
      return () => {
        clearTimeout(timer);
      };
    },
  };
}
