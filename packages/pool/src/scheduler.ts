/**
 * The theory. A race has one waiter, a deadline, and a queue of candidates in order. Candidates are dialled one after the
 * other: the next when the newest has stayed unanswered for a stagger, or at once for each failure. An attempt is in TCP
 * (`connect`), then in the caller's hook (`open`); the first one whose hook comes back is granted, at once.
 *
 *   connect ──answered──▶ open ──came back──▶ granted
 *      │                   └─lost, deadline──▶ closing ──came back, or reset after a second──▶ ended
 *      ├─refused, unreachable─▶ failed
 *      ├─unanswered SYNs──────▶ silent
 *      └─answered, but lost───▶ open (closed by us)
 *
 * A race that has been answered lives on while an attempt is in its SYN phase: such a loser is not cancelled but waits for
 * the SYN that makes its silence worth remembering, or for its late answer. So three decisions have three thresholds:
 * falling back (a stagger), remembering (`remember` SYNs), reporting (`report` SYNs).
 *
 * Everything that happens ends in `#review`, the one place that gives up, dials, and says when to tick next.
 */
import { isWireError } from '@postern/wire';
import type { Fault, Instant, Milliseconds, Reason } from '@postern/wire';
import type { Outcome } from './attempt.ts';
import type { Candidate } from './candidate.ts';
import type { Observation } from './memory/memory.ts';
import { DueQueue } from './race/due-queue.ts';
import { Race, RunningAttempt } from './race/race.ts';
import type { RaceEnd, RaceOutput, RaceRules, Settlement } from './race/race.ts';
import { dueOf, giveUpAt, isHopeful, isOpen, nextDialAt } from './race/times.ts';
import { synsSent, synsUnanswered } from './syn.ts';

/** An aborted hook gets as long as a connection may take to close (one second), then the connection is broken. */
const CLOSING: Milliseconds = 1000;

/**
 * A tick that comes later than this finds a machine or an event loop that slept. SYNs slept as well, so the time that
 * passed proves no silence.
 */
const ASLEEP: Milliseconds = 1000;

/** All races of a pool as one machine: no socket, no clock, no promise. */
export class Scheduler<R, A> {
  readonly #rules: RaceRules;
  readonly #races: DueQueue<Race<R, A>> = new DueQueue();
  /** The clock as seen last; it never goes back here, whatever the clock outside does. */
  #now: Instant = -Infinity;
  #asleep = false;
  #outputs: RaceOutput<R, A>[] = [];

  constructor(rules: RaceRules) {
    this.#rules = rules;
  }

  /** When `tick` is due. */
  get deadline(): Instant | undefined {
    return this.#races.first?.due;
  }

  /** Races that are not finished. */
  races(): readonly Race<R, A>[] {
    return this.#races.entries();
  }

  /** A new race; its budget runs from now on, while its candidates are still being looked for. */
  request(handle: R, now: Instant): Race<R, A> {
    const race = new Race<R, A>(handle, this.#clamp(now) + this.#rules.deadline);
    this.#races.set(race, race.deadlineAt);
    return race;
  }

  /** The candidates of a race, in the order in which they are to be dialled. */
  candidates(race: Race<R, A>, ordered: readonly Candidate[], now: Instant): readonly RaceOutput<R, A>[] {
    if (!race.answered && !race.queue) {
      race.queue = ordered;
      this.#review(race, this.#clamp(now));
    }
    return this.#take();
  }

  /** What became of an attempt; repeated, late and contradicting settlements are ignored. */
  settled(
    race: Race<R, A>,
    attempt: RunningAttempt<A>,
    settlement: Settlement,
    now: Instant,
  ): readonly RaceOutput<R, A>[] {
    const at = this.#clamp(now);
    if (attempt.state === 'closing') {
      if (settlement.type !== 'connected') attempt.state = 'ended';
    } else if (settlement.type === 'connected') {
      if (attempt.state === 'connect') this.#connected(race, attempt, at);
    } else if (settlement.type === 'opened') {
      if (attempt.state === 'open') this.#grant(race, attempt, at);
    } else if (attempt.state !== 'ended') {
      this.#failed(race, attempt, settlement, at);
    }
    this.#review(race, at);
    return this.#take();
  }

  /** Ends a race and all its attempts; for the caller's abort and the pool's end. */
  abandon(race: Race<R, A>, why: RaceEnd, reason: unknown, now: Instant): readonly RaceOutput<R, A>[] {
    if (race.place >= 0) {
      race.reason = reason;
      const at = this.#clamp(now);
      this.#expire(race, why, at);
      this.#review(race, at);
    }
    return this.#take();
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
    return this.#take();
  }

  #clamp(now: Instant): Instant {
    if (now > this.#now) this.#now = now;
    return this.#now;
  }

  #take(): readonly RaceOutput<R, A>[] {
    const outputs = this.#outputs;
    if (outputs.length > 0) this.#outputs = [];
    return outputs;
  }

