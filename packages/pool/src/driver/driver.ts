import { DeadlineExceeded } from '@postern/wire';
import type { Clock, Connection, Instant, Milliseconds, Network } from '@postern/wire';
import type { Memory } from '../memory/memory.ts';
import type { CancelCause, RaceEnd, RaceOutput, Settlement } from '../race/race.ts';
import type { Slot } from '../reuse/slot.ts';
import type { Scheduler } from '../scheduler.ts';
import { faultOf } from '../race/endings.ts';
import { createCancellation } from './cancellation.ts';
import type { Cancellation } from './cancellation.ts';
import { diallerOf } from './dialler.ts';
import type { Dialler } from './dialler.ts';
import { Sockets, socketsOf } from './sockets.ts';
import type { DrivenAttempt, DrivenRace, Handle } from './sockets.ts';

/** What differs between the users of a {@link Driver}. */
export interface DriverOptions<R> {
  readonly network: Network;
  readonly clock: Clock;
  readonly memory: Memory | undefined;
  readonly scheduler: Scheduler<R, Handle>;
  /** The budget of a race, for the reason with which hooks are aborted. */
  readonly deadline: Milliseconds;
  /** Looks for candidates. */
  readonly search?: (race: DrivenRace<R>) => void;
  /** Calls the hook with a connection, and settles the attempt when it comes back. */
  readonly open: (attempt: DrivenAttempt<R>, connection: Connection, hook: Cancellation) => void;
  /** Looks at an idle connection, and settles the attempt. */
  readonly check?: (attempt: DrivenAttempt<R>, slot: Slot, hook: Cancellation) => void;
  readonly shelve?: (slot: Slot) => void;
  readonly retire?: (slot: Slot) => void;
  /** Answers the waiter. */
  readonly granted: (attempt: DrivenAttempt<R>, slot: Slot) => void;
  readonly exhausted: (race: DrivenRace<R>, why: RaceEnd) => void;
  /** Hears of everything before it is done. */
  readonly observe?: ((output: RaceOutput<R, Handle>) => void) | undefined;
  /** Nothing of the race is under way any more. */
  readonly finished?: (race: DrivenRace<R>) => void;
}

/** Why a hook or a network was cancelled, where no caller gave a reason. */
class AttemptCancelled extends Error {
  override readonly name: string = 'AttemptCancelled';
}

/** One error for all, because a stack for each of ten thousand losers costs more than everything else about them. */
const cancelled: ReadonlyMap<string, AttemptCancelled> = new Map(
  ['lost', 'silent', 'disposed', 'aborted', 'pressure', 'backing-off'].map((why) => [
    why,
    new AttemptCancelled(`the attempt was given up: ${why}`),
  ]),
);

/** Performs the outputs of a scheduler on a network and a clock. One alarm, whatever the number of races. */
export class Driver<R> {
  readonly #options: DriverOptions<R>;
  readonly #dialler: Dialler<DrivenAttempt<R>>;
  #alarm: { readonly at: Instant; readonly cancel: () => void } | undefined;
  /** Connections that are being closed. */
  #closing = 0;
  #idle: PromiseWithResolvers<void> | undefined;
  /** What is still to be done, while something is being done. */
  #queue: RaceOutput<R, Handle>[] | undefined;

