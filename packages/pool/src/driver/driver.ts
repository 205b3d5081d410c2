import { DeadlineExceeded } from '@postern/wire';
import type { Clock, Connection, Instant, Milliseconds, Network } from '@postern/wire';
import type { Memory } from '../memory/memory.ts';
import type { Race, RaceEnd, RaceOutput, RunningAttempt } from '../race/race.ts';
import type { Scheduler } from '../scheduler.ts';
import { faultOf } from '../scheduler.ts';
import { createCancellation } from './cancellation.ts';
import type { Cancellation } from './cancellation.ts';

/** What the driver hangs on an attempt. */
export interface Sockets {
  /** The sockets that are being dialled, nearly always one; none once TCP has come to an end. */
  dial: Cancellation | undefined;
  others: Cancellation[] | undefined;
  /** The connection, once TCP stands. */
  connection: Connection | undefined;
  /** The hook, while it runs. */
  hook: Cancellation | undefined;
}

/** A race with what the driver needs. */
export type DrivenRace<R> = Race<R, Sockets>;

/** An attempt with what the driver needs. */
export type DrivenAttempt = RunningAttempt<Sockets>;

/** What differs between the users of a {@link Driver}. */
export interface DriverOptions<R> {
  readonly network: Network;
  readonly clock: Clock;
  readonly memory: Memory | undefined;
  readonly scheduler: Scheduler<R, Sockets>;
  /** The budget of a race, for the reason with which hooks are aborted. */
  readonly deadline: Milliseconds;
  /** Calls the hook with a connection, and settles the attempt when it comes back. */
  readonly open: (
    race: DrivenRace<R>,
    attempt: DrivenAttempt,
    connection: Connection,
    hook: Cancellation,
  ) => void;
  /** Answers the waiter. */
  readonly granted: (race: DrivenRace<R>, attempt: DrivenAttempt) => void;
  readonly exhausted: (race: DrivenRace<R>, why: RaceEnd) => void;
  /** Nothing of the race is under way any more. */
  readonly finished?: (race: DrivenRace<R>) => void;
}

/** Why a hook or a network was cancelled, where no caller gave a reason. */
class AttemptCancelled extends Error {
  override readonly name: string = 'AttemptCancelled';
}

/** One error for all, because a stack for each of ten thousand losers costs more than everything else about them. */
const cancelled: ReadonlyMap<string, AttemptCancelled> = new Map(
  ['lost', 'silent', 'disposed', 'aborted'].map((why) => [
    why,
    new AttemptCancelled(`the attempt was given up: ${why}`),
  ]),
);

/** Performs the outputs of a scheduler on a network and a clock. One alarm, whatever the number of races. */
export class Driver<R> {
  readonly #options: DriverOptions<R>;
  #alarm: { readonly at: Instant; readonly cancel: () => void } | undefined;
  /** Connections that are being closed. */
  #closing = 0;
  #idle: PromiseWithResolvers<void> | undefined;

  constructor(options: DriverOptions<R>) {
    this.#options = options;
  }