  #connected(race: Race<R, A>, attempt: RunningAttempt<A>, now: Instant): void {
    const { record } = attempt;
    record.connected = now - record.started;
    record.syns = synsSent(record.connected, this.#rules.syns);
    this.#note('answered', race, attempt, now);
    if (race.answered) {
      this.#end(attempt, 'open', now);
      this.#outputs.push({ type: 'close', attempt });
    } else if (this.#rules.every) {
      race.answered = true;
      this.#end(attempt, 'granted', now);
      this.#outputs.push({ type: 'granted', race, attempt });
    } else {
      attempt.state = 'open';
      record.phase = 'open';
      this.#outputs.push({ type: 'open', race, attempt });
    }
  }

  #grant(race: Race<R, A>, attempt: RunningAttempt<A>, now: Instant): void {
    race.answered = true;
    this.#end(attempt, 'granted', now);
    this.#outputs.push({ type: 'granted', race, attempt });
    // Losers past TCP have told all they know; losers in TCP live on until `#review` knows what to make of them.
    for (const other of race.attempts) if (other.state === 'open') this.#abort(race, other, 'lost', now);
  }

  #failed(
    race: Race<R, A>,
    attempt: RunningAttempt<A>,
    { error, fault }: Settlement & { type: 'failed' },
    now: Instant,
  ): void {
    const { record } = attempt;
    const inTcp = attempt.state === 'connect';
    record.error = error;
    record.fault = fault;
    record.reason = fault?.reason ?? (inTcp ? 'connect-failed' : undefined);
    if (fault && !inTcp) record.phase = fault.phase;
    if (inTcp) record.syns = synsSent(now - record.started, this.#rules.syns);
    this.#end(attempt, inTcp && record.reason === 'timeout-connect' ? 'silent' : 'failed', now);
    if (inTcp) this.#noteFailure(race, attempt, record.reason, now);
    race.failures += 1;
  }

  #noteFailure(race: Race<R, A>, attempt: RunningAttempt<A>, reason: Reason | undefined, now: Instant): void {
    // An unreachable host, a local rule, no descriptor left: nothing of that is true of the port.
    if (reason === 'connection-refused') this.#note('refused', race, attempt, now);
    // Accepted and then broken: the port did answer.
    if (reason === 'reset-before-greeting') this.#note('answered', race, attempt, now);
    // The system gave up by itself; it may be set to do so after very few SYNs.
    if (reason === 'timeout-connect' && attempt.record.syns >= this.#rules.remember) {
      this.#note('silent', race, attempt, now);
    }
  }

  /** Ends an attempt in TCP that we no longer wait for, with whatever its unanswered SYNs prove. */
  #giveUp(race: Race<R, A>, attempt: RunningAttempt<A>, why: RaceEnd | 'silent', now: Instant): void {
    const { syns, margin, remember, report } = this.#rules;
    const { record } = attempt;
    const waited = now - record.started;
    const unanswered = synsUnanswered(waited, syns, margin, race.roundTrip(record.endpoint.address));
    record.syns = synsSent(waited, syns);
    if (this.#asleep || unanswered < Math.min(remember, report)) {
      this.#end(attempt, 'abandoned', now);
    } else {
      record.syns = unanswered;
      this.#end(attempt, 'silent', now);
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
      if (unanswered >= remember) this.#note('silent', race, attempt, now);
    }
    this.#outputs.push({ type: 'cancel', race, attempt, why });
  }

  /** Aborts an attempt inside the hook; the hook gets a second to come back. */
  #abort(race: Race<R, A>, attempt: RunningAttempt<A>, why: RaceEnd | 'lost', now: Instant): void {
    this.#end(attempt, 'abandoned', now);
    attempt.state = 'closing';
    attempt.closeBy = now + CLOSING;
    this.#outputs.push({ type: 'cancel', race, attempt, why });
  }

  #end(attempt: RunningAttempt<A>, outcome: Outcome, now: Instant): void {
    attempt.state = 'ended';
    attempt.record.outcome = outcome;
    attempt.record.ms = now - attempt.record.started;
  }

  #note(type: Observation['type'], race: Race<R, A>, attempt: RunningAttempt<A>, at: Instant): void {
    const { endpoint, started, syns } = attempt.record;
    const sibling = race.siblingAnswered(attempt);
    this.#outputs.push({
      type: 'note',
      observation: { type, endpoint, at, ms: at - started, syns, sibling },
    });
  }

  /** Ends everything of a race that is under way, and answers its waiter. */
  #expire(race: Race<R, A>, why: RaceEnd, now: Instant): void {
    for (const attempt of race.attempts) {
      if (attempt.state === 'connect') this.#giveUp(race, attempt, why, now);
      else if (attempt.state === 'open') this.#abort(race, attempt, why, now);
    }
    const queue = race.queue ?? [];
    if (this.#rules.every) {
      // Every candidate's outcome is wanted, so those that were never dialled are listed too.
      for (const candidate of queue.slice(race.next)) {
        const attempt = new RunningAttempt<A>(candidate, now);
        attempt.record.syns = 0;
        this.#end(attempt, 'abandoned', now);
        race.attempts.push(attempt);
      }
    }
    race.next = queue.length;
    this.#exhaust(race, why);
  }

  #exhaust(race: Race<R, A>, why: RaceEnd): void {
    if (race.answered) return;
    race.answered = true;
    this.#outputs.push({ type: 'exhausted', race, why });
  }

  #review(race: Race<R, A>, now: Instant): void {
    const { every, sockets, socketGap } = this.#rules;
    if (race.place < 0) return;
    if (now >= race.deadlineAt && isOpen(race, this.#rules)) this.#expire(race, 'deadline', now);
    for (const attempt of race.attempts) {
      if (attempt.state === 'closing' && now >= attempt.closeBy) {
        attempt.state = 'ended';
        this.#outputs.push({ type: 'reset', attempt });
      } else if (attempt.state === 'connect') {
        if (now >= giveUpAt(race, attempt, this.#rules)) {
          this.#giveUp(race, attempt, 'silent', now);
          race.failures += 1;
        } else if (attempt.sockets < sockets && now >= attempt.record.started + attempt.sockets * socketGap) {
          attempt.sockets += 1;
          this.#outputs.push({ type: 'dial', race, attempt });
        }
      }
    }
    const { queue } = race;
    if (queue && (!race.answered || every)) {
      while (race.next < queue.length && (race.failures > 0 || now >= nextDialAt(race, this.#rules))) {
        race.failures = Math.max(0, race.failures - 1);
        const candidate = queue[race.next];
        race.next += 1;
        if (!candidate) continue;
        const attempt = new RunningAttempt<A>(candidate, now);
        race.attempts.push(attempt);
        this.#outputs.push({ type: 'dial', race, attempt });
      }
      race.failures = 0;
    }
    let running = false;
    let hopeful = false;
    for (const attempt of race.attempts) {
      running ||= attempt.state !== 'ended';
      hopeful ||= isHopeful(attempt);
    }
    if (queue && race.next >= queue.length && !hopeful) {
      this.#exhaust(race, race.attempts.length === 0 ? 'no-candidates' : 'all-failed');
    }
    if (!running && !isOpen(race, this.#rules)) {
      this.#races.delete(race);
      this.#outputs.push({ type: 'finished', race });
      return;
    }
    this.#races.set(race, dueOf(race, this.#rules));
  }
}

/** The fault in an error, for a {@link Settlement}. */
export function faultOf(error: unknown): Fault | undefined {
  return isWireError(error) ? error.fault : undefined;
}
