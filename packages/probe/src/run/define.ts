import { deadline, DeadlineExceeded, isWireError } from '@postern/wire';
import type { Connection, Fault, Milliseconds, Observer } from '@postern/wire';
import type { ServiceEndpoint } from '../report/endpoint.ts';
import type { TimelineEntry } from '../report/probe-report.ts';
import { endingOf } from './conclude.ts';
import type { ProbeEnvironment } from './environment.ts';
import { dialledHost, locate, reach } from './reach.ts';
import { Recorder } from './recorder.ts';

/** A probe of your own: a name, and what it does with a server to come to a result. */
export interface Probe<I, R> {
  /** Names the probe in reports, such as `starttls-injection`. */
  readonly name: string;
  /**
   * Does the work. What it opens it closes. A broken dialogue may simply be thrown: {@link runProbe} turns it into the
   * report's fault.
   */
  readonly run: (input: I, tools: ProbeTools) => Promise<R>;
}

/** What {@link runProbe} lends to a probe. */
export interface ProbeTools {
  readonly environment: ProbeEnvironment;
  /** Aborts when the time is over or the caller gives up; pass it on. */
  readonly signal: AbortSignal;
  /** Connects to a host by racing its addresses; the probe owns the connection. */
  connect(host: string, port: number): Promise<Connection>;
  /** Notes an event in the timeline. */
  note(event: string, detail?: string): void;
  /** For `observe` of `openSmtp`, `openPop3` and `openImap`: puts what is said into the trace, secrets masked. */
  observer(): Observer;
}

/** What came of a probe. */
export type ProbeRun<R> = {
  readonly probe: string;
  readonly timeline: readonly TimelineEntry[];
  readonly elapsedMs: Milliseconds;
} & ({ readonly ok: true; readonly result: R } | { readonly ok: false; readonly fault: Fault });

/** Options of {@link runProbe}. */
export interface RunOptions {
  /** Gives up; rejects with `signal.reason` untouched. */
  readonly signal?: AbortSignal;
  /** For everything. Default 30 s. */
  readonly deadline?: Milliseconds;
  /** What the trace calls the place. Default: the probe's name. */
  readonly endpoint?: ServiceEndpoint;
}

/**
 * Types a probe; it does nothing else, so a plain object will do as well.
 *
 * @example
 * ```ts
 * import { defineProbe } from '@postern/probe';
 * import { openSmtp } from '@postern/smtp';
 *
 * export const sizeLimit = defineProbe({
 *   name: 'size-limit',
 *   async run(host: string, { connect, environment, signal, observer }) {
 *     const connection = await connect(host, 25);
 *     await using smtp = await openSmtp(connection, { clock: environment.clock, signal, observe: observer() });
 *     const answer = await smtp.ehlo('probe.example.org', { signal });
 *     return answer.ok ? answer.value.keywords['SIZE'] : undefined;
 *   },
 * });
 * ```
 */
export function defineProbe<I, R>(probe: Probe<I, R>): Probe<I, R> {
  return probe;
}

/**
 * Runs a probe under one deadline and keeps what happened when. What the network and the peer do is in the result; it
 * rejects for an abort and for mistakes of the caller only.
 */
export async function runProbe<I, R>(
  probe: Probe<I, R>,
  input: I,
  environment: ProbeEnvironment,
  options?: RunOptions,
): Promise<ProbeRun<R>> {
  const place: ServiceEndpoint = options?.endpoint ?? {
    protocol: 'smtp',
    host: probe.name,
    port: 0,
    method: 'plaintext',
  };
  const recorder = new Recorder(place, environment);
  using budget = deadline(
    environment.clock,
    options?.deadline ?? 30_000,
    options?.signal ? { signal: options.signal } : {},
  );
  const { signal } = budget;
  const tools: ProbeTools = {
    environment,
    signal,
    connect: (host, port) => connectTo(host, port, environment, recorder, signal),
    note: (event, detail) => {
      recorder.note(event, detail);
    },
    observer: () => recorder.observer(),
  };
  const { timeline } = recorder;
  try {
    const result = await probe.run(input, tools);
    return { probe: probe.name, ok: true, result, timeline, elapsedMs: recorder.elapsed };
  } catch (error) {
    if (!isWireError(error) && !(error instanceof DeadlineExceeded)) options?.signal?.throwIfAborted();
    const ending = endingOf(error, 'command', recorder.elapsed);
    if (ending.ok) throw error;
    return { probe: probe.name, ok: false, fault: ending.fault, timeline, elapsedMs: recorder.elapsed };
  }
}

async function connectTo(
  host: string,
  port: number,
  environment: ProbeEnvironment,
  recorder: Recorder,
  signal: AbortSignal,
): Promise<Connection> {
  recorder.note('dns', dialledHost(host, environment));
  const located = await locate(host, environment, signal);
  recorder.note('connect', located.join(' '));
  await using connecting = reach({ port }, located, environment, signal);
  const connection = await connecting.connection();
  recorder.note('connected', connection.endpoint.address);
  return connection;
}
