import { UsageError } from '@postern/wire';
import type { Connection } from '@postern/wire';
import { orderCandidates } from './candidate.ts';
import type { Candidate } from './candidate.ts';
import { AbortWatch } from './driver/abort-watch.ts';
import type { Cancellation } from './driver/cancellation.ts';
import { breakConnection, callHook, Driver } from './driver/driver.ts';
import { isDeferral, isDisposable, OpenOptions } from './driver/open-hook.ts';
import { connectionOf, socketsOf } from './driver/sockets.ts';
import type { DrivenAttempt, DrivenRace, Handle } from './driver/sockets.ts';
import { Waiter } from './driver/waiter.ts';
import { PoolLease } from './lease.ts';
import type { Lease, LeaseEnd } from './lease.ts';
import { sequence } from './limits/jitter.ts';
import { checkBackOff, checkLimits } from './limits/limits.ts';
import { blackholeMemory } from './memory/blackhole.ts';
import type { Judgement, Memory } from './memory/memory.ts';
import { lossOf, thresholdsFor } from './memory/thresholds.ts';
import { PoolError } from './pool-error.ts';
import type { Pool, PoolCounts, PoolOptions } from './pool.ts';
import type { RaceEnd } from './race/race.ts';
import { checkReuse } from './reuse/reuse.ts';
import { IdleWatch } from './reuse/idle-watch.ts';
import type { Held } from './reuse/idle-watch.ts';
import type { Slot } from './reuse/slot.ts';
import { termsKey } from './reuse/terms.ts';
import { faultOf } from './race/endings.ts';
import { Scheduler } from './scheduler.ts';
import { Witness } from './witness.ts';
import type { PoolStats } from './stats.ts';
import { checkSilence, checkTiming } from './timing.ts';

type PoolRace<D, T> = DrivenRace<Waiter<D, T>>;
type PoolAttempt<D, T> = DrivenAttempt<Waiter<D, T>>;

/** The one implementation of {@link Pool}: hooks, promises and counts around a scheduler and its driver. */
export class RacingPool<D, T extends AsyncDisposable> implements Pool<D, T> {
  readonly #options: PoolOptions<D, T>;
  readonly #memory: Memory;
  readonly #scheduler: Scheduler<Waiter<D, T>, Handle>;
  readonly #driver: Driver<Waiter<D, T>>;
  readonly #watch: AbortWatch<PoolRace<D, T>>;
  readonly #idle: IdleWatch<T>;
  readonly #witness: Witness;
  #active = 0;
  #ended: 'draining' | 'disposed' | undefined;
  #noLeases: PromiseWithResolvers<void> | undefined;

