/**
 * The theory. A race has one waiter, a deadline, and a queue of candidates in order. Candidates are dialled one after the
 * other: the next when the newest has stayed unanswered for a stagger, or at once for each failure. An attempt is in TCP
 * (`connect`), then in the caller's hook (`open`); the first one whose hook comes back is granted, at once.
 *
 *   connect ──answered──▶ open ──came back──▶ granted ──given back──▶ idle ──taken──▶ open (looked at) …
 *      │                   └─lost, deadline──▶ closing ──came back, or reset after a second──▶ ended
 *      ├─refused, unreachable─▶ failed
 *      ├─unanswered SYNs──────▶ silent
 *      └─answered, but lost───▶ open (closed by us)
 *
 * A race that has been answered lives on while an attempt is in its SYN phase: such a loser is not cancelled but waits for
 * the SYN that makes its silence worth remembering, or for its late answer. So three decisions have three thresholds:
 * falling back (a stagger), remembering (`remember` SYNs), reporting (`report` SYNs).
 *
 * Whether a race whose turn to dial has come may dial is the business of `limits/admission.ts`; what an attempt's end means is
 * that of `race/endings.ts`, and idle connections are in `reuse/idle.ts`. Everything that happens ends in
 * `#review`, the one place that gives up, asks for turns, and says when to tick next, and then in `#pump`, which dials.
 */
import type { Instant, Milliseconds } from '@postern/wire';
import type { Candidate } from './candidate.ts';
import { Admission } from './limits/admission.ts';
import type { Held } from './limits/admission.ts';
import type { Obstacle } from './limits/obstacle.ts';
import { RunningAttempt } from './race/attempt.ts';
import { DueQueue } from './race/due-queue.ts';
import { Endings } from './race/endings.ts';
import { Outputs } from './race/outputs.ts';
import { Race } from './race/race.ts';
import type { RaceEnd, RaceOutput, Settlement } from './race/race.ts';
import type { RaceRules } from './race/rules.ts';
import { dueOf, giveUpAt, hasMore, isDue, isHopeful, isOpen, openUntil } from './race/times.ts';
import { Idle } from './reuse/idle.ts';
import { Slot } from './reuse/slot.ts';

/** A tick that comes later than this finds a machine or an event loop that slept. */
const ASLEEP: Milliseconds = 1000;

/** What there is besides races. */
export interface SchedulerCounts extends Held {
  readonly idle: number;
  readonly settling: number;
}

/** All races of a pool as one machine: no socket, no clock, no promise. */
export class Scheduler<R, A> {
  readonly #rules: RaceRules;
  readonly #races: DueQueue<Race<R, A>> = new DueQueue();
  readonly #admission: Admission<R, A>;
  readonly #outputs: Outputs<R, A> = new Outputs();
  readonly #endings: Endings<R, A>;
  readonly #idle: Idle<R, A>;
  /** The clock as seen last; it never goes back here, whatever the clock outside does. */
  #now: Instant = -Infinity;

  constructor(rules: RaceRules) {
    this.#rules = rules;
    this.#admission = new Admission(rules.admission, (race, obstacle) => this.#relieve(race, obstacle));
    this.#endings = new Endings(rules, this.#admission, this.#outputs);
    this.#idle = new Idle(rules.shelf, this.#outputs);
  }

  /** When `tick` is due. */
  get deadline(): Instant | undefined {
    const race = this.#races.first?.due;
    const idle = this.#idle.deadline;
    return race === undefined || idle === undefined ? (race ?? idle) : Math.min(race, idle);
  }

  /** Whether no race is under way and nothing is kept. */
  get isIdle(): boolean {
    return this.#races.size === 0 && this.#idle.size === 0;
  }

