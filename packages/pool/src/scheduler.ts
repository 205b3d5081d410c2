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
 * Whether a race whose turn to dial has come may dial is the business of `limits/admission.ts`. Everything that happens ends in
 * `#review`, the one place that gives up, asks for turns, and says when to tick next, and then in `#pump`, which dials.
 */
import { isWireError } from '@postern/wire';
import type { Fault, Instant, Milliseconds, Reason } from '@postern/wire';
import type { Outcome } from './attempt.ts';
import type { Candidate } from './candidate.ts';
import { Admission } from './limits/admission.ts';
import type { Held } from './limits/admission.ts';
import { takesPlace } from './limits/obstacle.ts';
import type { Obstacle } from './limits/obstacle.ts';
import type { Observation } from './memory/memory.ts';
import { RunningAttempt } from './race/attempt.ts';
import { DueQueue } from './race/due-queue.ts';
import { Race } from './race/race.ts';
import type { CancelCause, RaceEnd, RaceOutput, Settlement } from './race/race.ts';
import type { RaceRules } from './race/rules.ts';
import { dueOf, giveUpAt, hasMore, isDue, isHopeful, isOpen, openUntil } from './race/times.ts';
import { Shelf } from './reuse/shelf.ts';
import { Slot } from './reuse/slot.ts';
import { synsAnswered, synsSent, synsUnanswered } from './syn.ts';

/** An aborted hook gets as long as a connection may take to close (one second), then the connection is broken. */
const CLOSING: Milliseconds = 1000;

