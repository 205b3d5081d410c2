import { UsageError } from '@postern/wire';
import type { Clock, Connection, Endpoint, Instant, Network } from '@postern/wire';
import type { Attempt } from './attempt.ts';
import { checkEndpoint, MOST_TRIED } from './candidate.ts';
import { Driver } from './driver/driver.ts';
import { connectionOf } from './driver/sockets.ts';
import type { DrivenRace, Handle } from './driver/sockets.ts';
import { AbortWatch } from './driver/abort-watch.ts';
import type { Memory, Remembered } from './memory/memory.ts';
import { lossOf, thresholdsFor } from './memory/thresholds.ts';
import { PoolError } from './pool-error.ts';
import type { RaceEnd } from './race/race.ts';
import { unlimited } from './limits/limits.ts';
import { Scheduler } from './scheduler.ts';
import { synsOfSockets } from './syn.ts';
import { checkSilence, checkTiming } from './timing.ts';
import type { Silence, Timing } from './timing.ts';

/** Options of {@link connectAll}. */
export interface ConnectAllOptions {
  readonly network: Network;
  readonly clock: Clock;
  /** Ends everything; what is asked for then rejects with `signal.reason`. */
  readonly signal?: AbortSignal;
  /** As in a pool, but `deadline` has a default of 10 s and there is no `open`, so nothing else plays a part. */
  readonly timing?: Partial<Pick<Timing, 'deadline' | 'stagger'>>;
  readonly silence?: Partial<Omit<Silence, 'remember'>>;
  /**
   * Sockets that dial each address, 150 ms apart, at most 6. Default 1: silence is certain with the third SYN, after 2.15 s on Linux. With
   * 3 it is certain after 0.7 s, because three SYNs have then gone out; but packets that get lost together are then taken for silence, and
   * the other side sees three connections. The others are closed when one stands.
   */
  readonly sockets?: number;
  /** Takes in what is seen. */
  readonly memory?: Memory;
  /**
   * `skip`: addresses that the memory recalls as silent on the port are not dialled, and listed with what it knows. Default `dial`: a
   * probe is there to look for itself.
   */
  readonly remembered?: 'dial' | 'skip';
  /** What the attempts are labelled with. Default `tcp`. */
  readonly method?: string;
}

/**
 * Attempts at several addresses under way. Disposal cancels those that are left, waits until everything is closed, and closes
 * the connection if nobody has taken it.
 */
export interface Connecting extends AsyncDisposable {
  /**
   * The first connection that stands, as soon as it does; the caller owns it. To be called once. Rejects with a
   * {@link PoolError} when no address could be connected to.
   */
  connection(): Promise<Connection>;
  /** The attempts at all addresses, once each has its outcome, in the order in which they were dialled. */
  attempts(): Promise<readonly Attempt[]>;
}

/** Seven rounds of 150 ms would be a flood; six SYNs in 0.9 s tell 30 % loss from silence (measured). */
const MOST_SOCKETS = 6;

/** Real loss comes in bursts, which a shorter gap would fall into. */
const SOCKET_GAP = 150;

/**
 * Connects to every address and tells what became of each, for probes: the first connection is handed over as soon as it
 * stands, the other addresses are followed until their outcome is certain. An address that answers after the first one is
 * noted as `open` and closed. Addresses are dialled in their order with a stagger, the next at once after a failure.
 * Throws `UsageError` for options or endpoints that are none.
 *
 * @example
 * ```ts
 * import { connectAll } from '@postern/pool';
 * import { nodeNetwork, systemClock } from '@postern/wire/node';
 *
 * const endpoints = [{ address: '2001:db8::1', port: 465 }, { address: '192.0.2.1', port: 465 }];
 * await using connecting = connectAll(endpoints, { network: nodeNetwork(), clock: systemClock() });
 * const connection = await connecting.connection(); // after 250 ms, where only v4 works
 * const attempts = await connecting.attempts(); // after 2.15 s
 * attempts.map(({ outcome, reason }) => reason ?? outcome); // ['timeout-connect', 'granted']
 * await connection.end();
 * ```
 */
export function connectAll(endpoints: readonly Endpoint[], options: ConnectAllOptions): Connecting {
  return new ConnectingAll(endpoints, options);
}

class ConnectingAll implements Connecting {
  readonly #clock: Clock;
  readonly #scheduler: Scheduler<undefined, Handle>;
  readonly #driver: Driver<undefined>;
  readonly #race: DrivenRace<undefined>;
  readonly #destination: string;
  readonly #watch: AbortWatch<DrivenRace<undefined>>;
  readonly #signal: AbortSignal | undefined;
  /** Settles when a connection stands, or none ever will. */
  readonly #answered: PromiseWithResolvers<void> = Promise.withResolvers();
  readonly #finished: PromiseWithResolvers<readonly Attempt[]> = Promise.withResolvers();
  /** The connection until it is taken. */
  #connection: Connection | undefined;
  #asked = false;
  /** Addresses that were not dialled, since the memory knows about them. */
  readonly #skipped: readonly Attempt[];