  get counts(): SchedulerCounts {
    return { ...this.#admission.held, idle: this.#idle.size, settling: this.#endings.settling.size };
  }

  /** Races that are not finished. */
  races(): readonly Race<R, A>[] {
    return this.#races.entries();
  }

  /** A new race; its budget runs from now on, while its candidates are still being looked for. */
  request(handle: R, now: Instant, key = '', terms?: string): Race<R, A> {
    const destination = this.#admission.destination(key);
    const race = new Race<R, A>(handle, this.#clamp(now) + this.#rules.deadline, destination, terms);
    this.#races.set(race, race.deadlineAt);
    return race;
  }

  /** Sets a race going: with an idle connection if there is one, else with a search for candidates. */
  begin(race: Race<R, A>, now: Instant): RaceOutput<R, A>[] {
    const at = this.#clamp(now);
    const slot = this.#idle.wait(race);
    if (slot) this.#look(race, slot, at);
    return this.#done(race, at);
  }

  /** The candidates of a race, in the order in which they are to be dialled. */
  candidates(
    race: Race<R, A>,
    ordered: readonly Candidate[],
    now: Instant,
    recheck?: Candidate,
  ): RaceOutput<R, A>[] {
    const at = this.#clamp(now);
    if (race.answered || race.queue) return this.#outputs.take();
    race.queue = ordered;
    race.recheck = recheck;
    return this.#done(race, at);
  }

  /** What became of an attempt; repeated, late and contradicting settlements are ignored. */
  settled(attempt: RunningAttempt<R, A>, settlement: Settlement, now: Instant): RaceOutput<R, A>[] {
    const at = this.#clamp(now);
    const { race, slot } = attempt;
    if (attempt.state === 'closing') {
      if (settlement.type === 'connected') return this.#outputs.take();
      attempt.state = 'ended';
      if (settlement.type === 'failed') this.#endings.letGo(attempt);
      // What was looked at for somebody who has gone is as good as before.
      if (settlement.type === 'opened' && slot) this.#shelve(slot, at);
    } else if (settlement.type === 'connected') {
      if (attempt.state === 'connect') this.#connected(attempt, at);
    } else if (settlement.type === 'opened') {
      if (attempt.state === 'open') this.#grant(attempt, at);
    } else if (attempt.state !== 'ended') {
      this.#endings.failed(attempt, settlement, at);
    }
    return this.#done(race, at);
  }

  /** The connection of an attempt that was granted to nobody is closed. */
  closed(attempt: RunningAttempt<R, A>, now: Instant): RaceOutput<R, A>[] {
    this.#admission.release(attempt);
    return this.#done(undefined, this.#clamp(now));
  }

  /** A lease has ended and its value is as good as before: for the next who waits, or for the shelf. */
  returned(slot: Slot, now: Instant): RaceOutput<R, A>[] {
    const at = this.#clamp(now);
    this.#shelve(slot, at);
    return this.#done(undefined, at);
  }

  /** An idle connection turned out to be of no use. */
  spent(slot: Slot, now: Instant): RaceOutput<R, A>[] {
    this.#idle.spent(slot);
    return this.#done(undefined, this.#clamp(now));
  }

  /** A granted connection is closed for good. */
  gone(slot: Slot, now: Instant): RaceOutput<R, A>[] {
    this.#idle.gone(slot);
    this.#admission.releaseSlot(slot);
    return this.#done(undefined, this.#clamp(now));
  }

  /** The peer of a granted connection has said that it is too much for it. Returns until when it is left alone. */
  deferred(slot: Slot, now: Instant): Instant {
    return this.#admission.addresses.deferred(slot.candidate.endpoint.address, this.#clamp(now));
  }

  /** Ends a race and all its attempts; for the caller's abort and the pool's end. */
  abandon(race: Race<R, A>, why: RaceEnd, reason: unknown, now: Instant): RaceOutput<R, A>[] {
    const at = this.#clamp(now);
    if (race.place < 0) return this.#outputs.take();
    race.reason = reason;
    this.#expire(race, why, at);
    return this.#done(race, at);
  }

  /** Keeps nothing any more: what is idle is closed, and what comes back is as well. Races go on. */
  drain(now: Instant): RaceOutput<R, A>[] {
    this.#idle.drain();
    return this.#done(undefined, this.#clamp(now));
  }

  /** Does what is due. Early and repeated calls are harmless. */
  tick(now: Instant): RaceOutput<R, A>[] {
    const at = this.#clamp(now);
    let race = this.#races.first;
    this.#endings.asleep = race !== undefined && at - race.due > ASLEEP;
    while (race && race.due <= at) {
      this.#review(race, at);
      race = this.#races.first;
    }
    this.#endings.asleep = false;
    this.#idle.tick(at);
    return this.#done(undefined, at);
  }

  #clamp(now: Instant): Instant {
    if (now > this.#now) this.#now = now;
    return this.#now;
  }

  #done(race: Race<R, A> | undefined, now: Instant): RaceOutput<R, A>[] {
    if (race) this.#review(race, now);
    if (this.#admission.queued > 0) this.#pump(now);
    return this.#outputs.take();
  }

  /** Gives turns to dial while there are any. */
  #pump(now: Instant): void {
    for (;;) {
      const turn = this.#admission.next(now);
      if (!turn) return;
      const { race } = turn;
      if (turn.type === 'rest') race.restsUntil = turn.until;
      else this.#dial(race, now);
      this.#review(race, now);
    }
  }

  #dial(race: Race<R, A>, now: Instant): void {
    const candidate = race.takeNext();
    if (!candidate) return;
    race.failures = Math.max(0, race.failures - 1);
    race.restsUntil = undefined;
    const attempt = new RunningAttempt<R, A>(race, candidate, now);
    this.#admission.take(race, attempt);
    race.add(attempt);
    this.#outputs.push({ type: 'dial', attempt });
  }

