import type { Candidate } from '../src/index.ts';
import type { RunningAttempt } from '../src/race/attempt.ts';
import type { Race, RaceOutput, Settlement } from '../src/race/race.ts';
import type { Slot } from '../src/reuse/slot.ts';
import { Scheduler } from '../src/scheduler.ts';
import { linuxSyns } from '../src/syn.ts';
import type { BackOff, Limits } from '../src/index.ts';

type Attempt = RunningAttempt<Caller, undefined>;

/** Somebody who waits. */
export interface Caller {
  readonly key: string;
  answers: number;
  slot: Slot | undefined;
}

/** What the outside world of a scheduler looks like at a moment; nothing happens there by itself. */
export class World {
  readonly scheduler: Scheduler<Caller, undefined>;
  readonly callers: Caller[] = [];
  readonly races: Race<Caller, undefined>[] = [];
  readonly dialling: Set<Attempt> = new Set();
  readonly opening: Set<Attempt> = new Set();
  readonly aborted: Set<Attempt> = new Set();
  readonly closing: Set<Attempt> = new Set();
  readonly checking: Map<Attempt, Slot> = new Map();
  readonly leased: Set<Slot> = new Set();
  readonly idle: Set<Slot> = new Set();
  readonly retiring: Set<Slot> = new Set();
  /** Dials in order, by destination. */
  readonly dialled: string[] = [];
  now = 0;
  readonly #limits: Limits;
  readonly #candidates: (key: string) => Candidate[];

  constructor(limits: Limits, backOff: BackOff, candidates: (key: string) => Candidate[]) {
    this.#limits = limits;
    this.#candidates = candidates;
    this.scheduler = new Scheduler<Caller, undefined>({
      deadline: 10_000,
      connect: 5000,
      open: 10_000,
      stagger: 250,
      openStagger: 1000,
      thresholds: () => ({ remember: 2, report: 3, most: 8 }),
      syns: linuxSyns,
      margin: 100,
      sockets: 1,
      socketGap: 0,
      every: false,
      admission: { limits, backOff, random: () => 0.5 },
      shelf: { idle: 3000, age: 20_000, uses: 5 },
    });
  }

  acquire(key: string, terms = true): void {
    const caller: Caller = { key, answers: 0, slot: undefined };
    this.callers.push(caller);
    const race = this.scheduler.request(caller, this.now, key, terms ? key : undefined);
    this.races.push(race);
    this.perform(this.scheduler.begin(race, this.now));
  }

  settle(attempt: Attempt, settlement: Settlement): void {
    this.dialling.delete(attempt);
    if (settlement.type !== 'connected') this.opening.delete(attempt);
    this.checking.delete(attempt);
    const late = this.aborted.delete(attempt) && settlement.type === 'opened' && !attempt.slot;
    if (late) this.closing.add(attempt);
    this.perform(this.scheduler.settled(attempt, settlement, this.now));
  }

  tick(by: number): void {
    this.now += by;
    this.perform(this.scheduler.tick(this.now));
  }