  /**
   * Performs outputs in order. A hook that is called here may call back into the pool; what that does to an attempt is
   * seen by the outputs that follow, so each of them looks first whether its attempt still wants it.
   */
  perform(outputs: readonly RaceOutput<R, Sockets>[]): void {
    const { granted, exhausted } = this.#options;
    for (const output of outputs) {
      switch (output.type) {
        case 'dial':
          this.#dial(output.race, output.attempt);
          break;
        case 'open':
          this.#open(output.race, output.attempt);
          break;
        case 'cancel':
          this.#cancel(output.attempt, this.reason(output.race, output.why));
          break;
        case 'close':
        case 'reset':
          this.#release(output.attempt, output.type);
          break;
        case 'granted':
          granted(output.race, output.attempt);
          break;
        case 'exhausted':
          exhausted(output.race, output.why);
          break;
        case 'note':
          // A memory that throws loses the note, and nothing else: nobody is there who could catch it.
          try {
            this.#options.memory?.note(output.observation);
          } catch {
            break;
          }
          break;
        case 'finished':
          this.#options.finished?.(output.race);
          break;
      }
    }
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
  reason(race: DrivenRace<R>, why: RaceEnd | 'lost' | 'silent'): unknown {
    if (race.reason !== undefined) return race.reason;
    if (why === 'deadline') return new DeadlineExceeded(this.#options.deadline);
    return cancelled.get(why);
  }

  /** Closes something and counts it until it is closed; failures to close are of no interest. */
  close(what: AsyncDisposable): void {
    this.#closing += 1;
    const closed = (): void => {
      this.#closing -= 1;
      this.#checkIdle();
    };
    callHook(() => what[Symbol.asyncDispose]()).then(closed, closed);
  }

  /** Resolves when no race is under way and every connection that lost is closed. */
  idle(): Promise<void> {
    this.#idle ??= Promise.withResolvers<void>();
    this.#checkIdle();
    return this.#idle.promise;
  }

  #checkIdle(): void {
    if (this.#closing === 0 && this.#options.scheduler.deadline === undefined) this.#idle?.resolve();
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

  #dial(race: DrivenRace<R>, attempt: DrivenAttempt): void {
    if (attempt.state !== 'connect') return;
    const dial = createCancellation();
    if (attempt.handle) (attempt.handle.others ??= []).push(dial);
    else attempt.handle = { dial, others: undefined, connection: undefined, hook: undefined };
    callHook(() => this.#options.network.connect(attempt.record.endpoint, dial)).then(
      (connection) => {
        this.#connected(race, attempt, dial, connection);
      },
      (error: unknown) => {
        this.#failed(race, attempt, dial, error);
      },
    );
  }

  #connected(race: DrivenRace<R>, attempt: DrivenAttempt, dial: Cancellation, connection: Connection): void {
    dial.done();
    const { handle } = attempt;
    if (attempt.state !== 'connect' || !handle) {
      // It connected while it was being cancelled, or another socket of the same attempt was quicker.
      this.close(connection);
      return;
    }
    handle.connection = connection;
    this.#cancelDials(handle, dial, cancelled.get('lost'));
    this.#settle(race, attempt, { type: 'connected' });
  }

  #failed(race: DrivenRace<R>, attempt: DrivenAttempt, dial: Cancellation, error: unknown): void {
    dial.done();
    if (attempt.state !== 'connect' || dial.cancelled) return;
    if (attempt.handle) this.#cancelDials(attempt.handle, dial, cancelled.get('lost'));
    this.#settle(race, attempt, { type: 'failed', error, fault: faultOf(error) });
  }

  #settle(
    race: DrivenRace<R>,
    attempt: DrivenAttempt,
    settlement: Parameters<Scheduler<R, Sockets>['settled']>[2],
  ): void {
    const { scheduler, clock } = this.#options;
    this.perform(scheduler.settled(race, attempt, settlement, clock.now()));
  }

  #open(race: DrivenRace<R>, attempt: DrivenAttempt): void {
    const { handle } = attempt;
    if (attempt.state !== 'open' || !handle?.connection) return;
    handle.hook = createCancellation();
    this.#options.open(race, attempt, handle.connection, handle.hook);
  }

  #cancel({ handle }: DrivenAttempt, reason: unknown): void {
    if (!handle) return;
    this.#cancelDials(handle, undefined, reason);
    handle.hook?.cancel(reason);
  }

  #cancelDials(handle: Sockets, but: Cancellation | undefined, reason: unknown): void {
    const { dial, others } = handle;
    handle.dial = undefined;
    handle.others = undefined;
    if (dial !== but) dial?.cancel(reason);
    for (const other of others ?? []) if (other !== but) other.cancel(reason);
  }

  #release({ handle }: DrivenAttempt, how: 'close' | 'reset'): void {
    const connection = handle?.connection;
    if (!handle || !connection) return;
    handle.connection = undefined;
    if (how === 'close') this.close(connection);
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
