/**
 * Who may dial next. A race that wants to dial stands in a queue of its destination; destinations stand in a ring, so that one
 * with a thousand waiters gets no more turns than one with a single waiter. A destination whose turn comes and which cannot use
 * it is parked at the obstacle, see `lines.ts`, and woken when that gives way: woken ones go before the ring.
 *
 * What is counted where:
 *
 *   descriptor, half open   every attempt, and every connection until it is closed
 *   address, group          a race once, however many attempts it makes there; losers that only settle the memory not at all
 *   destination             a race from its first attempt until its answer, then the connection it got
 */
import type { Instant } from '@postern/wire';
import type { Candidate } from '../candidate.ts';
import type { RunningAttempt } from '../race/attempt.ts';
import type { Race } from '../race/race.ts';
import type { Slot } from '../reuse/slot.ts';
import { Addresses } from './addresses.ts';
import { Destination } from './destination.ts';
import type { BackOff, Limits } from './limits.ts';
import { heirOf, holder, holdsAt, holdsIn } from './holders.ts';
import { Lines } from './lines.ts';
import { takesPlace } from './obstacle.ts';
import type { Obstacle, Place } from './obstacle.ts';

/** What to do for a race whose turn it is. */
export type Turn<R, A> =
  | { readonly type: 'dial'; readonly race: Race<R, A> }
  /** All it could dial wants peace until then. */
  | { readonly type: 'rest'; readonly race: Race<R, A>; readonly until: Instant };

/** It has to wait for something else than a descriptor. `address`: of the candidate that was looked at. */
interface Parked {
  readonly type: 'parked';
  readonly at: Place;
  readonly address: string | undefined;
}

export interface AdmissionRules {
  readonly limits: Limits;
  readonly backOff: BackOff;
  readonly random: () => number;
}

/** How much is held. */
export interface Held {
  readonly descriptors: number;
  readonly halfOpen: number;
}

export class Admission<R, A> {
  readonly #limits: Limits;
  readonly addresses: Addresses;
  /** Gives a descriptor back if that can be done at once, or begins to; says whether it was at once. */
  readonly #relieve: (race: Race<R, A>, obstacle: Obstacle) => boolean;
  readonly #destinations = new Map<string, Destination>();
  readonly #groups = new Map<string, number>();
  readonly #ring = new Set<Destination>();
  readonly #lines: Lines = new Lines();
  #descriptors = 0;
  #halfOpen = 0;

  constructor(rules: AdmissionRules, relieve: (race: Race<R, A>, obstacle: Obstacle) => boolean) {
    this.#limits = rules.limits;
    this.addresses = new Addresses(rules.limits, rules.backOff, rules.random);
    this.#relieve = relieve;
  }

