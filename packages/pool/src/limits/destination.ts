import type { Place } from './obstacle.ts';

/** Who waits at a destination, and for what: most never have one, and there are many thousands of them. */
class Queue {
  parkedAt: Place | undefined = undefined;
  wokenFrom: Place | undefined = undefined;
  reserved: string | undefined = undefined;
  /** Races that want to dial, in the order in which they began to. */
  readonly newcomers: Set<unknown> = new Set();
  /**
   * Those of them that have dialled before and count in `used` already. They go first: behind a race that waits for a place they
   * would wait for each other.
   */
  readonly holders: Set<unknown> = new Set();

  get isOver(): boolean {
    return (
      this.holders.size + this.newcomers.size === 0 &&
      (this.parkedAt ?? this.wokenFrom ?? this.reserved) === undefined
    );
  }
}

/** What the limits know of one destination, and who waits for its next connection. */
export class Destination {
  readonly key: string;
  /** Races that have dialled and are not answered, and connections: leased, idle or closing. */
  used = 0;
  /** Everything that refers to it; it is forgotten when nothing does. */
  references = 0;
  /** Made when somebody has to wait. */
  #queue: Queue | undefined = undefined;

  constructor(key: string) {
    this.key = key;
  }

  /** The place it waits for in line. */
  get parkedAt(): Place | undefined {
    return this.#queue?.parkedAt;
  }

  set parkedAt(place: Place | undefined) {
    if (place ?? this.#queue) (this.#queue ??= new Queue()).parkedAt = place;
  }

  /** The place it was last woken for. */
  get wokenFrom(): Place | undefined {
    return this.#queue?.wokenFrom;
  }

  set wokenFrom(place: Place | undefined) {
    if (place ?? this.#queue) (this.#queue ??= new Queue()).wokenFrom = place;
  }

  /** The address at which it keeps a place while it waits for one in a group. */
  get reserved(): string | undefined {
    return this.#queue?.reserved;
  }

  set reserved(address: string | undefined) {
    if (address ?? this.#queue) (this.#queue ??= new Queue()).reserved = address;
  }

  /** Who is next. */
  get first(): unknown {
    return this.#queue && (firstOf(this.#queue.holders) ?? firstOf(this.#queue.newcomers));
  }

  add(race: { readonly holds: boolean }): void {
    const { holders, newcomers } = (this.#queue ??= new Queue());
    (race.holds ? holders : newcomers).add(race);
  }

  remove(race: unknown): void {
    const queue = this.#queue;
    if (!queue) return;
    queue.holders.delete(race);
    queue.newcomers.delete(race);
    if (queue.isOver) this.#queue = undefined;
  }
}

function firstOf(set: ReadonlySet<unknown> | undefined): unknown {
  for (const one of set ?? []) return one;
  return undefined;
}