  constructor(options: PoolOptions<D, T>) {
    const timing = checkTiming(options.timing);
    const silence = checkSilence(options.silence);
    const limits = checkLimits(options.limits);
    const backOff = checkBackOff(options.backOff);
    const reuse = checkReuse(options.reuse);
    const { clock } = options;
    this.#options = options;
    const memory = options.memory ?? blackholeMemory();
    this.#memory = memory;
    this.#witness = new Witness(clock, timing.deadline, options.observe);
    const random = options.random ?? sequence(clock.now());
    this.#scheduler = new Scheduler({
      ...timing,
      thresholds: (now) => thresholdsFor(silence, lossOf(memory, now)),
      syns: silence.syns,
      margin: 100,
      sockets: 1,
      socketGap: 0,
      every: false,
      admission: { limits, backOff, random },
      shelf: reuse,
    });
    this.#driver = new Driver<Waiter<D, T>>({
      network: options.network,
      clock,
      memory,
      scheduler: this.#scheduler,
      deadline: timing.deadline,
      search: (race) => {
        this.#search(race);
      },
      open: (attempt, connection, hook) => {
        this.#open(attempt, connection, hook);
      },
      check: (attempt, slot, hook) => {
        this.#check(attempt, slot, hook);
      },
      shelve: (slot) => {
        this.#idle.watch(slot);
      },
      retire: (slot) => {
        this.#retire(slot);
      },
      granted: (attempt, slot) => {
        this.#granted(attempt, slot);
      },
      exhausted: (race, why) => {
        this.#exhausted(race, why);
      },
      observe: (output) => {
        this.#witness.see(output);
      },
    });
    this.#idle = new IdleWatch<T>(clock, reuse.checkAfter, options.reuse?.check, (slot) => {
      this.#witness.totals.spent += 1;
      this.#driver.perform(this.#scheduler.spent(slot, clock.now()));
    });
    this.#watch = new AbortWatch((race, reason) => {
      this.#abandon(race, 'aborted', reason);
    });
  }

  get counts(): PoolCounts {
    const counts = { waiting: 0, active: this.#active, connecting: 0, settling: 0 };
    for (const race of this.#scheduler.races()) {
      if (!race.answered) counts.waiting += 1;
      const running = race.attempts.filter((attempt) => attempt.state !== 'ended').length;
      if (race.answered) counts.settling += running;
      else counts.connecting += running;
    }
    return counts;
  }

  stats(): PoolStats {
    const { waiting } = this.counts;
    const { totals, waited } = this.#witness;
    return {
      waiting,
      leased: this.#active,
      ...this.#scheduler.counts,
      totals: { ...totals },
      waited: waited.summary,
    };
  }

  acquire(destination: D, options?: { readonly signal?: AbortSignal }): Promise<Lease<T>> {
    const signal = options?.signal;
    const { key: keyOf, reuse, clock } = this.#options;
    const waiter = new Waiter<D, T>(destination, signal);
    const promise = waiter.promise();
    // What throws in here rejects the promise: a key that throws is the caller's own error.
    try {
      if (this.#ended) {
        throw new UsageError(
          `acquire was called after the pool was ${this.#ended === 'disposed' ? 'disposed of' : 'told to drain'}`,
          'a pool that is drained or disposed of takes no more callers',
        );
      }
      if (signal?.aborted) {
        waiter.reject(signal.reason);
        return promise;
      }
      const key: unknown = keyOf(destination);
      if (typeof key !== 'string')
        throw new UsageError('key did not return a text', 'the key of a destination is a text');
      const terms = reuse && termsKey(key, reuse.terms(destination));
      const now = clock.now();
      const race = this.#scheduler.request(waiter, now, key, terms);
      this.#witness.totals.acquired += 1;
      if (signal) this.#watch.add(signal, race);
      this.#driver.perform(this.#scheduler.begin(race, now));
    } catch (error) {
      waiter.reject(error);
    }
    return promise;
  }

  async drain(): Promise<void> {
    this.#ended ??= 'draining';
    this.#driver.perform(this.#scheduler.drain(this.#options.clock.now()));
    await this.#driver.idle();
    if (this.#active > 0) {
      this.#noLeases ??= Promise.withResolvers<void>();
      await this.#noLeases.promise;
    }
    // The last leases have ended, and are being closed.
    await this.#driver.idle();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = 'disposed';
    // Ending a race changes the list, so it is taken first.
    for (const race of Array.from(this.#scheduler.races())) this.#abandon(race, 'disposed', undefined);
    this.#driver.perform(this.#scheduler.drain(this.#options.clock.now()));
    await this.#driver.idle();
  }

  #search(race: PoolRace<D, T>): void {
    const waiter = race.handle;
    let found: Promise<readonly Candidate[]> | readonly Candidate[];
    try {
      found = this.#options.candidates(waiter.destination, waiter);
    } catch (error) {
      this.#fail(race, error);
      return;
    }
    if (Array.isArray(found)) {
      this.#found(race, found as readonly Candidate[]);
      return;
    }
    Promise.resolve(found as Promise<readonly Candidate[]>).then(
      (candidates) => {
        this.#found(race, candidates);
      },
      (error: unknown) => {
        this.#fail(race, error);
      },
    );
  }

  #found(race: PoolRace<D, T>, candidates: readonly Candidate[]): void {
    race.handle.searched();
    if (race.answered) return;
    const now = this.#options.clock.now();
    let recheck: Candidate | undefined;
    let ordered: Candidate[];
    try {
      ordered = orderCandidates(candidates, (candidate) => {
        const judgement = this.#judge(candidate.endpoint, now);
        if (judgement === 'recheck') recheck ??= candidate;
        return judgement !== 'try';
      });
    } catch (error) {
      this.#fail(race, error);
      return;
    }
    this.#driver.perform(this.#scheduler.candidates(race, ordered, now, recheck));
  }

  #judge(endpoint: Candidate['endpoint'], now: number): Judgement {
    try {
      const judgement = this.#memory.judge(endpoint, now);
      return judgement === 'try-last' || judgement === 'recheck' ? judgement : 'try';
    } catch {
      return 'try';
    }
  }

  #open(attempt: PoolAttempt<D, T>, connection: Connection, hook: Cancellation): void {
    const { race } = attempt;
    const failed = (error: unknown): void => {
      // The hook owns the connection and should have closed it; if it did not, nobody else will.
      breakConnection(connection);
      const deferred = this.#isDeferral(error);
      if (deferred) this.#witness.totals.deferred += 1;
      this.#driver.settle(attempt, { type: 'failed', error, fault: faultOf(error), deferred });
    };
    const options = new OpenOptions(hook, race.handle.destination);
    callHook(() => this.#options.open(connection, attempt.candidate, options)).then((value) => {
      socketsOf(attempt).hook = undefined;
      if (!isDisposable(value)) {
        failed(
          new UsageError(
            'open resolved to a value without Symbol.asyncDispose',
            'what is leased can be closed',
          ),
        );
        return;
      }
      if (attempt.state === 'open' && !race.answered) race.handle.value = value;
      else this.#driver.closeFor(attempt, value);
      this.#driver.settle(attempt, { type: 'opened' });
    }, failed);
  }

  #isDeferral(error: unknown): boolean {
    try {
      return this.#options.isDeferral?.(error) ?? isDeferral(error);
    } catch {
      return false;
    }
  }

  #check(attempt: PoolAttempt<D, T>, slot: Slot, hook: Cancellation): void {
    this.#idle.check(slot, hook, (error) => {
      if (error === undefined) {
        this.#driver.settle(attempt, { type: 'opened' });
        return;
      }
      this.#witness.totals.spent += 1;
      this.#driver.settle(attempt, { type: 'failed', error, fault: faultOf(error) });
    });
  }

  #granted(attempt: PoolAttempt<D, T>, slot: Slot): void {
    const { race } = attempt;
    const waiter = race.handle;
    if (!attempt.slot) {
      const { value } = waiter;
      const connection = connectionOf(attempt);
      if (value === undefined || !connection) return;
      slot.value = { value, connection } satisfies Held<T>;
      waiter.value = undefined;
    }
    attempt.handle = undefined;
    this.#answered(race);
    // An idle connection may be quicker than a search for others.
    if (race.searched && !race.queue) waiter.cancelSearch(this.#driver.reason(race, 'lost'));
    this.#active += 1;
    const { value } = slot.value as Held<T>;
    waiter.resolve(
      new PoolLease(value, attempt.candidate, race.records(), (how) => this.#leaseEnded(slot, value, how)),
    );
  }

  /** A lease has ended. */
  async #leaseEnded(slot: Slot, value: T, how: LeaseEnd): Promise<void> {
    const { clock, reuse } = this.#options;
    this.#active -= 1;
    try {
      if (how === 'deferred') {
        this.#witness.totals.deferred += 1;
        this.#scheduler.deferred(slot, clock.now());
      }
      if (how === 'returned' && reuse) {
        this.#driver.perform(this.#scheduler.returned(slot, clock.now()));
        return;
      }
      try {
        await this.#driver.closing(value);
      } finally {
        this.#driver.perform(this.#scheduler.gone(slot, clock.now()));
      }
    } finally {
      if (this.#active === 0) this.#noLeases?.resolve();
    }
  }

  #retire(slot: Slot): void {
    this.#idle.forget(slot);
    const { value } = slot.value as Held<T>;
    this.#driver.close(value, () => {
      this.#driver.perform(this.#scheduler.gone(slot, this.#options.clock.now()));
    });
  }

  #exhausted(race: PoolRace<D, T>, why: RaceEnd): void {
    const waiter = race.handle;
    this.#answered(race);
    waiter.cancelSearch(this.#driver.reason(race, why));
    if (why === 'aborted') {
      this.#witness.totals.aborted += 1;
      waiter.reject(race.reason);
      return;
    }
    this.#witness.totals.failed += 1;
    const attempts = race.records();
    const odd = attempts.find((attempt) => attempt.error !== undefined && attempt.fault === undefined);
    waiter.reject(new PoolError(race.destination.key, why, attempts, odd ? { cause: odd.error } : undefined));
  }

  /** The waiter has its answer, so its signal is of no interest any more. */
  #answered(race: PoolRace<D, T>): void {
    const { signal } = race.handle.caller;
    if (signal) this.#watch.delete(signal, race);
  }

  /** The search failed: there is nothing to race. */
  #fail(race: PoolRace<D, T>, error: unknown): void {
    race.handle.searched();
    if (!race.answered) this.#abandon(race, 'aborted', error);
  }

  #abandon(race: PoolRace<D, T>, why: RaceEnd, reason: unknown): void {
    this.#driver.perform(this.#scheduler.abandon(race, why, reason, this.#options.clock.now()));
  }
}