  get held(): Held {
    return { descriptors: this.#descriptors, halfOpen: this.#halfOpen };
  }

  /** Destinations that are next in turn. */
  get queued(): number {
    return this.#ring.size + this.#lines.woken.size;
  }

  /** Whether there is so much room that something of no hurry may be dialled. */
  get isIdle(): boolean {
    return this.#descriptors < this.#limits.total / 2 && this.#halfOpen < this.#limits.halfOpen / 2;
  }

  /** Whether there is no descriptor left for one more attempt. */
  get isFull(): boolean {
    return this.#descriptors >= this.#limits.total || this.#halfOpen >= this.#limits.halfOpen;
  }

  /** Whether a race may dial its next candidate now and overtakes nobody by it; the common case, in which nothing is queued. */
  isClear(race: Race<R, A>, now: Instant): boolean {
    if (this.isFull || this.#ring.size > 0 || this.#lines.woken.size > 0 || !this.#lines.isEmpty)
      return false;
    if (!race.holds && race.destination.used >= this.#limits.perDestination) return false;
    const candidate = race.queue?.[race.next];
    if (!candidate || this.addresses.restsUntil(candidate.endpoint.address, now) !== undefined) return false;
    return this.#obstacle(race, candidate) === undefined;
  }

  /** Whether nothing but a descriptor is missing for the next candidate of a race. */
  mayDial(race: Race<R, A>, now: Instant): boolean {
    const candidate = race.queue?.[race.next];
    if (!candidate || this.addresses.restsUntil(candidate.endpoint.address, now) !== undefined) return false;
    return race.holds && this.#obstacle(race, candidate) === undefined;
  }

  /** The record of a destination; every call is balanced by one of {@link Admission.letGo}. */
  destination(key: string): Destination {
    let destination = this.#destinations.get(key);
    if (!destination) {
      destination = new Destination(key);
      this.#destinations.set(key, destination);
    }
    destination.references += 1;
    return destination;
  }

  letGo(destination: Destination): void {
    destination.references -= 1;
    if (destination.references === 0) this.#destinations.delete(destination.key);
  }

  /** A race wants to dial its next candidate. */
  want(race: Race<R, A>): void {
    const { destination } = race;
    race.wanting = true;
    const before = this.#first(destination);
    destination.add(race);
    // Who goes before the one that is parked may be held up by nothing.
    if (before && this.#first(destination) !== before) this.#reconsider(destination);
    else if (destination.parkedAt === undefined && !this.#lines.woken.has(destination))
      this.#ring.add(destination);
  }

  /** It does not any more. */
  unwant(race: Race<R, A>): void {
    if (!race.wanting) return;
    race.wanting = false;
    const { destination } = race;
    const first = this.#first(destination) === race;
    destination.remove(race);
    // Whoever is first now may be held up by something else.
    if (first) this.#reconsider(destination);
  }

  /** The next race that may act, with its candidate moved to the front of what it has left. */
  next(now: Instant): Turn<R, A> | undefined {
    for (;;) {
      const destination = firstOf(this.#lines.woken) ?? firstOf(this.#ring);
      if (!destination) return undefined;
      const race = this.#first(destination);
      if (!race) {
        this.#ring.delete(destination);
        this.#lines.woken.delete(destination);
        continue;
      }
      // Descriptors are everybody's: who cannot get one holds up all others, in turn.
      if (this.#descriptors >= this.#limits.total && !this.#relieve(race, { type: 'total' }))
        return undefined;
      if (this.#halfOpen >= this.#limits.halfOpen && !this.#relieve(race, { type: 'half-open' }))
        return undefined;
      // Making room may have ended the race's own wish.
      if (!race.wanting) continue;
      const turn = this.#turn(race, destination, now);
      if (turn) return turn;
    }
  }

  /** Books an attempt at the first candidate that its race has left. */
  take(race: Race<R, A>, attempt: RunningAttempt<R, A>): void {
    const { address } = attempt.candidate.endpoint;
    const { group } = attempt.candidate;
    this.#descriptors += 1;
    this.#halfOpen += 1;
    attempt.descriptor = true;
    attempt.halfOpen = true;
    if (!race.holds) {
      race.holds = true;
      race.destination.used += 1;
    }
    if (!holder(race, 'address', attempt)) {
      attempt.address = true;
      if (race.destination.reserved === address) race.destination.reserved = undefined;
      else this.addresses.take(address);
    } else {
      this.#giveUpReserved(race.destination);
    }
    if (group !== undefined && !holder(race, 'group', attempt)) {
      attempt.group = true;
      this.#groups.set(group, (this.#groups.get(group) ?? 0) + 1);
    }
    if (this.#lines.isEmpty) return;
    // Who had to line up behind somebody that was woken may find that there is room for both.
    if (this.addresses.hasRoom(address)) this.#lines.wake({ type: 'address', address });
    const used = group === undefined ? Infinity : (this.#groups.get(group) ?? 0);
    if (group !== undefined && used < this.#limits.perGroup) this.#lines.wake({ type: 'group', group });
  }

  /** Books an attempt of no hurry: only its descriptor counts. */
  takeAside(attempt: RunningAttempt<R, A>): void {
    this.#descriptors += 1;
    this.#halfOpen += 1;
    attempt.descriptor = true;
    attempt.halfOpen = true;
  }

  /** TCP stands, or the attempt has ended. */
  noLongerHalfOpen(attempt: RunningAttempt<R, A>): void {
    if (!attempt.halfOpen) return;
    attempt.halfOpen = false;
    this.#halfOpen -= 1;
  }

  /** Gives back what an attempt holds at its address and in its group; another one of its race there inherits it. */
  leaveAddress(attempt: RunningAttempt<R, A>): void {
    const { race, candidate } = attempt;
    if (attempt.address) {
      attempt.address = false;
      const heir = heirOf(race, 'address', attempt);
      if (heir) heir.address = true;
      else this.#releaseAddress(candidate.endpoint.address);
    }
    if (attempt.group) {
      attempt.group = false;
      const heir = heirOf(race, 'group', attempt);
      if (heir) heir.group = true;
      else this.#releaseGroup(candidate.group);
    }
  }

  /** The attempt's descriptor is closed. */
  release(attempt: RunningAttempt<R, A>): void {
    this.noLongerHalfOpen(attempt);
    this.leaveAddress(attempt);
    if (!attempt.descriptor) return;
    attempt.descriptor = false;
    this.#descriptors -= 1;
  }

  /** The race has been answered in vain, so that it does not count for its destination. */
  releaseRace(race: Race<R, A>): void {
    if (!race.holds) return;
    race.holds = false;
    race.destination.used -= 1;
    this.#lines.wake({ type: 'destination', key: race.destination.key });
  }

  /** Makes sure that a winner holds what is held at its address; what it holds then goes on to its connection. */
  winner(
    race: Race<R, A>,
    attempt: RunningAttempt<R, A>,
  ): { readonly address: boolean; readonly group: boolean } {
    for (const kind of ['address', 'group'] as const) {
      const other = attempt[kind] ? undefined : holder(race, kind, attempt);
      if (!other) continue;
      other[kind] = false;
      attempt[kind] = true;
    }
    const { address, group } = attempt;
    attempt.address = false;
    attempt.group = false;
    attempt.descriptor = false;
    race.holds = false;
    return { address, group };
  }

  /** A connection is closed for good. */
  releaseSlot(slot: Slot): void {
    if (slot.gone) return;
    slot.gone = true;
    this.#descriptors -= 1;
    slot.destination.used -= 1;
    this.#lines.wake({ type: 'destination', key: slot.destination.key });
    if (slot.address) this.#releaseAddress(slot.candidate.endpoint.address);
    if (slot.group) this.#releaseGroup(slot.candidate.group);
    this.letGo(slot.destination);
  }

  succeeded(address: string, now: Instant): void {
    this.addresses.succeeded(address, now);
    this.#lines.wake({ type: 'address', address });
  }

  #releaseAddress(address: string): void {
    this.addresses.release(address);
    this.#lines.wake({ type: 'address', address });
  }

  #releaseGroup(group: string | undefined): void {
    if (group === undefined) return;
    const used = (this.#groups.get(group) ?? 1) - 1;
    if (used === 0) this.#groups.delete(group);
    else this.#groups.set(group, used);
    this.#lines.wake({ type: 'group', group });
  }

  #first(destination: Destination): Race<R, A> | undefined {
    return destination.first as Race<R, A> | undefined;
  }

  /** Another race of a destination is first, or none: where it stands is found out anew, and what it had got is kept or passed on. */
  #reconsider(destination: Destination): void {
    this.#giveUpReserved(destination);
    const { parkedAt, wokenFrom } = destination;
    if (parkedAt !== undefined) this.#lines.leave(destination, parkedAt);
    this.#ring.delete(destination);
    this.#lines.woken.delete(destination);
    if (this.#first(destination)) {
      (parkedAt === undefined && wokenFrom === undefined ? this.#ring : this.#lines.woken).add(destination);
      return;
    }
    this.#lines.redeem(destination);
    if (wokenFrom) this.#lines.wake(wokenFrom);
  }

  /** Lets a race act, or parks its destination. */
  #turn(race: Race<R, A>, destination: Destination, now: Instant): Turn<R, A> | undefined {
    const choice = this.#choose(race, now);
    if (choice.type === 'parked') {
      this.#reserve(destination, choice);
      this.#park(destination, choice.at);
      return undefined;
    }
    const candidate = race.queue?.[race.next];
    if (choice.type === 'rest' || candidate?.endpoint.address !== destination.reserved) {
      this.#giveUpReserved(destination);
    }
    const wokenFrom = this.#lines.redeem(destination);
    race.wanting = false;
    destination.remove(race);
    this.#ring.delete(destination);
    this.#lines.woken.delete(destination);
    if (this.#first(destination)) this.#ring.add(destination);
    if (wokenFrom && !usesPlace(choice, wokenFrom)) this.#lines.wake(wokenFrom);
    return choice;
  }

  /** Which of the candidates left may be dialled now: equals in rank may stand in for each other, lower ranks for one at rest. */
  #choose(race: Race<R, A>, now: Instant): Turn<R, A> | Parked {
    const { queue = [], next, destination } = race;
    if (!race.holds && destination.used >= this.#limits.perDestination) {
      const at: Place = { type: 'destination', key: destination.key };
      if (!this.#relieve(race, at)) return { type: 'parked', at, address: undefined };
    }
    let parked: Parked | undefined;
    let until = Infinity;
    let rank: number | undefined;
    for (let index = next; index < queue.length; index += 1) {
      const candidate = queue[index];
      if (!candidate) continue;
      if (parked && candidate.rank !== rank) break;
      rank = candidate.rank;
      const rest = this.addresses.restsUntil(candidate.endpoint.address, now);
      if (rest !== undefined) {
        until = Math.min(until, rest);
        continue;
      }
      const obstacle = this.#obstacle(race, candidate);
      if (obstacle === undefined || this.#relieve(race, obstacle)) {
        if (index !== next)
          race.queue = [candidate, ...queue.slice(next).filter((_, at) => at !== index - next)];
        if (index !== next) race.next = 0;
        return { type: 'dial', race };
      }
      parked ??= { type: 'parked', at: obstacle, address: candidate.endpoint.address };
    }
    if (parked) return parked;
    return { type: 'rest', race, until };
  }

  #obstacle(race: Race<R, A>, candidate: Candidate): Place | undefined {
    const { address } = candidate.endpoint;
    const { group } = candidate;
    const { addresses } = this;
    const { reserved } = race.destination;
    if (reserved !== address && !holdsAt(race, candidate)) {
      const place: Place = { type: 'address', address };
      if (!addresses.hasRoom(address) || this.#lines.isClosed(race.destination, place)) return place;
    }
    if (group === undefined || holdsIn(race, group)) return undefined;
    const place: Place = { type: 'group', group };
    const isFull = (this.#groups.get(group) ?? 0) >= this.#limits.perGroup;
    return isFull || this.#lines.isClosed(race.destination, place) ? place : undefined;
  }

  /**
   * Who waits for a place in a group keeps the one it has found at the address: address first, then group, the same for all, so
   * that two never wait for each other, and nobody has to be lucky twice at the same time.
   */
  #reserve(destination: Destination, { at, address }: Parked): void {
    if (address === destination.reserved && at.type === 'group') return;
    this.#giveUpReserved(destination);
    if (at.type !== 'group' || address === undefined) return;
    destination.reserved = address;
    this.addresses.take(address);
  }

  #giveUpReserved(destination: Destination): void {
    const { reserved } = destination;
    if (reserved === undefined) return;
    destination.reserved = undefined;
    this.#releaseAddress(reserved);
  }

  #park(destination: Destination, at: Place): void {
    this.#ring.delete(destination);
    this.#lines.park(destination, at);
  }
}

function firstOf<T>(set: ReadonlySet<T>): T | undefined {
  for (const one of set) return one;
  return undefined;
}

/** Whether a race that was woken for a place makes use of it. */
function usesPlace<R, A>({ type, race }: Turn<R, A>, place: Place): boolean {
  const candidate = race.queue?.[race.next];
  return type === 'dial' && candidate !== undefined && takesPlace(place, race.destination, candidate);
}