  perform(outputs: readonly RaceOutput<Caller, undefined>[]): void {
    this.#queue.push(...outputs);
    if (this.#queue.length > outputs.length) return;
    // As the driver does: what comes of an output is done after what was already due.
    for (let output = this.#queue[0]; output; output = this.#queue[0]) {
      this.#perform(output);
      this.#queue.shift();
      this.#count();
    }
    this.check();
  }

  #perform(output: RaceOutput<Caller, undefined>): void {
    this.seen.set(output.type, (this.seen.get(output.type) ?? 0) + 1);
    switch (output.type) {
      case 'search': {
        const { race } = output;
        this.perform(this.scheduler.candidates(race, this.#candidates(race.handle.key), this.now));
        break;
      }
      case 'dial':
        this.dialling.add(output.attempt);
        this.dialled.push(output.attempt.race.handle.key);
        break;
      case 'open':
        this.opening.add(output.attempt);
        break;
      case 'check':
        hold(!this.leased.has(output.slot), 'nothing is lent twice');
        this.idle.delete(output.slot);
        this.checking.set(output.attempt, output.slot);
        break;
      case 'cancel':
        this.dialling.delete(output.attempt);
        if (this.opening.delete(output.attempt) || this.checking.has(output.attempt)) {
          this.aborted.add(output.attempt);
        }
        break;
      case 'close':
        this.closing.add(output.attempt);
        break;
      case 'reset':
        this.aborted.delete(output.attempt);
        break;
      case 'shelve':
        this.idle.add(output.slot);
        break;
      case 'retire':
        this.idle.delete(output.slot);
        for (const [attempt, slot] of this.checking) {
          if (slot !== output.slot) continue;
          this.checking.delete(attempt);
          this.aborted.delete(attempt);
        }
        hold(!this.retiring.has(output.slot), 'nothing is closed twice');
        this.retiring.add(output.slot);
        break;
      case 'granted': {
        const { handle } = output.attempt.race;
        handle.answers += 1;
        handle.slot = output.slot;
        hold(!this.leased.has(output.slot), 'nothing is lent twice');
        this.leased.add(output.slot);
        this.checking.delete(output.attempt);
        this.opening.delete(output.attempt);
        break;
      }
      case 'exhausted':
        output.race.handle.answers += 1;
        break;
      case 'ended':
      case 'finished':
      case 'note':
        break;
    }
  }

  /** The limits hold at every moment, also between two outputs. */
  #count(): void {
    const slots = [...this.leased, ...this.idle, ...this.retiring, ...this.checking.values()];
    const unsettled = [...this.aborted].filter((attempt) => !attempt.slot);
    const attempts = [...this.dialling, ...this.opening, ...unsettled, ...this.closing];
    const descriptors = attempts.length + new Set(slots).size;
    hold(descriptors <= this.#limits.total, `${descriptors} descriptors`);
    hold(this.dialling.size <= this.#limits.halfOpen, `${this.dialling.size} half open`);
  }

  /** Counts everything anew and compares it with the limits and with what the scheduler says. */
  check(): void {
    const slots = [...this.leased, ...this.idle, ...this.retiring, ...this.checking.values()];
    const unsettled = [...this.aborted].filter((attempt) => !attempt.slot);
    const attempts = [...this.dialling, ...this.opening, ...unsettled, ...this.closing];
    const descriptors = attempts.length + new Set(slots).size;
    hold(
      this.callers.every(({ answers }) => answers <= 1),
      'nobody is answered twice',
    );
    const atAddress = new Tally();
    const inGroup = new Tally();
    const toDestination = new Tally();
    for (const slot of slots) {
      atAddress.add(slot.candidate.endpoint.address, slot);
      inGroup.add(slot.candidate.group, slot);
      toDestination.add(slot.destination.key, slot);
    }
    // A race counts once; its losers in TCP not at all.
    for (const { race, candidate } of attempts) {
      if (race.answered) continue;
      atAddress.add(candidate.endpoint.address, race);
      inGroup.add(candidate.group, race);
      toDestination.add(race.handle.key, race);
    }
    hold(atAddress.most <= this.#limits.perAddress, `${atAddress.most} at one address`);
    hold(inGroup.most <= this.#limits.perGroup, `${inGroup.most} in one group`);
    hold(toDestination.most <= this.#limits.perDestination, `${toDestination.most} to one destination`);
    const held = this.scheduler.counts;
    // Who has a place at its destination keeps it while all it could dial wants peace.
    const resting = new Set(
      this.races.filter(({ answered, holds, restsUntil }) => !answered && holds && restsUntil !== undefined),
    );
    const stuck = this.races.filter(
      ({ wanting, destination }) => wanting && ![...resting].some((race) => race.destination === destination),
    );
    hold(held.descriptors > 0 || stuck.length === 0, 'nobody waits for a turn where nothing is held');
    // Between two outputs the world lags behind; at the end of them it must not.
    this.lag = Math.abs(held.descriptors - descriptors) + Math.abs(held.halfOpen - this.dialling.size);
  }

  lag = 0;
  readonly #queue: RaceOutput<Caller, undefined>[] = [];
  /** How often each output came, to see that a test goes where it should. */
  readonly seen: Map<string, number> = new Map();

  /** Lets everything come to its end. */
  finish(): void {
    for (let round = 0; round < 200; round += 1) {
      for (const attempt of this.closing) {
        this.closing.delete(attempt);
        this.perform(this.scheduler.closed(attempt, this.now));
      }
      for (const slot of this.retiring) {
        this.retiring.delete(slot);
        this.perform(this.scheduler.gone(slot, this.now));
      }
      for (const slot of this.leased) {
        this.leased.delete(slot);
        this.perform(this.scheduler.returned(slot, this.now));
      }
      if (this.scheduler.deadline === undefined) break;
      this.tick(Math.max(0, this.scheduler.deadline - this.now));
    }
    this.perform(this.scheduler.drain(this.now));
    for (const slot of this.retiring) {
      this.retiring.delete(slot);
      this.perform(this.scheduler.gone(slot, this.now));
    }
  }
}

/** Who is where; nobody counts twice in one place. */
class Tally {
  readonly #places = new Map<string, Set<unknown>>();

  /** Counts somebody; what is nowhere does not count. */
  add(place: string | undefined, who: unknown): void {
    if (place === undefined) return;
    const known = this.#places.get(place);
    if (known) known.add(who);
    else this.#places.set(place, new Set([who]));
  }

  /** How many are where most are. */
  get most(): number {
    return Math.max(0, ...Array.from(this.#places.values(), ({ size }) => size));
  }
}

/** An expectation inside a loop. */
export function hold(condition: boolean, what: string): void {
  if (!condition) throw new Error(`does not hold: ${what}`);
}