/**
 * A tick that comes later than this finds a machine or an event loop that slept. SYNs slept as well, so the time that
 * passed proves no silence.
 */
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
  readonly #shelf: Shelf;
  /** Attempts that have lost and only settle the memory, in that order: the first to go when descriptors are scarce. */
  readonly #settling = new Set<RunningAttempt<R, A>>();
  /** Races that an idle connection would do for. */
  readonly #waiting = new Map<string, Set<Race<R, A>>>();
  /** Idle connections that are being closed to make room. */
  #retiring = 0;
  #draining = false;
  /** The clock as seen last; it never goes back here, whatever the clock outside does. */
  #now: Instant = -Infinity;
  #asleep = false;
  #outputs: RaceOutput<R, A>[] = [];

  constructor(rules: RaceRules) {
    this.#rules = rules;
    this.#admission = new Admission(rules.admission, (race, obstacle) => this.#relieve(race, obstacle));
    this.#shelf = new Shelf(rules.shelf);
  }

  /** When `tick` is due. */
  get deadline(): Instant | undefined {
    const race = this.#races.first?.due;
    const idle = this.#shelf.deadline;
    return race === undefined || idle === undefined ? (race ?? idle) : Math.min(race, idle);
  }

  /** Whether no race is under way and nothing is kept. */
  get isIdle(): boolean {
    return this.#races.size === 0 && this.#shelf.size === 0;
  }

  get counts(): SchedulerCounts {
    return { ...this.#admission.held, idle: this.#shelf.size, settling: this.#settling.size };
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
  begin(race: Race<R, A>, now: Instant): readonly RaceOutput<R, A>[] {
    const at = this.#clamp(now);
    const { terms } = race;
    if (terms !== undefined) {
      const same = this.#waiting.get(terms);
      if (same) same.add(race);
      else this.#waiting.set(terms, new Set([race]));
      const slot = this.#shelf.take(terms);
      if (slot) this.#look(race, slot, at);
    }
    return this.#done(race, at);
  }

  /** The candidates of a race, in the order in which they are to be dialled. */
  candidates(
    race: Race<R, A>,
    ordered: readonly Candidate[],
    now: Instant,
    recheck?: Candidate,
  ): readonly RaceOutput<R, A>[] {
    const at = this.#clamp(now);
    if (race.answered || race.queue) return this.#take();
    race.queue = ordered;
    race.recheck = recheck;
    return this.#done(race, at);
  }

  /** What became of an attempt; repeated, late and contradicting settlements are ignored. */
  settled(attempt: RunningAttempt<R, A>, settlement: Settlement, now: Instant): readonly RaceOutput<R, A>[] {
    const at = this.#clamp(now);
    const { race, slot } = attempt;
    if (attempt.state === 'closing') {
      if (settlement.type === 'connected') return this.#take();
      attempt.state = 'ended';
      if (settlement.type === 'failed') this.#letGo(attempt);
      // What was looked at for somebody who has gone is as good as before.
      if (settlement.type === 'opened' && slot) this.#shelve(slot, at);
    } else if (settlement.type === 'connected') {
      if (attempt.state === 'connect') this.#connected(attempt, at);
    } else if (settlement.type === 'opened') {
      if (attempt.state === 'open') this.#grant(attempt, at);
    } else if (attempt.state !== 'ended') {
      this.#failed(attempt, settlement, at);
    }
    return this.#done(race, at);
  }

  /** The connection of an attempt that was granted to nobody is closed. */
  closed(attempt: RunningAttempt<R, A>, now: Instant): readonly RaceOutput<R, A>[] {
    this.#admission.release(attempt);
    return this.#done(undefined, this.#clamp(now));
  }

  /** A lease has ended and its value is as good as before: for the next who waits, or for the shelf. */
  returned(slot: Slot, now: Instant): readonly RaceOutput<R, A>[] {
    const at = this.#clamp(now);
    this.#shelve(slot, at);
    return this.#done(undefined, at);
  }

  /** An idle connection turned out to be of no use. */
  spent(slot: Slot, now: Instant): readonly RaceOutput<R, A>[] {
    if (this.#shelf.remove(slot)) this.#retire(slot);
    return this.#done(undefined, this.#clamp(now));
  }

  /** A granted connection is closed for good. */
  gone(slot: Slot, now: Instant): readonly RaceOutput<R, A>[] {
    if (slot.evicted && !slot.gone) this.#retiring -= 1;
    this.#admission.releaseSlot(slot);
    return this.#done(undefined, this.#clamp(now));
  }

  /** The peer of a granted connection has said that it is too much for it. Returns until when it is left alone. */
  deferred(slot: Slot, now: Instant): Instant {
    return this.#admission.addresses.deferred(slot.candidate.endpoint.address, this.#clamp(now));
  }

  /** Ends a race and all its attempts; for the caller's abort and the pool's end. */
  abandon(race: Race<R, A>, why: RaceEnd, reason: unknown, now: Instant): readonly RaceOutput<R, A>[] {
    const at = this.#clamp(now);
    if (race.place < 0) return this.#take();
    race.reason = reason;
    this.#expire(race, why, at);
    return this.#done(race, at);
  }

  /** Keeps nothing any more: what is idle is closed, and what comes back is as well. Races go on. */
  drain(now: Instant): readonly RaceOutput<R, A>[] {
    this.#draining = true;
    for (const slot of this.#shelf.all()) {
      this.#shelf.remove(slot);
      this.#retire(slot);
    }
    return this.#done(undefined, this.#clamp(now));
  }

  /** Does what is due. Early and repeated calls are harmless. */
  tick(now: Instant): readonly RaceOutput<R, A>[] {
    const at = this.#clamp(now);
    let race = this.#races.first;
    this.#asleep = race !== undefined && at - race.due > ASLEEP;
    while (race && race.due <= at) {
      this.#review(race, at);
      race = this.#races.first;
    }
    this.#asleep = false;
    for (const slot of this.#shelf.overdue(at)) this.#retire(slot);
    return this.#done(undefined, at);
  }

  #clamp(now: Instant): Instant {
    if (now > this.#now) this.#now = now;
    return this.#now;
  }

  #done(race: Race<R, A> | undefined, now: Instant): readonly RaceOutput<R, A>[] {
    if (race) this.#review(race, now);
    if (this.#admission.queued > 0) this.#pump(now);
    return this.#take();
  }

  #take(): readonly RaceOutput<R, A>[] {
    const outputs = this.#outputs;
    if (outputs.length > 0) this.#outputs = [];
    return outputs;
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
      for (const loser of this.#settling) {
        this.#drop(loser);
        return true;
      }
      if (this.#makeWay(race)) return true;
      if (obstacle.type === 'half-open' || this.#retiring >= this.#admission.queued) return false;
    }
    const idle = this.#shelf.oldest(
      ({ destination, candidate }) =>
        obstacle.type === 'total' || takesPlace(obstacle, destination, candidate),
    );
    if (idle) {
      this.#shelf.remove(idle);
      idle.evicted = true;
      this.#retiring += 1;
      this.#retire(idle);
    }
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

  /** Gives up an attempt for its descriptor. It is not noted: it was not given its time. */
  #drop(attempt: RunningAttempt<R, A>): void {
    this.#end(attempt, 'abandoned', this.#now);
    this.#outputs.push({ type: 'cancel', attempt, why: 'pressure' });
    if (attempt.race.answered) this.#review(attempt.race, this.#now);
  }

  #retire(slot: Slot): void {
    this.#outputs.push({ type: 'retire', slot });
  }

  /** What an attempt held is free: its descriptor, or the connection it looked at. */
  #letGo(attempt: RunningAttempt<R, A>): void {
    if (attempt.slot) this.#retire(attempt.slot);
    else this.#admission.release(attempt);
  }

  #shelve(slot: Slot, now: Instant): void {
    if (this.#draining || !this.#shelf.accepts(slot, now)) {
      this.#retire(slot);
      return;
    }
    const waiting = this.#waiting.get(slot.terms ?? '');
    for (const race of waiting ?? []) {
      if (race.attempts.some((attempt) => attempt.slot && isHopeful(attempt))) continue;
      this.#look(race, slot, now);
      this.#review(race, now);
      return;
    }
    this.#shelf.put(slot, now);
    this.#outputs.push({ type: 'shelve', slot });
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
    const { race, record } = attempt;
    record.connected = now - attempt.started;
    record.syns = synsAnswered(record.connected, this.#rules.syns);
    this.#note('answered', attempt, now);
    this.#admission.noLongerHalfOpen(attempt);
    // An answer puts the next candidate off.
    if (!this.#rules.every) this.#admission.unwant(race);
    if (race.answered) {
      // Its descriptor is given back when it is closed.
      this.#end(attempt, 'open', now);
      this.#outputs.push({ type: 'close', attempt });
    } else if (this.#rules.every) {
      this.#grant(attempt, now);
    } else {
      attempt.state = 'open';
      record.phase = 'open';
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
      if (!every) this.#admission.succeeded(candidate.endpoint.address);
    }
    attempt.state = 'ended';
    attempt.record.outcome = 'granted';
    attempt.record.ms = now - attempt.started;
    this.#outputs.push({ type: 'granted', attempt, slot });
    for (const other of race.attempts) {
      // Losers past TCP have told all they know; losers in TCP live on until `#review` knows what to make of them.
      if (other.state === 'open') this.#abort(other, 'lost', now);
      else if (other.state === 'connect' && !every) {
        this.#admission.leaveAddress(other);
        this.#settling.add(other);
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
    this.#settling.add(attempt);
    race.add(attempt);
    this.#outputs.push({ type: 'dial', attempt });
  }

  /** The waiter has its answer, so the race competes for nothing any more. */
  #answer(race: Race<R, A>): void {
    race.answered = true;
    this.#admission.unwant(race);
    if (race.terms === undefined) return;
    const same = this.#waiting.get(race.terms);
    same?.delete(race);
    if (same?.size === 0) this.#waiting.delete(race.terms);
  }

  #failed(attempt: RunningAttempt<R, A>, failure: Settlement & { type: 'failed' }, now: Instant): void {
    const { race, record } = attempt;
    const { error, fault, deferred } = failure;
    const inTcp = attempt.state === 'connect';
    record.error = error;
    record.fault = fault;
    record.reason = fault?.reason ?? (inTcp ? 'connect-failed' : undefined);
    if (fault && !inTcp) record.phase = fault.phase;
    if (inTcp) record.syns = synsSent(now - attempt.started, this.#rules.syns);
    if (deferred === true) this.#admission.addresses.deferred(attempt.candidate.endpoint.address, now);
    this.#end(attempt, inTcp && record.reason === 'timeout-connect' ? 'silent' : 'failed', now);
    this.#letGo(attempt);
    if (inTcp) this.#noteFailure(attempt, record.reason, now);
    race.failures += 1;
  }

  #noteFailure(attempt: RunningAttempt<R, A>, reason: Reason | undefined, now: Instant): void {
    // An unreachable host, a local rule, no descriptor left: nothing of that is true of the port.
    if (reason === 'connection-refused') this.#note('refused', attempt, now);
    // Accepted and then broken: the port did answer.
    if (reason === 'reset-before-greeting') this.#note('answered', attempt, now);
    // The system gave up by itself; it may be set to do so after very few SYNs.
    if (reason === 'timeout-connect' && attempt.record.syns >= this.#rules.thresholds().remember) {
      this.#note('silent', attempt, now);
    }
  }

  /** Ends an attempt in TCP that we no longer wait for, with whatever its unanswered SYNs prove. */
  #giveUp(attempt: RunningAttempt<R, A>, why: CancelCause, now: Instant): void {
    const { syns, margin } = this.#rules;
    const { remember, report } = this.#rules.thresholds();
    const { race, record } = attempt;
    const waited = now - attempt.started;
    const unanswered = synsUnanswered(waited, syns, margin, race.roundTrip(record.endpoint.address));
    record.syns = synsSent(waited, syns);
    if (this.#asleep || unanswered < Math.min(remember, report)) {
      this.#end(attempt, 'abandoned', now);
    } else {
      record.syns = unanswered;
      if (unanswered >= report) {
        record.reason = 'timeout-connect';
        record.fault = {
          kind: 'timeout',
          reason: 'timeout-connect',
          phase: 'connect',
          after: waited,
          limit: waited,
          endpoint: record.endpoint,
          evidence: { syns: unanswered },
        };
        record.error = undefined;
      }
      this.#end(attempt, 'silent', now);
      if (unanswered >= remember) this.#note('silent', attempt, now);
    }
    this.#outputs.push({ type: 'cancel', attempt, why });
  }

  /** Aborts an attempt inside the hook; the hook gets a second to come back. */
  #abort(attempt: RunningAttempt<R, A>, why: CancelCause, now: Instant): void {
    this.#end(attempt, 'abandoned', now);
    attempt.state = 'closing';
    attempt.closeBy = now + CLOSING;
    this.#outputs.push({ type: 'cancel', attempt, why });
  }

  #end(attempt: RunningAttempt<R, A>, outcome: Outcome, now: Instant): void {
    const inTcp = attempt.state === 'connect';
    attempt.state = 'ended';
    attempt.record.outcome = outcome;
    attempt.record.ms = now - attempt.started;
    this.#settling.delete(attempt);
    if (inTcp && outcome !== 'open') this.#admission.release(attempt);
    this.#outputs.push({ type: 'ended', attempt });
  }

  #note(type: Observation['type'], attempt: RunningAttempt<R, A>, at: Instant): void {
    const { record, race, started } = attempt;
    const sibling = race.siblingAnswered(attempt);
    this.#outputs.push({
      type: 'note',
      observation: {
        type,
        endpoint: record.endpoint,
        at,
        ms: at - started,
        syns: record.syns,
        sibling,
        ...(attempt.sockets > 1 ? { sockets: attempt.sockets } : {}),
      },
    });
  }

  /** Ends everything of a race that is under way, and answers its waiter. */
  #expire(race: Race<R, A>, why: RaceEnd, now: Instant): void {
    for (const attempt of race.attempts) {
      if (attempt.state === 'connect') this.#giveUp(attempt, why, now);
      else if (attempt.state === 'open') this.#abort(attempt, why, now);
    }
    if (this.#rules.every) {
      // Every candidate's outcome is wanted, so those that were never dialled are listed too.
      for (const candidate of (race.queue ?? []).slice(race.next)) {
        const attempt = new RunningAttempt<R, A>(race, candidate, now);
        attempt.record.syns = 0;
        this.#end(attempt, 'abandoned', now);
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
    this.#races.set(race, dueOf(race, this.#rules));
  }

  #reviewAttempt(race: Race<R, A>, attempt: RunningAttempt<R, A>, now: Instant): void {
    const { sockets, socketGap } = this.#rules;
    if (attempt.state === 'closing' && attempt.closeBy !== undefined && now >= attempt.closeBy) {
      attempt.state = 'ended';
      if (!attempt.slot) this.#outputs.push({ type: 'reset', attempt });
      this.#letGo(attempt);
    } else if (attempt.state === 'open' && now >= openUntil(attempt, this.#rules)) {
      this.#abort(attempt, 'deadline', now);
      race.failures += 1;
    } else if (attempt.state === 'connect') {
      if (now >= giveUpAt(race, attempt, this.#rules)) {
        this.#giveUp(attempt, 'silent', now);
        race.failures += 1;
      } else if (attempt.sockets < sockets && now >= attempt.started + attempt.sockets * socketGap) {
        attempt.sockets += 1;
        this.#outputs.push({ type: 'dial', attempt });
      }
    }
  }
}

/** The fault in an error, for a {@link Settlement}. */
export function faultOf(error: unknown): Fault | undefined {
  return isWireError(error) ? error.fault : undefined;
}
