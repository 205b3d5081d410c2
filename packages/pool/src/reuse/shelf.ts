import type { Instant } from '@postern/wire';
import { DueQueue } from '../race/due-queue.ts';
import type { ShelfRules } from '../race/rules.ts';
import type { Slot } from './slot.ts';

/** Idle connections by the terms under which they may be used again. */
export class Shelf {
  readonly #rules: ShelfRules;
  readonly #byTerms = new Map<string, Slot[]>();
  /** In the order in which they became idle. */
  readonly #order = new Set<Slot>();
  readonly #due = new DueQueue<Slot>();

  constructor(rules: ShelfRules) {
    this.#rules = rules;
  }

  get size(): number {
    return this.#order.size;
  }

  /** When the next one is too old. */
  get deadline(): Instant | undefined {
    return this.#due.first?.due;
  }

  /** Whether a connection that comes back may be kept. */
  accepts(slot: Slot, now: Instant): boolean {
    return slot.terms !== undefined && slot.uses < this.#rules.uses && now < slot.born + this.#rules.age;
  }

  put(slot: Slot, now: Instant): void {
    const { terms = '' } = slot;
    const same = this.#byTerms.get(terms);
    if (same) same.push(slot);
    else this.#byTerms.set(terms, [slot]);
    this.#order.add(slot);
    this.#due.set(slot, Math.min(now + this.#rules.idle, slot.born + this.#rules.age));
  }

  /** The one that was idle for the shortest time: the others get to their age and are closed when there are too many. */
  take(terms: string): Slot | undefined {
    const slot = this.#byTerms.get(terms)?.at(-1);
    if (slot) this.remove(slot);
    return slot;
  }

  /** Whether it was there. */
  remove(slot: Slot): boolean {
    if (!this.#order.delete(slot)) return false;
    const { terms = '' } = slot;
    const left = this.#byTerms.get(terms)?.filter((other) => other !== slot) ?? [];
    if (left.length > 0) this.#byTerms.set(terms, left);
    else this.#byTerms.delete(terms);
    this.#due.delete(slot);
    return true;
  }

  /** Those that are too old now, taken off. */
  overdue(now: Instant): readonly Slot[] {
    const slots: Slot[] = [];
    for (let slot = this.#due.first; slot && slot.due <= now; slot = this.#due.first) {
      this.remove(slot);
      slots.push(slot);
    }
    return slots;
  }

  /** The one that was idle for longest among those that fit. */
  oldest(fits: (slot: Slot) => boolean): Slot | undefined {
    for (const slot of this.#order) if (fits(slot)) return slot;
    return undefined;
  }

  all(): readonly Slot[] {
    return [...this.#order];
  }
}
