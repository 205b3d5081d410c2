import { isWireError } from '@postern/wire';
import type { Fault, Instant, Milliseconds, Reason } from '@postern/wire';
import type { Outcome } from '../attempt.ts';
import type { Admission } from '../limits/admission.ts';
import type { Observation } from '../memory/memory.ts';
import { synsAnswered, synsSent, synsUnanswered } from '../syn.ts';
import type { RunningAttempt } from './attempt.ts';
import type { Outputs } from './outputs.ts';
import type { CancelCause, Settlement } from './race.ts';
import type { RaceRules } from './rules.ts';

/** An aborted hook gets as long as a connection may take to close (one second), then the connection is broken. */
const CLOSING: Milliseconds = 1000;

/** How attempts end: what becomes of their record and their places, and what the memory gets to know. */
export class Endings<R, A> {
  /** Attempts that have lost and only settle the memory, in that order: the first to go when descriptors are scarce. */
  readonly settling: Set<RunningAttempt<R, A>> = new Set();
  /** Whether the machine or the loop slept. SYNs slept as well, so the time that passed proves no silence. */
  asleep = false;
  readonly #rules: RaceRules;
  readonly #admission: Admission<R, A>;
  readonly #outputs: Outputs<R, A>;

  constructor(rules: RaceRules, admission: Admission<R, A>, outputs: Outputs<R, A>) {
    this.#rules = rules;
    this.#admission = admission;
    this.#outputs = outputs;
  }

  /** TCP stands. */
  answered(attempt: RunningAttempt<R, A>, now: Instant): void {
    const { record } = attempt;
    record.connected = now - attempt.started;
    record.syns = synsAnswered(record.connected, this.#rules.syns);
    this.#note('answered', attempt, now);
    this.#admission.noLongerHalfOpen(attempt);
  }

  failed(attempt: RunningAttempt<R, A>, failure: Settlement & { type: 'failed' }, now: Instant): void {
    const { race, record } = attempt;
    const { error, fault, deferred } = failure;
    const inTcp = attempt.state === 'connect';
    record.error = error;
    record.fault = fault;
    record.reason = fault?.reason ?? (inTcp ? 'connect-failed' : undefined);
    if (fault && !inTcp) record.phase = fault.phase;
    if (inTcp) record.syns = synsSent(now - attempt.started, this.#rules.syns);
    if (deferred === true) this.#admission.addresses.deferred(attempt.candidate.endpoint.address, now);
    this.end(attempt, inTcp && record.reason === 'timeout-connect' ? 'silent' : 'failed', now);
    this.letGo(attempt);
    if (inTcp) this.#noteFailure(attempt, record.reason, now);
    race.failures += 1;
  }

  /** Ends an attempt in TCP that we no longer wait for, with whatever its unanswered SYNs prove. */
  giveUp(attempt: RunningAttempt<R, A>, why: CancelCause, now: Instant): void {
    const { syns, margin } = this.#rules;
    const { remember, report } = this.#rules.thresholds(now);
    const { race, record } = attempt;
    const waited = now - attempt.started;
    const unanswered = synsUnanswered(waited, syns, margin, race.roundTrip(record.endpoint.address));
    record.syns = synsSent(waited, syns);
    if (this.asleep || unanswered < Math.min(remember, report)) {
      this.end(attempt, 'abandoned', now);
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
      this.end(attempt, 'silent', now);
      if (unanswered >= remember) this.#note('silent', attempt, now);
    }
    this.#outputs.push({ type: 'cancel', attempt, why });
  }

  /** Gives up an attempt for its descriptor. It is not noted: it was not given its time. */
  drop(attempt: RunningAttempt<R, A>, now: Instant): void {
    this.end(attempt, 'abandoned', now);
    this.#outputs.push({ type: 'cancel', attempt, why: 'pressure' });
  }

  /** Aborts an attempt inside the hook; the hook gets a second to come back. */
  abort(attempt: RunningAttempt<R, A>, why: CancelCause, now: Instant): void {
    this.end(attempt, 'abandoned', now);
    attempt.state = 'closing';
    attempt.closeBy = now + CLOSING;
    this.#outputs.push({ type: 'cancel', attempt, why });
  }

  end(attempt: RunningAttempt<R, A>, outcome: Outcome, now: Instant): void {
    const inTcp = attempt.state === 'connect';
    attempt.state = 'ended';
    attempt.record.outcome = outcome;
    attempt.record.ms = now - attempt.started;
    this.settling.delete(attempt);
    if (inTcp && outcome !== 'open') this.#admission.release(attempt);
    this.#outputs.push({ type: 'ended', attempt });
  }

  /** What an attempt held is free: its descriptor, or the connection it looked at. */
  letGo(attempt: RunningAttempt<R, A>): void {
    if (attempt.slot) this.#outputs.push({ type: 'retire', slot: attempt.slot });
    else this.#admission.release(attempt);
  }

  #noteFailure(attempt: RunningAttempt<R, A>, reason: Reason | undefined, now: Instant): void {
    // An unreachable host, a local rule, no descriptor left: nothing of that is true of the port.
    if (reason === 'connection-refused') this.#note('refused', attempt, now);
    // Accepted and then broken: the port did answer.
    if (reason === 'reset-before-greeting') this.#note('answered', attempt, now);
    // The system gave up by itself; it may be set to do so after very few SYNs.
    if (reason === 'timeout-connect' && attempt.record.syns >= this.#rules.thresholds(now).remember) {
      this.#note('silent', attempt, now);
    }
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
}

/** The fault in an error, for a {@link Settlement}. */
export function faultOf(error: unknown): Fault | undefined {
  return isWireError(error) ? error.fault : undefined;
}
