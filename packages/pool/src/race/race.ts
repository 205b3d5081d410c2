import type { Fault, Instant, Milliseconds } from '@postern/wire';
import type { Attempt } from '../attempt.ts';
import type { Candidate } from '../candidate.ts';
import type { Destination } from '../limits/destination.ts';
import type { Observation } from '../memory/memory.ts';
import type { Slot } from '../reuse/slot.ts';
import type { RunningAttempt } from './attempt.ts';
import type { Due } from './due-queue.ts';

const none: readonly never[] = [];

/** One destination's race: everything the scheduler knows about it. `R` is what the driver hangs on it: who waits. */
export class Race<R, A> implements Due {
  due: Instant = 0;
  place = -1;
  readonly deadlineAt: Instant;
  readonly destination: Destination;
  /** Under which an idle connection will do; `undefined`: none will. */
  readonly terms: string | undefined;
  /** Whether the caller has been answered, well or badly. */
  answered = false;
  /** Whether the search for candidates was asked for. */
  searched = false;
  /** Whether it waits for its turn to dial. */
  wanting = false;
  /** Whether it counts for its destination. */
  holds = false;
  /** When it asks for a turn again, where all that it could dial wants peace. */
  restsUntil: Instant | undefined = undefined;
  /** Candidates in order; `undefined` until they are found. */
  queue: readonly Candidate[] | undefined = undefined;
  /** Remembered as silent for so long that it is time to look again, once the caller is served. */
  recheck: Candidate | undefined = undefined;
  /** The next of the queue to be dialled. */
  next = 0;
  /** Failures that have not yet been followed by a dial. */
  failures = 0;
  /** Shared as long as it is empty; a list that grows from nothing would get room for seventeen. */
  attempts: readonly RunningAttempt<R, A>[] = none;
  /** The caller's reason for an abort, which hooks get to see untouched. */
  reason: unknown = undefined;
  handle: R;

  constructor(handle: R, deadlineAt: Instant, destination: Destination, terms: string | undefined) {
    this.handle = handle;
    this.deadlineAt = deadlineAt;
    this.destination = destination;
    this.terms = terms;
  }

  add(attempt: RunningAttempt<R, A>): void {
    this.attempts = this.attempts.length === 0 ? [attempt] : [...this.attempts, attempt];
  }

  /** The next candidate, taken off. The list goes with its last one. */
  takeNext(): Candidate | undefined {
    const candidate = this.queue?.[this.next];
    this.next += 1;
    if (this.queue && this.next >= this.queue.length) this.endQueue();
    return candidate;
  }

  endQueue(): void {
    this.queue = none;
    this.next = 0;
  }

  /** Puts a candidate behind all others. */
  putLast(candidate: Candidate): void {
    this.queue = [...(this.queue ?? none).slice(this.next), candidate];
    this.next = 0;
  }

  /** The records of all attempts, in the order in which they were dialled. */
  records(): readonly Attempt[] {
    return this.attempts.map((attempt) => attempt.record);
  }

  /** Whether another port of this attempt's address has answered, be it with a refusal. */
  siblingAnswered(attempt: RunningAttempt<R, A>): boolean {
    const { address, port } = attempt.candidate.endpoint;
    return this.attempts.some((other) => {
      const { endpoint } = other.candidate;
      if (!other.told || endpoint.address !== address || endpoint.port === port) return false;
      return other.record.connected !== undefined || other.record.reason === 'connection-refused';
    });
  }

  /**
   * The round trip to assume for an address: the least one seen there, else the greatest one seen elsewhere, else none. A
   * connection that took several SYNs counts with its whole time: where packets get lost, judging later is right.
   */
  roundTrip(address: string): Milliseconds {
    let here = Infinity;
    let elsewhere = 0;
    for (const attempt of this.attempts) {
      const connected = attempt.told ? attempt.record.connected : undefined;
      if (connected === undefined) continue;
      if (attempt.candidate.endpoint.address === address) here = Math.min(here, connected);
      else elsewhere = Math.max(elsewhere, connected);
    }
    return here === Infinity ? elsewhere : here;
  }
}

/** How a race ends without a winner. `aborted`: by the caller. `disposed`: the pool was. */
export type RaceEnd = 'no-candidates' | 'all-failed' | 'backing-off' | 'deadline' | 'aborted' | 'disposed';

/** Why something under way is cancelled. `pressure`: its descriptor was needed. */
export type CancelCause = RaceEnd | 'lost' | 'silent' | 'pressure';

/** What the driver has to do, in order. */
export type RaceOutput<R, A> =
  /** Look for candidates; answer with `candidates`. */
  | { readonly type: 'search'; readonly race: Race<R, A> }
  /** Dial a socket for this attempt; answer with `settled`. Comes again for each further socket. */
  | { readonly type: 'dial'; readonly attempt: RunningAttempt<R, A> }
  /** TCP stands: call the hook; answer with `settled`. */
  | { readonly type: 'open'; readonly attempt: RunningAttempt<R, A> }
  /** Look whether the idle connection in the attempt's slot is still good; answer with `settled`. */
  | { readonly type: 'check'; readonly attempt: RunningAttempt<R, A>; readonly slot: Slot }
  /** Cancel what is under way for this attempt, the dialling or the hook. */
  | { readonly type: 'cancel'; readonly attempt: RunningAttempt<R, A>; readonly why: CancelCause }
  /** Close the connection of an attempt that answered too late; answer with `closed`. */
  | { readonly type: 'close'; readonly attempt: RunningAttempt<R, A> }
  /** Break the connection of an attempt whose hook was aborted and does not come back. */
  | { readonly type: 'reset'; readonly attempt: RunningAttempt<R, A> }
  /** Close a connection that nobody will use again; answer with `gone`. */
  | { readonly type: 'retire'; readonly slot: Slot }
  /** A connection lies on the shelf: watch it until `check` or `retire`; tell what happens to it with `spent`. */
  | { readonly type: 'shelve'; readonly slot: Slot }
  /** The waiter's answer: this attempt has won. */
  | { readonly type: 'granted'; readonly attempt: RunningAttempt<R, A>; readonly slot: Slot }
  /** The waiter's answer: nothing could be had. */
  | { readonly type: 'exhausted'; readonly race: Race<R, A>; readonly why: RaceEnd }
  /** An attempt that was not granted has its outcome. */
  | { readonly type: 'ended'; readonly attempt: RunningAttempt<R, A> }
  /** Something the memory should know. */
  | { readonly type: 'note'; readonly observation: Observation }
  /** Nothing of this race is under way any more; always its last output. */
  | { readonly type: 'finished'; readonly race: Race<R, A> };

/** What became of the last `dial`, `open` or `check` of an attempt. */
export type Settlement =
  | { readonly type: 'connected' }
  | { readonly type: 'opened' }
  /** The network or the hook rejected, or an idle connection is spent; a hook that was aborted came back. */
  | {
      readonly type: 'failed';
      readonly error: unknown;
      readonly fault: Fault | undefined;
      /** The peer said by a 421 or 4xx that it is too much for it. */
      readonly deferred?: boolean;
    };