  constructor(options: DriverOptions<R>) {
    this.#options = options;
    this.#dialler = diallerOf(
      options.network,
      {
        connected: (attempt, connection) => {
          this.#connected(attempt, connection);
        },
        failed: (attempt, error) => {
          this.#failed(attempt, error);
        },
      },
      (connection) => {
        this.close(connection);
      },
    );
  }

  /**
   * Performs outputs in order. A hook that is called here may call back into the pool: what comes of that is done after what was
   * already due, else a descriptor might be taken before the one that makes room for it is given back. It may change attempts,
   * so each output looks first whether its attempt still wants it.
   */
  perform(outputs: RaceOutput<R, Handle>[]): void {
    if (this.#queue) {
      for (const output of outputs) this.#queue.push(output);
      return;
    }
    const { observe } = this.#options;
    // The list was made for this and belongs to nobody else.
    const queue = outputs;
    this.#queue = queue;
    // By index: the queue grows while it is worked off.
    for (let index = 0; index < queue.length; index += 1) {
      const output = queue[index];
      if (!output) continue;
      observe?.(output);
      this.#perform(output);
    }
    this.#queue = undefined;
    this.arm();
    this.#checkIdle();
  }

  /** Sets the alarm for the scheduler's next deadline. An alarm that rings early is harmless and saves setting it anew. */
  arm(): void {
    const { clock, scheduler } = this.#options;
    const { deadline } = scheduler;
    if (this.#alarm && deadline !== undefined && this.#alarm.at <= deadline) return;
    this.#alarm?.cancel();
    this.#alarm = undefined;
    if (deadline === undefined) return;
    this.#alarm = { at: deadline, cancel: clock.alarm(deadline, () => this.#ring()) };
  }

  /** The reason with which something of a race is aborted: the caller's own, where there is one. */
  reason(race: DrivenRace<R>, why: CancelCause): unknown {
    if (race.reason !== undefined) return race.reason;
    if (why === 'deadline') return new DeadlineExceeded(this.#options.deadline);
    return cancelled.get(why);
  }

  /** Closes something, counts it until it is closed, and says so; failures to close are of no interest. */
  close(what: AsyncDisposable, then?: () => void): void {
    this.#closing += 1;
    const closed = (): void => {
      this.#closing -= 1;
      then?.();
      this.#checkIdle();
    };
    callHook(() => what[Symbol.asyncDispose]()).then(closed, closed);
  }

  /** Closes something that somebody waits for, and counts it until it is closed; a failure to close is theirs. */
  async closing(what: AsyncDisposable): Promise<void> {
    this.#closing += 1;
    try {
      await what[Symbol.asyncDispose]();
    } finally {
      this.#closing -= 1;
      this.#checkIdle();
    }
  }

  /** Closes what an attempt brought too late. */
  closeFor(attempt: DrivenAttempt<R>, what: AsyncDisposable): void {
    this.close(what, () => {
      const { scheduler, clock } = this.#options;
      this.perform(scheduler.closed(attempt, clock.now()));
    });
  }

  /** Tells the scheduler what became of an attempt. */
  settle(attempt: DrivenAttempt<R>, settlement: Settlement): void {
    const { scheduler, clock } = this.#options;
    this.perform(scheduler.settled(attempt, settlement, clock.now()));
  }

  /** Resolves when no race is under way and everything that was to be closed is. */
  idle(): Promise<void> {
    this.#idle ??= Promise.withResolvers<void>();
    const { promise } = this.#idle;
    this.#checkIdle();
    return promise;
  }

  #perform(output: RaceOutput<R, Handle>): void {
    const options = this.#options;
    switch (output.type) {
      case 'search':
        options.search?.(output.race);
        break;
      case 'dial':
        this.#dial(output.attempt);
        break;
      case 'open':
        this.#open(output.attempt);
        break;
      case 'check':
        this.#check(output.attempt, output.slot);
        break;
      case 'cancel':
        this.#cancel(output.attempt, this.reason(output.attempt.race, output.why));
        break;
      case 'close':
      case 'reset':
        this.#release(output.attempt, output.type);
        break;
      case 'shelve':
        options.shelve?.(output.slot);
        break;
      case 'retire':
        options.retire?.(output.slot);
        break;
      case 'granted':
        options.granted(output.attempt, output.slot);
        break;
      case 'exhausted':
        options.exhausted(output.race, output.why);
        break;
      case 'ended':
        break;
      case 'note':
        // A memory that throws loses the note, and nothing else: nobody is there who could catch it.
        try {
          options.memory?.note(output.observation);
        } catch {
          break;
        }
        break;
      case 'finished':
        options.finished?.(output.race);
        break;
    }
  }

  #checkIdle(): void {
    if (!this.#idle || this.#closing > 0 || !this.#options.scheduler.isIdle) return;
    this.#idle.resolve();
    // Who asks later asks about what is under way then.
    this.#idle = undefined;
  }

  /**
   * Time is up, as far as the clock can tell. The tick comes one turn of the event loop later: if the loop was busy, answers
   * may lie in the kernel that are older than the deadline, and they are to be heard before a port is called silent.
   */
  #ring(): void {
    const { clock, scheduler } = this.#options;
    const at = clock.now();
    this.#alarm = {
      at: -Infinity,
      cancel: clock.alarm(at, () => {
        this.#alarm = undefined;
        this.perform(scheduler.tick(clock.now()));
      }),
    };
  }

  #dial(attempt: DrivenAttempt<R>): void {
    if (attempt.state !== 'connect') return;
    const dialling = this.#dialler(attempt.candidate.endpoint, attempt);
    if (attempt.handle) socketsOf(attempt).dials.push(dialling);
    else attempt.handle = dialling;
  }

  #connected(attempt: DrivenAttempt<R>, connection: Connection): void {
    if (attempt.state !== 'connect') {
      // Another socket of the same attempt was quicker.
      this.close(connection);
      return;
    }
    this.#cancelDials(attempt, cancelled.get('lost'));
    socketsOf(attempt).connection = connection;
    this.settle(attempt, { type: 'connected' });
  }

  #failed(attempt: DrivenAttempt<R>, error: unknown): void {
    if (attempt.state !== 'connect') return;
    this.#cancelDials(attempt, cancelled.get('lost'));
    this.settle(attempt, { type: 'failed', error, fault: faultOf(error) });
  }

  #open(attempt: DrivenAttempt<R>): void {
    const sockets = socketsOf(attempt);
    if (attempt.state !== 'open' || !sockets.connection) return;
    sockets.hook = createCancellation();
    this.#options.open(attempt, sockets.connection, sockets.hook);
  }

  #check(attempt: DrivenAttempt<R>, slot: Slot): void {
    const hook = createCancellation();
    socketsOf(attempt).hook = hook;
    this.#options.check?.(attempt, slot, hook);
  }

  #cancel(attempt: DrivenAttempt<R>, reason: unknown): void {
    const { handle } = attempt;
    this.#cancelDials(attempt, reason);
    if (handle instanceof Sockets) handle.hook?.cancel(reason);
  }

  /** What has come to its end already does not mind. */
  #cancelDials(attempt: DrivenAttempt<R>, reason: unknown): void {
    const { handle } = attempt;
    if (!handle) return;
    if (handle instanceof Sockets) {
      for (const dialling of handle.dials.splice(0)) dialling.cancel(reason);
    } else {
      attempt.handle = undefined;
      handle.cancel(reason);
    }
  }

  #release(attempt: DrivenAttempt<R>, how: 'close' | 'reset'): void {
    const sockets = socketsOf(attempt);
    const { connection } = sockets;
    if (!connection) return;
    sockets.connection = undefined;
    if (how === 'close') this.closeFor(attempt, connection);
    else breakConnection(connection);
  }
}

/** Calls something that should return a promise; whatever else it does becomes a rejection or a value. */
export function callHook<T>(call: () => PromiseLike<T>): Promise<T> {
  try {
    return Promise.resolve(call());
  } catch (error) {
    return Promise.reject(error);
  }
}

/** Breaks a connection at once; one that is closed already is no matter. */
export function breakConnection(connection: Connection): void {
  try {
    connection.reset();
  } catch {
    // Nothing is left to be broken.
  }
}
