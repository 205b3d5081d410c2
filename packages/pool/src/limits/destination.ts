import type { Place } from './obstacle.ts';

/** What the limits know of one destination, and who waits for its next connection. */
export class Destination {
  readonly key: string;
  /** Races that have dialled and are not answered, and connections: leased, idle or closing. */
  used = 0;
  /** The place it waits for in line, and the one it was last woken for. */
  parkedAt: Place | undefined = undefined;
  wokenFrom: Place | undefined = undefined;
  /** The address at which it keeps a place while it waits for one in a group. */
  reserved: string | undefined = undefined;
  /** Everything that refers to it; it is forgotten when nothing does. */
  references = 0;
  /** Races that want to dial, in the order in which they began to; made when somebody has to wait. */
  #newcomers: Set<unknown> | undefined = undefined;
  /**
   * Those of them that have dialled before and count in `used` already. They go first: behind a race that waits for a place they
   * would wait for each other.
   */
  #holders: Set<unknown> | undefined = undefined;

  constructor(key: string) {
    this.key = key;
  }

  /** Who is next. */
  get first(): unknown {
    return firstOf(this.#holders) ?? firstOf(this.#newcomers);
  }

  add(race: { readonly holds: boolean }): void {
    if (race.holds) (this.#holders ??= new Set()).add(race);
    else (this.#newcomers ??= new Set()).add(race);
  }

  remove(race: unknown): void {
    if (this.#holders?.delete(race) === true && this.#holders.size === 0) this.#holders = undefined;
    if (this.#newcomers?.delete(race) === true && this.#newcomers.size === 0) this.#newcomers = undefined;
  }
}

function firstOf(set: ReadonlySet<unknown> | undefined): unknown {
  for (const one of set ?? []) return one;
  return undefined;
}
