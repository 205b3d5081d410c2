import type { Fault, Instant, Milliseconds } from '@postern/wire';
import type { Attempt } from '../attempt.ts';
import type { Candidate } from '../candidate.ts';
import type { Observation } from '../memory/memory.ts';
import type { Due } from './due-queue.ts';

/** The rules of all races of one scheduler. */
export interface RaceRules {
  readonly deadline: Milliseconds;
  readonly connect: Milliseconds;
  readonly stagger: Milliseconds;
  readonly openStagger: Milliseconds;
  /** Unanswered SYNs at which a loser is given up and noted. */
  readonly remember: number;
  /** Unanswered SYNs from which `timeout-connect` is reported. */
  readonly report: number;
  /** When SYNs go out, over all sockets of an attempt. */
  readonly syns: readonly Milliseconds[];
  /** The least wait after a SYN before it counts as unanswered. */
  readonly margin: Milliseconds;
  /** How many sockets an attempt may dial, and how far apart. */
  readonly sockets: number;
  readonly socketGap: Milliseconds;
  /**
   * Whether every candidate's outcome is wanted: then there is no `open`, the first connection is granted, and the others
   * go on until they are judged.
   */
  readonly every: boolean;
}

/** The public record while it is written. */
type Draft = { -readonly [K in keyof Attempt]: Attempt[K] };

/** Where a running attempt stands. `closing`: aborted inside `open`, which has not come back yet. */
type AttemptState = 'connect' | 'open' | 'closing' | 'ended';

/** An attempt under way. `A` is what the driver hangs on it: sockets. */
export class RunningAttempt<A> {
  readonly candidate: Candidate;
  readonly record: Draft;
  state: AttemptState = 'connect';
  /** Sockets dialled so far. */
  sockets = 1;
  /** When an `open` that was aborted must have come back. */
  closeBy: Instant = 0;
  handle: A | undefined = undefined;

  constructor(candidate: Candidate, now: Instant) {
    this.candidate = candidate;
    this.record = {
      endpoint: candidate.endpoint,
      method: candidate.method,
      started: now,
      phase: 'connect',
      outcome: 'pending',
      reason: undefined,
      fault: undefined,
      error: undefined,
      connected: undefined,
      ms: undefined,
      syns: 1,
    };
  }
}

/** One destination's race: everything the scheduler knows about it. `R` is what the driver hangs on it: who waits. */
export class Race<R, A> implements Due {
  due: Instant = 0;
  place = -1;
  readonly deadlineAt: Instant;
  /** Whether the caller has been answered, well or badly. */
  answered = false;
  /** Candidates in order; `undefined` until they are found. */
  queue: readonly Candidate[] | undefined = undefined;
  /** The next of the queue to be dialled. */
  next = 0;
  /** Failures that have not yet been followed by a dial. */
  failures = 0;
  readonly attempts: RunningAttempt<A>[] = [];
  /** The caller's reason for an abort, which hooks get to see untouched. */
  reason: unknown = undefined;
  handle: R;

  constructor(handle: R, deadlineAt: Instant) {
    this.handle = handle;
    this.deadlineAt = deadlineAt;
  }

  /** The records of all attempts, in the order in which they were dialled. */
  records(): readonly Attempt[] {
    return this.attempts.map((attempt) => attempt.record);
  }

  /** Whether another port of this attempt's address has answered, be it with a refusal. */
  siblingAnswered(attempt: RunningAttempt<A>): boolean {
    const { address, port } = attempt.record.endpoint;
    return this.attempts.some(({ record }) => {
      if (record.endpoint.address !== address || record.endpoint.port === port) return false;
      return record.connected !== undefined || record.reason === 'connection-refused';
    });
  }

  /**
   * The round trip to assume for an address: the least one seen there, else the greatest one seen elsewhere, else none. A
   * connection that took several SYNs counts with its whole time: where packets get lost, judging later is right.
   */
  roundTrip(address: string): Milliseconds {
    let here = Infinity;
    let elsewhere = 0;
    for (const { record } of this.attempts) {
      if (record.connected === undefined) continue;
      if (record.endpoint.address === address) here = Math.min(here, record.connected);
      else elsewhere = Math.max(elsewhere, record.connected);
    }
    return here === Infinity ? elsewhere : here;
  }
}

/** How a race ends without a winner. `aborted`: by the caller. `disposed`: the pool was. */
export type RaceEnd = 'no-candidates' | 'all-failed' | 'deadline' | 'aborted' | 'disposed';

/** What the driver has to do, in order. */
export type RaceOutput<R, A> =
  /** Dial a socket for this attempt; answer with `settled`. Comes again for each further socket. */
  | { readonly type: 'dial'; readonly attempt: RunningAttempt<A>; readonly race: Race<R, A> }
  /** TCP stands: call the hook; answer with `settled`. */
  | { readonly type: 'open'; readonly attempt: RunningAttempt<A>; readonly race: Race<R, A> }
  /** Cancel what is under way for this attempt, the dialling or the hook. */
  | {
      readonly type: 'cancel';
      readonly attempt: RunningAttempt<A>;
      readonly race: Race<R, A>;
      readonly why: RaceEnd | 'lost' | 'silent';
    }
  /** Close the connection of an attempt that answered too late. */
  | { readonly type: 'close'; readonly attempt: RunningAttempt<A> }
  /** Break the connection of an attempt whose hook was aborted and does not come back. */
  | { readonly type: 'reset'; readonly attempt: RunningAttempt<A> }
  /** The waiter's answer: this attempt has won. */
  | { readonly type: 'granted'; readonly attempt: RunningAttempt<A>; readonly race: Race<R, A> }
  /** The waiter's answer: nothing could be had. */
  | { readonly type: 'exhausted'; readonly race: Race<R, A>; readonly why: RaceEnd }
  /** Something the memory should know. */
  | { readonly type: 'note'; readonly observation: Observation }
  /** Nothing of this race is under way any more; always its last output. */
  | { readonly type: 'finished'; readonly race: Race<R, A> };

/** What became of the last `dial` or `open` of an attempt. */
export type Settlement =
  | { readonly type: 'connected' }
  | { readonly type: 'opened' }
  /** The network or the hook rejected; a hook that was aborted came back. */
  | { readonly type: 'failed'; readonly error: unknown; readonly fault: Fault | undefined };