  /** Asks for a turn to dial. Where there is no descriptor left, a race that has one uses that and waits for nobody. */
  #ask(race: Race<R, A>, now: Instant): void {
    if (this.#admission.isClear(race, now)) {
      this.#dial(race, now);
      this.#review(race, now);
    } else if (this.#admission.isFull && this.#admission.mayDial(race, now) && this.#makeWay(race)) {
      this.#dial(race, now);
      this.#review(race, now);
    } else {
      this.#admission.want(race);
    }
  }

  /** Makes room for a race, and says whether there is room now. */
  #relieve(race: Race<R, A>, obstacle: Obstacle): boolean {
    if (obstacle.type === 'total' || obstacle.type === 'half-open') {
      for (const loser of this.#endings.settling) {
        this.#drop(loser);
        return true;
      }
      if (this.#makeWay(race)) return true;
      if (obstacle.type === 'half-open' || this.#idle.retiring >= this.#admission.queued) return false;
    }
    this.#idle.evict(race, obstacle);
    return false;
  }

  /**
   * An attempt that has not been answered for a stagger makes way for the next one of its own race, and is tried again after all
   * others, once.
   */
  #makeWay(race: Race<R, A>): boolean {
    const own = race.attempts.find((attempt) => attempt.state === 'connect');
    if (!own) return false;
    const before = race.attempts.filter(({ candidate }) => candidate === own.candidate).length;
    if (before > 1) return false;
    race.putLast(own.candidate);
    this.#drop(own);
    return true;
  }

  /** Gives up an attempt for its descriptor. */
  #drop(attempt: RunningAttempt<R, A>): void {
    this.#endings.drop(attempt, this.#now);
    if (attempt.race.answered) this.#review(attempt.race, this.#now);
  }

  /** A connection is as good as before: for the next who waits, or for the shelf. */
  #shelve(slot: Slot, now: Instant): void {
    const race = this.#idle.shelve(slot, now);
    if (!race) return;
    this.#look(race, slot, now);
    this.#review(race, now);
  }

  /** Offers an idle connection to a race: an attempt that begins where others have TCP behind them. */
  #look(race: Race<R, A>, slot: Slot, now: Instant): void {
    const attempt = new RunningAttempt<R, A>(race, slot.candidate, now);
    attempt.slot = slot;
    attempt.state = 'open';
    race.add(attempt);
    this.#outputs.push({ type: 'check', attempt, slot });
  }

  #connected(attempt: RunningAttempt<R, A>, now: Instant): void {
    const { race } = attempt;
    this.#endings.answered(attempt, now);
    // An answer puts the next candidate off.
    if (!this.#rules.every) this.#admission.unwant(race);
    if (race.answered) {
      // Its descriptor is given back when it is closed.
      this.#endings.end(attempt, 'open', now);
      this.#outputs.push({ type: 'close', attempt });
    } else if (this.#rules.every) {
      this.#grant(attempt, now);
    } else {
      attempt.state = 'open';
      attempt.record.phase = 'open';
      this.#outputs.push({ type: 'open', attempt });
    }
  }

  #grant(attempt: RunningAttempt<R, A>, now: Instant): void {
    const { race, candidate } = attempt;
    const { every } = this.#rules;
    this.#answer(race);
    let { slot } = attempt;
    if (slot) {
      slot.uses += 1;
      this.#admission.releaseRace(race);
    } else {
      const holds = this.#admission.winner(race, attempt);
      const destination = this.#admission.destination(race.destination.key);
      slot = new Slot(destination, candidate, race.terms, now, holds);
      if (!every) this.#admission.succeeded(candidate.endpoint.address, now);
    }
    attempt.state = 'ended';
    attempt.record.outcome = 'granted';
    attempt.record.ms = now - attempt.started;
    this.#outputs.push({ type: 'granted', attempt, slot });
    for (const other of race.attempts) {
      // Losers past TCP have told all they know; losers in TCP live on until `#review` knows what to make of them.
      if (other.state === 'open') this.#endings.abort(other, 'lost', now);
      else if (other.state === 'connect' && !every) {
        this.#admission.leaveAddress(other);
        this.#endings.settling.add(other);
      }
    }
    if (race.recheck && !every && this.#admission.isIdle) this.#lookAgain(race, race.recheck, now);
  }

  /** Dials a port that was remembered as silent, now that nobody waits for it. */
  #lookAgain(race: Race<R, A>, candidate: Candidate, now: Instant): void {
    const { address, port } = candidate.endpoint;
    const known = race.attempts.some(
      ({ candidate: { endpoint } }) => endpoint.address === address && endpoint.port === port,
    );
    if (known) return;
    const attempt = new RunningAttempt<R, A>(race, candidate, now);
    this.#admission.takeAside(attempt);
    this.#endings.settling.add(attempt);
    race.add(attempt);
    this.#outputs.push({ type: 'dial', attempt });
  }

  /** The waiter has its answer, so the race competes for nothing any more. */
  #answer(race: Race<R, A>): void {
    race.answered = true;
    this.#admission.unwant(race);
    this.#idle.leave(race);
  }

  /** Ends everything of a race that is under way, and answers its waiter. */
  #expire(race: Race<R, A>, why: RaceEnd, now: Instant): void {
    for (const attempt of race.attempts) {
      if (attempt.state === 'connect') this.#endings.giveUp(attempt, why, now);
      else if (attempt.state === 'open') this.#endings.abort(attempt, why, now);
    }
    if (this.#rules.every) {
      // Every candidate's outcome is wanted, so those that were never dialled are listed too.
      for (const candidate of (race.queue ?? []).slice(race.next)) {
        const attempt = new RunningAttempt<R, A>(race, candidate, now);
        attempt.record.syns = 0;
        this.#endings.end(attempt, 'abandoned', now);
        race.add(attempt);
      }
    }
    race.endQueue();
    race.searched = true;
    this.#admission.unwant(race);
    this.#exhaust(race, why);
  }

  #exhaust(race: Race<R, A>, why: RaceEnd): void {
    if (race.answered) return;
    this.#answer(race);
    this.#admission.releaseRace(race);
    this.#outputs.push({ type: 'exhausted', race, why });
  }

  #review(race: Race<R, A>, now: Instant): void {
    if (race.place < 0) return;
    if (now >= race.deadlineAt && isOpen(race, this.#rules)) this.#expire(race, 'deadline', now);
    for (const attempt of race.attempts) this.#reviewAttempt(race, attempt, now);
    if (!race.wanting && hasMore(race, this.#rules) && isDue(race, this.#rules, now)) {
      if (race.queue) {
        this.#ask(race, now);
      } else {
        race.searched = true;
        this.#outputs.push({ type: 'search', race });
      }
    }
    if (race.queue && !hasMore(race, this.#rules)) race.failures = 0;
    let running = race.wanting;
    let hopeful = race.wanting;
    for (const attempt of race.attempts) {
      running ||= attempt.state !== 'ended';
      hopeful ||= isHopeful(attempt);
    }
    if (!hopeful && race.queue && race.restsUntil !== undefined && race.restsUntil >= race.deadlineAt) {
      // Nothing is under way and nothing may be begun in time: the caller gets to know at once.
      if (!race.answered) this.#expire(race, 'backing-off', now);
    }
    if (race.queue && race.next >= race.queue.length && !hopeful) {
      this.#exhaust(race, race.attempts.length === 0 ? 'no-candidates' : 'all-failed');
    }
    if (!running && !isOpen(race, this.#rules)) {
      this.#races.delete(race);
      this.#admission.letGo(race.destination);
      this.#outputs.push({ type: 'finished', race });
      return;
    }
    this.#races.set(race, dueOf(race, this.#rules, now));
  }

  #reviewAttempt(race: Race<R, A>, attempt: RunningAttempt<R, A>, now: Instant): void {
    const { sockets, socketGap } = this.#rules;
    if (attempt.state === 'closing' && attempt.closeBy !== undefined && now >= attempt.closeBy) {
      attempt.state = 'ended';
      if (!attempt.slot) this.#outputs.push({ type: 'reset', attempt });
      this.#endings.letGo(attempt);
    } else if (attempt.state === 'open' && now >= openUntil(attempt, this.#rules)) {
      this.#endings.abort(attempt, 'deadline', now);
      race.failures += 1;
    } else if (attempt.state === 'connect') {
      if (now >= giveUpAt(race, attempt, this.#rules, now)) {
        this.#endings.giveUp(attempt, 'silent', now);
        race.failures += 1;
      } else if (attempt.sockets < sockets && now >= attempt.started + attempt.sockets * socketGap) {
        attempt.sockets += 1;
        this.#outputs.push({ type: 'dial', attempt });
      }
    }
  }
}