  constructor(endpoints: readonly Endpoint[], options: ConnectAllOptions) {
    if (!Array.isArray(endpoints) || endpoints.length > MOST_TRIED) {
      throw new UsageError('endpoints is no array of at most 64', 'connectAll takes at most 64 endpoints');
    }
    for (const endpoint of endpoints) checkEndpoint(endpoint);
    const sockets = options.sockets ?? 1;
    if (!Number.isInteger(sockets) || sockets < 1 || sockets > MOST_SOCKETS) {
      throw new UsageError(
        `sockets is ${String(sockets)}`,
        `an address is dialled by 1 to ${MOST_SOCKETS} sockets`,
      );
    }
    const timing = checkTiming({ deadline: 10_000, ...options.timing });
    const silence = checkSilence(options.silence);
    const { memory } = options;
    this.#clock = options.clock;
    this.#signal = options.signal;
    const now = this.#clock.now();
    const skipped = options.remembered === 'skip' ? recalled(endpoints, options, now) : [];
    this.#skipped = skipped;
    this.#destination = endpoints.map(({ address, port }) => `${address} port ${port}`).join(', ');
    this.#scheduler = new Scheduler({
      ...timing,
      thresholds: (at) => thresholdsFor(silence, lossOf(memory, at)),
      syns: synsOfSockets(silence.syns, sockets, SOCKET_GAP),
      // One socket's first SYN has had two seconds when the third is judged; several sockets need a wait of their own.
      margin: sockets === 1 ? 100 : 400,
      sockets,
      socketGap: SOCKET_GAP,
      every: true,
      ...unlimited,
    });
    this.#driver = new Driver<undefined>({
      network: options.network,
      clock: options.clock,
      memory,
      scheduler: this.#scheduler,
      deadline: timing.deadline,
      open: () => undefined,
      granted: (attempt) => {
        this.#connection = connectionOf(attempt);
        this.#answered.resolve();
      },
      exhausted: (race, why) => {
        this.#answered.reject(this.#failure(race, why));
      },
      finished: (race) => {
        if (this.#signal) this.#watch.delete(this.#signal, race);
        this.#finished.resolve([...skipped, ...race.records()]);
      },
    });
    this.#watch = new AbortWatch((_race, reason) => {
      this.#abort(reason);
    });
    // Whoever does not ask is not to be told by an unhandled rejection.
    this.#answered.promise.catch(() => undefined);
    this.#finished.promise.catch(() => undefined);
    this.#race = this.#scheduler.request(undefined, now);
    if (this.#signal?.aborted) this.#abort(this.#signal.reason);
    else if (this.#signal) this.#watch.add(this.#signal, this.#race);
    const method = options.method ?? 'tcp';
    const candidates = endpoints
      .filter((endpoint) => !skipped.some((attempt) => attempt.endpoint === endpoint))
      .map((endpoint, rank) => ({ endpoint, method, rank }));
    this.#driver.perform(this.#scheduler.candidates(this.#race, candidates, now));
  }

  async connection(): Promise<Connection> {
    if (this.#asked)
      throw new UsageError('connection() was called twice', 'there is one connection, with one owner');
    this.#asked = true;
    await this.#answered.promise;
    const connection = this.#connection;
    this.#connection = undefined;
    // It stood, but was closed before anybody took it.
    if (!connection) throw this.#failure(this.#race, this.#signal?.aborted ? 'aborted' : 'disposed');
    return connection;
  }

  attempts(): Promise<readonly Attempt[]> {
    return this.#finished.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end('disposed', undefined);
    await this.#driver.idle();
  }

  #abort(reason: unknown): void {
    this.#finished.reject(reason);
    this.#end('aborted', reason);
  }

  #end(why: RaceEnd, reason: unknown): void {
    const connection = this.#connection;
    this.#connection = undefined;
    if (connection) this.#driver.close(connection);
    this.#driver.perform(this.#scheduler.abandon(this.#race, why, reason, this.#clock.now()));
  }

  #failure(race: DrivenRace<undefined>, why: RaceEnd): unknown {
    if (why === 'aborted') return this.#signal?.reason;
    const ended = why === 'no-candidates' && this.#skipped.length > 0 ? 'all-failed' : why;
    return new PoolError(this.#destination, ended, [...this.#skipped, ...race.records()]);
  }
}

/** What a memory knows of a port; one that throws knows nothing. */
function recall(memory: Memory | undefined, endpoint: Endpoint, now: Instant): Remembered | undefined {
  try {
    return memory?.recall?.(endpoint, now);
  } catch {
    return undefined;
  }
}

/** The attempts that are spared, as if they had been made. */
function recalled(
  endpoints: readonly Endpoint[],
  { memory, method = 'tcp' }: ConnectAllOptions,
  now: Instant,
): readonly Attempt[] {
  return endpoints.flatMap((endpoint) => {
    const known = recall(memory, endpoint, now);
    if (!known) return [];
    const { syns, since } = known;
    const reason = 'timeout-connect';
    const evidence = { syns, silentFor: now - since };
    return [
      {
        endpoint,
        method,
        origin: 'dialled' as const,
        started: now,
        phase: 'connect' as const,
        outcome: 'silent' as const,
        reason,
        fault: { kind: 'timeout' as const, reason, phase: 'connect' as const, after: 0, endpoint, evidence },
        error: undefined,
        connected: undefined,
        ms: 0,
        syns,
      } satisfies Attempt,
    ];
  });
}
