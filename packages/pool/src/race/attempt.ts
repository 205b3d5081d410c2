import type { Instant } from '@postern/wire';
import type { Attempt } from '../attempt.ts';
import type { Candidate } from '../candidate.ts';
import type { Race } from './race.ts';
import type { Slot } from '../reuse/slot.ts';

/** The public record while it is written. */
type Draft = { -readonly [K in keyof Attempt]: Attempt[K] };

/** Where a running attempt stands. `closing`: aborted inside `open`, which has not come back yet. */
type AttemptState = 'connect' | 'open' | 'closing' | 'ended';

/** What an attempt holds of the limits: its descriptor, its place among the half-open ones, at its address, in its group. */
export interface Holding {
  descriptor: boolean;
  halfOpen: boolean;
  address: boolean;
  group: boolean;
}

/** An attempt under way. `A` is what the driver hangs on it: sockets. */
export class RunningAttempt<R, A> implements Holding {
  readonly race: Race<R, A>;
  readonly candidate: Candidate;
  readonly started: Instant;
  state: AttemptState = 'connect';
  /** Sockets dialled so far. */
  sockets = 1;
  /** When an `open` that was aborted must have come back. */
  closeBy: Instant | undefined = undefined;
  descriptor = false;
  halfOpen = false;
  address = false;
  group = false;
  /** The idle connection that is looked at, where none is dialled. */
  slot: Slot | undefined = undefined;
  handle: A | undefined = undefined;
  /** Made late: most attempts of a race of thousands end before anybody wants to read about them. */
  #record: Draft | undefined = undefined;

  constructor(race: Race<R, A>, candidate: Candidate, now: Instant) {
    this.race = race;
    this.candidate = candidate;
    this.started = now;
  }

  /** Whether anything is known yet: nothing has to be read of an attempt that still waits for its first answer. */
  get told(): boolean {
    return this.#record !== undefined;
  }

  get record(): Draft {
    return (this.#record ??= {
      endpoint: this.candidate.endpoint,
      method: this.candidate.method,
      origin: this.slot ? 'reused' : 'dialled',
      started: this.started,
      phase: this.slot ? 'open' : 'connect',
      outcome: 'pending',
      reason: undefined,
      fault: undefined,
      error: undefined,
      connected: undefined,
      ms: undefined,
      syns: this.slot ? 0 : 1,
    });
  }
}
