import type { Instant } from '@postern/wire';

/** What a {@link DueQueue} keeps in order. Both fields are the queue's to write. */
export interface Due {
  due: Instant;
  /** The place in the queue; −1 outside. */
  place: number;
}

/**
 * A binary heap that knows where each entry stands, so that one whose time changes is moved and not searched: ten
 * thousands of races change their next instant with every answer.
 */
export class DueQueue<T extends Due> {
  readonly #heap: T[] = [];

  /** The entry that is due first. */
  get first(): T | undefined {
    return this.#heap[0];
  }

  get size(): number {
    return this.#heap.length;
  }

  /** All entries, in no particular order. */
  entries(): readonly T[] {
    return this.#heap;
  }

  /** Puts an entry in, or moves it to its new time. */
  set(entry: T, due: Instant): void {
    entry.due = due;
    if (entry.place < 0) {
      entry.place = this.#heap.length;
      this.#heap.push(entry);
    }
    this.#settle(entry);
  }

  /** Takes an entry out; one that is not in is no matter. */
  delete(entry: T): void {
    const { place } = entry;
    if (place < 0) return;
    entry.place = -1;
    const last = this.#heap.pop();
    if (!last || last === entry) return;
    this.#put(last, place);
    this.#settle(last);
  }

  #put(entry: T, place: number): void {
    this.#heap[place] = entry;
    entry.place = place;
  }

  #settle(entry: T): void {
    while (entry.place > 0) {
      const parent = this.#heap[(entry.place - 1) >>> 1];
      if (!parent || parent.due <= entry.due) break;
      this.#swap(parent, entry);
    }
    for (;;) {
      const left = this.#heap[2 * entry.place + 1];
      const right = this.#heap[2 * entry.place + 2];
      const child = right && left && right.due < left.due ? right : left;
      if (!child || child.due >= entry.due) return;
      this.#swap(entry, child);
    }
  }

  #swap(a: T, b: T): void {
    const { place } = a;
    this.#put(a, b.place);
    this.#put(b, place);
  }
}
