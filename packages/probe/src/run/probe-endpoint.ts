import { localBlockWatch } from '@postern/pool';
import { deadline, DeadlineExceeded } from '@postern/wire';
import type { Milliseconds, TlsPeer } from '@postern/wire';
import type { ServiceEndpoint } from '../report/endpoint.ts';
import type { ProbeReport } from '../report/probe-report.ts';
import type { Course } from './attempt.ts';
import { askControls } from './controls.ts';
import { endingOf } from './conclude.ts';
import { endpointReport } from './endpoint-report.ts';
import type { ProbeEnvironment } from './environment.ts';
import { dialledHost, locate, noteAttempts, reach } from './reach.ts';
import { judgeOwnNetwork } from './own-network.ts';
import { Recorder } from './recorder.ts';
import { plaintextFirst, tlsFirst } from './second-look.ts';
import type { SecondLook } from './second-look.ts';

/** Options of {@link probeEndpoint}. */
export interface ProbeOptions {
  /**
   * Gives up; rejects with `signal.reason` untouched. Where that is the `DeadlineExceeded` of wire's `deadline`, it resolves
   * with a report of the phase in which the time ran out.
   */
  readonly signal?: AbortSignal;
  /** For everything, one budget. Default 30 s: a server may take its 10 s for a greeting, and as much for TLS. */
  readonly deadline?: Milliseconds;
  /** Hears which chain the server presents, before it is judged; for judging it by policies of others. Must not throw. */
  readonly onPeer?: (peer: TlsPeer) => void;
}

/**
 * Probes one endpoint with one method: finds its addresses, connects to all of them, goes through greeting, capabilities and
 * TLS, and says goodbye. No mail is sent, and a login is tried only with credentials and inside verified TLS.
 *
 * Where the endpoint turns out to want the other method, it is asked by that one too, so the report names the true cause: a
 * plaintext banner on a TLS port is followed by a STARTTLS attempt there, silence on a plaintext port by a ClientHello.
 *
 * Whatever the network does is in the report; it rejects for an abort and for mistakes of the caller only.
 *
 * @example
 * ```ts
 * import { probeEndpoint } from '@postern/probe';
 * import { zoneResolver } from '@postern/dns';
 * import { nodeNetwork, systemClock } from '@postern/wire/node';
 *
 * const report = await probeEndpoint(
 *   { protocol: 'imap', host: '127.0.0.1', port: 143, method: 'starttls' },
 *   {
 *     network: nodeNetwork({ evidence: 'first-bytes' }),
 *     clock: systemClock(),
 *     wallClock: () => Date.now(),
 *     resolver: zoneResolver(''),
 *     allowSpecial: true,
 *   },
 * );
 * console.log(report.verdict, report.reason); // refused connection-refused, where no server runs
 * ```
 */
export async function probeEndpoint(
  endpoint: ServiceEndpoint,
  given: ProbeEnvironment,
  options?: ProbeOptions,
): Promise<ProbeReport> {
  const watched = given.blocks !== undefined || given.controls === undefined;
  const environment = watched ? given : { ...given, blocks: localBlockWatch() };
  const recorder = new Recorder(endpoint, environment);
  const outer = options?.signal ? { signal: options.signal } : {};
  using budget = deadline(environment.clock, options?.deadline ?? 30_000, outer);
  const { signal } = budget;
  const presented = options?.onPeer ? { presented: options.onPeer } : {};
  const course: Course = { endpoint, environment, recorder, signal, ...presented };
  let addresses: readonly string[];
  try {
    recorder.note('dns', dialledHost(endpoint.host, environment));
    addresses = await locate(endpoint.host, environment, signal);
  } catch (error) {
    const ending = endingOf(error, 'dns', recorder.elapsed);
    const at = recorder.elapsed;
    return endpointReport(course, {
      seen: { phase: 'dns' },
      ending,
      more: [],
      attempts: [],
      dialledAt: at,
      endedAt: at,
    });
  }
  // Awaited here: the budget ends with this function.
  const report = await probeAddresses(course, addresses);
  return judgeOwnNetwork(await withControls(report, environment, signal), environment);
}

/** Asks the controls about a silent port. Where the time is over, nobody knows what they would have said. */
async function withControls(
  report: ProbeReport,
  environment: ProbeEnvironment,
  signal: AbortSignal,
): Promise<ProbeReport> {
  if (report.reason !== 'timeout-connect') return report;
  const controls = await askControls([report.endpoint.port], environment, signal).catch((error: unknown) => {
    if (error instanceof DeadlineExceeded) return [];
    throw error;
  });
  return controls.length > 0 ? { ...report, evidence: { ...report.evidence, controls } } : report;
}

async function probeAddresses(course: Course, addresses: readonly string[]): Promise<ProbeReport> {
  const { endpoint, environment, recorder, signal } = course;
  recorder.note('connect', addresses.join(' '));
  const dialled = recorder.elapsed;
  await using connecting = reach(endpoint, addresses, environment, signal);
  let look: SecondLook;
  try {
    const connection = await connecting.connection();
    recorder.note('connected', connection.endpoint.address);
    look = await (endpoint.method === 'implicit-tls' ? tlsFirst : plaintextFirst)(connection, course);
  } catch (error) {
    look = {
      seen: { phase: 'connect' },
      ending: endingOf(error, 'connect', recorder.elapsed - dialled),
      more: [],
      endedAt: recorder.elapsed,
    };
  }
  const attempts = await connecting.attempts().catch((error: unknown) => {
    // Cut short by the deadline: what is known about the other addresses then is nothing. Other errors are thrown on.
    endingOf(error, 'connect', recorder.elapsed);
    return [];
  });
  noteAttempts(attempts, recorder);
  return endpointReport(course, { ...look, attempts, dialledAt: dialled });
}
