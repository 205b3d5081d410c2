/**
 * Who may dial next. A race that wants to dial stands in a queue of its destination; destinations stand in a ring, so that one
 * with a thousand waiters gets no more turns than one with a single waiter. A destination whose turn comes and which cannot use
 * it is parked at the obstacle, in the order of arrival, and woken when that gives way: woken ones go before the ring, and
 * newcomers line up behind those that are parked, so nobody is overtaken for ever.
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

/** What to do for a race whose turn it is. */
export type Turn<R, A> =
  | { readonly type: 'dial'; readonly race: Race<R, A> }
  /** All it could dial wants peace until then. */
  | { readonly type: 'rest'; readonly race: Race<R, A>; readonly until: Instant };

/** It has to wait for something else than a descriptor. `address`: of the candidate that was looked at. */
interface Parked {
  readonly type: 'parked';
  readonly at: string;
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
  readonly #relieve: (race: Race<R, A>, obstacle: string) => boolean;
  readonly #destinations = new Map<string, Destination>();
  readonly #groups = new Map<string, number>();
  readonly #ring = new Set<Destination>();
  readonly #woken = new Set<Destination>();
  readonly #parked = new Map<string, Set<Destination>>();
  /** Places that destinations have been woken for and have not had their turn at. */
  readonly #promised = new Map<string, number>();
  #descriptors = 0;
  #halfOpen = 0;

  constructor(rules: AdmissionRules, relieve: (race: Race<R, A>, obstacle: string) => boolean) {
    this.#limits = rules.limits;
    this.addresses = new Addresses(rules.limits, rules.backOff, rules.random);
    this.#relieve = relieve;
  }

