import type { Clock, Milliseconds } from '@postern/wire';
import type { PoolEvent } from './events.ts';
import type { RunningAttempt } from './race/attempt.ts';
import type { RaceOutput } from './race/race.ts';
import { Durations, noTotals } from './stats.ts';
import type { Totals } from './stats.ts';

/** Counts what a scheduler does, and tells it to whoever watches. */
export class Witness {
  readonly totals: Totals = noTotals();
  readonly waited: Durations = new Durations();
  readonly #clock: Clock;
  /** The budget of a race, from whose end its beginning is known. */
  readonly #deadline: Milliseconds;
  readonly #observe: ((event: PoolEvent) => void) | undefined;

  constructor(clock: Clock, deadline: Milliseconds, observe: ((event: PoolEvent) => void) | undefined) {
    this.#clock = clock;
    this.#deadline = deadline;
    this.#observe = observe;
  }

  see<R, A>(output: RaceOutput<R, A>): void {
    const { totals } = this;
    switch (output.type) {
      case 'dial':
        totals.attempts += 1;
        if (this.#observe) this.#tell({ type: 'attempt', ...this.#about(output.attempt) });
        break;
      case 'granted':
        this.#granted(output.attempt);
        break;
      case 'ended':
        if (output.attempt.record.outcome === 'open') totals.late += 1;
        if (this.#observe) this.#lost(output.attempt);
        break;
      case 'cancel':
        if (output.why === 'pressure') totals.dropped += 1;
        break;
      case 'note': {
        const { type, endpoint, at, ms, syns, sibling } = output.observation;
        if (type === 'silent') totals.silent += 1;
        if (type === 'refused') totals.refused += 1;
        if (type === 'silent' && this.#observe) this.#tell({ type, endpoint, at, ms, syns, sibling });
        break;
      }
      case 'check':
      case 'close':
      case 'exhausted':
      case 'finished':
      case 'open':
      case 'reset':
      case 'retire':
      case 'search':
      case 'shelve':
        break;
    }
  }

  #granted<R, A>(attempt: RunningAttempt<R, A>): void {
    const { record, race } = attempt;
    this.totals.granted += 1;
    if (record.origin === 'reused') this.totals.reused += 1;
    this.waited.add(this.#clock.now() - race.deadlineAt + this.#deadline);
    if (!this.#observe) return;
    const { origin, ms = 0, connected, syns } = record;
    this.#tell({ type: 'won', ...this.#about(attempt), origin, ms, connected, syns });
  }

  #lost<R, A>(attempt: RunningAttempt<R, A>): void {
    const { outcome, reason, ms = 0 } = attempt.record;
    if (outcome === 'pending' || outcome === 'granted') return;
    this.#tell({ type: 'lost', ...this.#about(attempt), outcome, reason, ms });
  }

  #about<R, A>({ race, candidate }: RunningAttempt<R, A>) {
    const { endpoint, method } = candidate;
    return { destination: race.destination.key, endpoint, method, at: this.#clock.now() };
  }

  #tell(event: PoolEvent): void {
    try {
      this.#observe?.(event);
    } catch {
      // Whoever watches is not to change what is watched.
    }
  }
}
