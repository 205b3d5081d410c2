import type { Instant } from '@postern/wire';
import type { Attempt } from '../attempt.ts';
import type { Candidate } from '../candidate.ts';
import type { Race } from './race.ts';
import type { Slot } from '../reuse/slot.ts';

/** The public record while it is written. */
type Draft = { -readonly [K in keyof Attempt]: Attempt[K] };

/** Where a running attempt stands. `closing`: aborted inside `open`, which has not come back yet. */
type AttemptState = 'connect' | 'open' | 'closing' | 'ended';

/** What few attempts have. */
class Rare {
  sockets = 1;
  closeBy: Instant | undefined = undefined;
  slot: Slot | undefined = undefined;
}

/** What an attempt may hold of the limits, as bits: there are many thousands of attempts. */
const DESCRIPTOR = 1;
const HALF_OPEN = 2;
const ADDRESS = 4;
const GROUP = 8;

/** An attempt under way. `A` is what the driver hangs on it: sockets. */
export class RunningAttempt<R, A> {
  readonly race: Race<R, A>;
  readonly candidate: Candidate;
  readonly started: Instant;
  state: AttemptState = 'connect';
  handle: A | undefined = undefined;
  #holds = 0;
  #rare: Rare | undefined = undefined;
  /** Made late: most attempts of a race of thousands end before anybody wants to read about them. */
  #record: Draft | undefined = undefined;

  constructor(race: Race<R, A>, candidate: Candidate, now: Instant) {
    this.race = race;
    this.candidate = candidate;
    this.started = now;
  }

  /** Its descriptor. */
  get descriptor(): boolean {
    return (this.#holds & DESCRIPTOR) !== 0;
  }

  set descriptor(holds: boolean) {
    this.#hold(DESCRIPTOR, holds);
  }

  /** Its place among those that wait for TCP. */
  get halfOpen(): boolean {
    return (this.#holds & HALF_OPEN) !== 0;
  }

  set halfOpen(holds: boolean) {
    this.#hold(HALF_OPEN, holds);
  }

  /** Its race's place at its address. */
  get address(): boolean {
    return (this.#holds & ADDRESS) !== 0;
  }

  set address(holds: boolean) {
    this.#hold(ADDRESS, holds);
  }

  /** Its race's place in its group. */
  get group(): boolean {
    return (this.#holds & GROUP) !== 0;
  }

  set group(holds: boolean) {
    this.#hold(GROUP, holds);
  }

  /** Sockets dialled so far. */
  get sockets(): number {
    return this.#rare?.sockets ?? 1;
  }

  set sockets(count: number) {
    (this.#rare ??= new Rare()).sockets = count;
  }

  /** When an `open` that was aborted must have come back. */
  get closeBy(): Instant | undefined {
    return this.#rare?.closeBy;
  }

  set closeBy(at: Instant | undefined) {
    (this.#rare ??= new Rare()).closeBy = at;
  }

  /** The idle connection that is looked at, where none is dialled. */
  get slot(): Slot | undefined {
    return this.#rare?.slot;
  }

  set slot(slot: Slot | undefined) {
    (this.#rare ??= new Rare()).slot = slot;
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

  #hold(what: number, holds: boolean): void {
    this.#holds = holds ? this.#holds | what : this.#holds & ~what;
  }
}
