import type { Instant } from '@postern/wire';
import { takesPlace } from '../limits/obstacle.ts';
import type { Obstacle } from '../limits/obstacle.ts';
import type { Outputs } from '../race/outputs.ts';
import type { Race } from '../race/race.ts';
import type { ShelfRules } from '../race/rules.ts';
import { isHopeful } from '../race/times.ts';
import { Shelf } from './shelf.ts';
import type { Slot } from './slot.ts';

/** Idle connections, the races that one of them would do for, and those that are being closed to make room. */
export class Idle<R, A> {
  readonly #shelf: Shelf;
  readonly #outputs: Outputs<R, A>;
  /** By terms. */
  readonly #waiting = new Map<string, Set<Race<R, A>>>();
  #retiring = 0;
  #draining = false;

  constructor(rules: ShelfRules, outputs: Outputs<R, A>) {
    this.#shelf = new Shelf(rules);
    this.#outputs = outputs;
  }

  get size(): number {
    return this.#shelf.size;
  }

  /** When the next one is too old. */
  get deadline(): Instant | undefined {
    return this.#shelf.deadline;
  }

  /** How many are being closed because somebody needs their place. */
  get retiring(): number {
    return this.#retiring;
  }

  /** A race begins to wait; what lies there for it. */
  wait(race: Race<R, A>): Slot | undefined {
    const { terms } = race;
    if (terms === undefined) return undefined;
    const same = this.#waiting.get(terms);
    if (same) same.add(race);
    else this.#waiting.set(terms, new Set([race]));
    return this.#shelf.take(terms);
  }

  /** It has its answer. */
  leave(race: Race<R, A>): void {
    if (race.terms === undefined) return;
    const same = this.#waiting.get(race.terms);
    same?.delete(race);
    if (same?.size === 0) this.#waiting.delete(race.terms);
  }

  /** A connection is as good as before: for the race that is returned, which has none to look at, else for the shelf. */
  shelve(slot: Slot, now: Instant): Race<R, A> | undefined {
    if (this.#draining || !this.#shelf.accepts(slot, now)) {
      this.retire(slot);
      return undefined;
    }
    for (const race of this.#waiting.get(slot.terms ?? '') ?? []) {
      if (!race.attempts.some((attempt) => attempt.slot && isHopeful(attempt))) return race;
    }
    this.#shelf.put(slot, now);
    this.#outputs.push({ type: 'shelve', slot });
    return undefined;
  }

  retire(slot: Slot): void {
    this.#outputs.push({ type: 'retire', slot });
  }

  /** A connection on the shelf turned out to be of no use. */
  spent(slot: Slot): void {
    if (this.#shelf.remove(slot)) this.retire(slot);
  }

  /** Those that are too old now are closed. */
  tick(now: Instant): void {
    for (const slot of this.#shelf.overdue(now)) this.retire(slot);
  }

  /** Begins to close the connection that was idle for longest among those whose place would help a race. */
  evict(race: Race<R, A>, obstacle: Exclude<Obstacle, { type: 'half-open' }>): void {
    const slot = this.#shelf.oldest(
      ({ destination, candidate }) =>
        obstacle.type === 'total' || takesPlace(obstacle, destination, candidate),
    );
    if (!slot) return;
    this.#shelf.remove(slot);
    slot.evicted = true;
    this.#retiring += 1;
    this.retire(slot);
  }

  /** A connection is closed. */
  gone(slot: Slot): void {
    if (slot.evicted && !slot.gone) this.#retiring -= 1;
  }

  /** Keeps nothing from now on. */
  drain(): void {
    this.#draining = true;
    for (const slot of this.#shelf.all()) this.spent(slot);
  }
}
