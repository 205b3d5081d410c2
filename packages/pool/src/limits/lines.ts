import type { Destination } from './destination.ts';
import { lineAt } from './obstacle.ts';
import type { Place } from './obstacle.ts';

/**
 * The lines in front of places that are taken, in the order of arrival. Who is first is woken when a place becomes free, and
 * newcomers line up behind those that are parked or have just been woken, so nobody is overtaken for ever.
 */
export class Lines {
  /** Those that have been woken and have not had their turn. */
  readonly woken: Set<Destination> = new Set();
  readonly #parked = new Map<string, Set<Destination>>();
  /** Places that destinations have been woken for and have not had their turn at. */
  readonly #promised = new Map<string, number>();

  /** Whether nobody is parked. */
  get isEmpty(): boolean {
    return this.#parked.size === 0;
  }

  /** Nobody overtakes those in line, except who was woken for this very place. */
  isClosed({ wokenFrom }: Destination, place: Place): boolean {
    if (this.#parked.size === 0 && this.#promised.size === 0) return false;
    const line = lineAt(place);
    if (wokenFrom && lineAt(wokenFrom) === line) return false;
    return this.#parked.has(line) || this.#promised.has(line);
  }

  park(destination: Destination, at: Place): void {
    const wokenFrom = this.redeem(destination);
    destination.parkedAt = at;
    this.woken.delete(destination);
    const line = lineAt(at);
    const inVain = wokenFrom !== undefined && lineAt(wokenFrom) === line;
    const parked = this.#parked.get(line);
    // Who was woken in vain keeps its turn.
    if (inVain) this.#parked.set(line, new Set([destination, ...(parked ?? [])]));
    else if (parked) parked.add(destination);
    else this.#parked.set(line, new Set([destination]));
    if (wokenFrom && !inVain) this.wake(wokenFrom);
  }

  leave(destination: Destination, at: Place): void {
    destination.parkedAt = undefined;
    const line = lineAt(at);
    const parked = this.#parked.get(line);
    parked?.delete(destination);
    if (parked?.size === 0) this.#parked.delete(line);
  }

  /** A place has become free: who has been parked there for longest may try. */
  wake(place: Place): void {
    if (this.#parked.size === 0) return;
    const line = lineAt(place);
    const [destination] = this.#parked.get(line) ?? [];
    if (!destination) return;
    this.leave(destination, place);
    destination.wokenFrom = place;
    this.#promised.set(line, (this.#promised.get(line) ?? 0) + 1);
    this.woken.add(destination);
  }

  /** The turn of a destination that was woken has come, or comes no more. Says what it was woken for. */
  redeem(destination: Destination): Place | undefined {
    const { wokenFrom } = destination;
    if (!wokenFrom) return undefined;
    destination.wokenFrom = undefined;
    const line = lineAt(wokenFrom);
    const left = (this.#promised.get(line) ?? 1) - 1;
    if (left > 0) this.#promised.set(line, left);
    else this.#promised.delete(line);
    return wokenFrom;
  }
}