  get held(): Held {
    return { descriptors: this.#descriptors, halfOpen: this.#halfOpen };
  }

  /** Destinations that are next in turn. */
  get queued(): number {
    return this.#ring.size + this.#woken.size;
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
    if (this.isFull || this.#ring.size > 0 || this.#woken.size > 0 || this.#parked.size > 0) return false;
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
    if (race.holds) {
      // Behind races that need the place it holds it would wait for itself.
      (destination.urgent ??= new Set()).add(race);
      const { parkedAt } = destination;
      if (parkedAt !== undefined) {
        this.#giveUpReserved(destination);
        this.#unpark(destination, parkedAt);
      }
    } else (destination.waiting ??= new Set()).add(race);
    if (destination.parkedAt === undefined && !this.#woken.has(destination)) this.#ring.add(destination);
  }

  /** It does not any more. */
  unwant(race: Race<R, A>): void {
    if (!race.wanting) return;
    race.wanting = false;
    const { destination } = race;
    const first = this.#first(destination) === race;
    destination.waiting?.delete(race);
    destination.urgent?.delete(race);
    if (!first) return;
    this.#giveUpReserved(destination);
    // Whoever is first now may be held up by something else.
    const { parkedAt, wokenFrom } = destination;
    if (parkedAt !== undefined) this.#unpark(destination, parkedAt);
    this.#ring.delete(destination);
    this.#woken.delete(destination);
    if (this.#first(destination)) {
      (parkedAt === undefined && wokenFrom === undefined ? this.#ring : this.#woken).add(destination);
      return;
    }
    destination.waiting = undefined;
    this.#redeem(destination);
    if (wokenFrom !== undefined) this.#wake('', wokenFrom);
  }

  /** The next race that may act, with its candidate moved to the front of what it has left. */
  next(now: Instant): Turn<R, A> | undefined {
    for (;;) {
      const destination = firstOf(this.#woken) ?? firstOf(this.#ring);
      if (!destination) return undefined;
      const race = this.#first(destination);
      if (!race) {
        this.#ring.delete(destination);
        this.#woken.delete(destination);
        continue;
      }
      // Descriptors are everybody's: who cannot get one holds up all others, in turn.
      if (this.#descriptors >= this.#limits.total && !this.#relieve(race, 'total')) return undefined;
      if (this.#halfOpen >= this.#limits.halfOpen && !this.#relieve(race, 'half-open')) return undefined;
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
    if (this.#parked.size === 0) return;
    // Who had to line up behind somebody that was woken may find that there is room for both.
    if (this.addresses.hasRoom(address)) this.#wake('a', address);
    const used = group === undefined ? Infinity : (this.#groups.get(group) ?? 0);
    if (group !== undefined && used < this.#limits.perGroup) this.#wake('g', group);
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
    this.#wake('d', race.destination.key);
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
    this.#wake('d', slot.destination.key);
    if (slot.address) this.#releaseAddress(slot.candidate.endpoint.address);
    if (slot.group) this.#releaseGroup(slot.candidate.group);
    this.letGo(slot.destination);
  }

  succeeded(address: string): void {
    this.addresses.succeeded(address);
    this.#wake('a', address);
  }

  #releaseAddress(address: string): void {
    this.addresses.release(address);
    this.#wake('a', address);
  }

  #releaseGroup(group: string | undefined): void {
    if (group === undefined) return;
    const used = (this.#groups.get(group) ?? 1) - 1;
    if (used === 0) this.#groups.delete(group);
    else this.#groups.set(group, used);
    this.#wake('g', group);
  }

  #first(destination: Destination): Race<R, A> | undefined {
    const { urgent, waiting } = destination;
    return ((urgent && firstOf(urgent)) ?? (waiting && firstOf(waiting))) as Race<R, A> | undefined;
  }

  /** Lets a race act, or parks its destination. */
  #turn(race: Race<R, A>, destination: Destination, now: Instant): Turn<R, A> | undefined {
    const choice = this.#choose(race, now);
    if (choice.type === 'parked') {
      this.#reserve(destination, choice.at, choice.address);
      this.#park(destination, choice.at);
      return undefined;
    }
    const candidate = race.queue?.[race.next];
    if (choice.type === 'rest' || candidate?.endpoint.address !== destination.reserved) {
      this.#giveUpReserved(destination);
    }
    const wokenFrom = this.#redeem(destination);
    race.wanting = false;
    destination.waiting?.delete(race);
    destination.urgent?.delete(race);
    this.#ring.delete(destination);
    this.#woken.delete(destination);
    if (this.#first(destination)) this.#ring.add(destination);
    else destination.waiting = undefined;
    if (wokenFrom !== undefined && !usesPlace(choice, wokenFrom)) this.#wake('', wokenFrom);
    return choice;
  }

  /** Which of the candidates left may be dialled now: equals in rank may stand in for each other, lower ranks for one at rest. */
  #choose(race: Race<R, A>, now: Instant): Turn<R, A> | Parked {
    const { queue = [], next, destination } = race;
    if (!race.holds && destination.used >= this.#limits.perDestination) {
      const at = `d${destination.key}`;
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

  #obstacle(race: Race<R, A>, candidate: Candidate): string | undefined {
    const { address } = candidate.endpoint;
    const { group } = candidate;
    const { addresses } = this;
    const { reserved } = race.destination;
    if (
      reserved !== address &&
      !holdsAt(race, candidate) &&
      (!addresses.hasRoom(address) || this.#isClosed(race, 'a', address))
    ) {
      return `a${address}`;
    }
    if (group === undefined || holdsIn(race, group)) return undefined;
    const isFull = (this.#groups.get(group) ?? 0) >= this.#limits.perGroup;
    return isFull || this.#isClosed(race, 'g', group) ? `g${group}` : undefined;
  }

  /** Nobody overtakes those that are parked or have just been woken, except who was woken for this very place. */
  #isClosed(race: Race<R, A>, kind: 'a' | 'g', name: string): boolean {
    if (this.#parked.size === 0 && this.#promised.size === 0) return false;
    const at = kind + name;
    return (this.#parked.has(at) || this.#promised.has(at)) && race.destination.wokenFrom !== at;
  }

  /** The turn of a destination that was woken has come, or comes no more. Says what it was woken for. */
  #redeem(destination: Destination): string | undefined {
    const { wokenFrom } = destination;
    if (wokenFrom === undefined) return undefined;
    destination.wokenFrom = undefined;
    const left = (this.#promised.get(wokenFrom) ?? 1) - 1;
    if (left > 0) this.#promised.set(wokenFrom, left);
    else this.#promised.delete(wokenFrom);
    return wokenFrom;
  }

  /**
   * Who waits for a place in a group keeps the one it has found at the address: address first, then group, the same for all, so
   * that two never wait for each other, and nobody has to be lucky twice at the same time.
   */
  #reserve(destination: Destination, at: string, address: string | undefined): void {
    if (address === destination.reserved && at.startsWith('g')) return;
    this.#giveUpReserved(destination);
    if (!at.startsWith('g') || address === undefined) return;
    destination.reserved = address;
    this.addresses.take(address);
  }

  #giveUpReserved(destination: Destination): void {
    const { reserved } = destination;
    if (reserved === undefined) return;
    destination.reserved = undefined;
    this.#releaseAddress(reserved);
  }

  #park(destination: Destination, at: string): void {
    const wokenFrom = this.#redeem(destination);
    destination.parkedAt = at;
    this.#ring.delete(destination);
    this.#woken.delete(destination);
    const parked = this.#parked.get(at) ?? [];
    // Who was woken in vain keeps its turn.
    const order = wokenFrom === at ? [destination, ...parked] : undefined;
    if (parked instanceof Set && !order) parked.add(destination);
    else this.#parked.set(at, new Set(order ?? [destination]));
    if (wokenFrom !== undefined && wokenFrom !== at) this.#wake('', wokenFrom);
  }

  #unpark(destination: Destination, at: string): void {
    destination.parkedAt = undefined;
    const parked = this.#parked.get(at);
    parked?.delete(destination);
    if (parked?.size === 0) this.#parked.delete(at);
  }

  /** A place at an obstacle has become free: who has been parked there for longest may try. */
  #wake(kind: 'a' | 'd' | 'g' | '', name: string): void {
    if (this.#parked.size === 0) return;
    const at = kind + name;
    const parked = this.#parked.get(at);
    const destination = parked && firstOf(parked);
    if (!destination) return;
    this.#unpark(destination, at);
    destination.wokenFrom = at;
    this.#promised.set(at, (this.#promised.get(at) ?? 0) + 1);
    this.#woken.add(destination);
  }
}

function firstOf<T>(set: ReadonlySet<T>): T | undefined {
  for (const one of set) return one;
  return undefined;
}

type Kind = 'address' | 'group';

function sameKind(kind: Kind, a: Candidate, b: Candidate): boolean {
  return kind === 'address' ? a.endpoint.address === b.endpoint.address : a.group === b.group;
}

/** Another attempt of the race that holds the place which this one would need as well. */
function holder<R, A>(
  race: Race<R, A>,
  kind: Kind,
  attempt: RunningAttempt<R, A>,
): RunningAttempt<R, A> | undefined {
  return race.attempts.find(
    (other) => other !== attempt && other[kind] && sameKind(kind, other.candidate, attempt.candidate),
  );
}

/** Another attempt of an unanswered race that goes on there. */
function heirOf<R, A>(
  race: Race<R, A>,
  kind: Kind,
  attempt: RunningAttempt<R, A>,
): RunningAttempt<R, A> | undefined {
  if (race.answered) return undefined;
  return race.attempts.find(
    (other) =>
      other !== attempt &&
      other.descriptor &&
      (other.state === 'connect' || other.state === 'open') &&
      sameKind(kind, other.candidate, attempt.candidate),
  );
}

/** Whether a race that was woken for a place makes use of it. */
function usesPlace<R, A>(turn: Turn<R, A>, place: string): boolean {
  if (turn.type === 'rest') return false;
  const candidate = turn.race.queue?.[turn.race.next];
  if (!candidate) return false;
  const { endpoint, group } = candidate;
  return place === `a${endpoint.address}` || place === `g${group ?? ''}` || place.startsWith('d');
}

function holdsAt<R, A>(race: Race<R, A>, candidate: Candidate): boolean {
  for (const other of race.attempts) {
    if (other.address && sameKind('address', other.candidate, candidate)) return true;
  }
  return false;
}

function holdsIn<R, A>(race: Race<R, A>, group: string): boolean {
  for (const other of race.attempts) if (other.group && other.candidate.group === group) return true;
  return false;
}
