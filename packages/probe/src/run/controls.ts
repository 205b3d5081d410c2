import { isWireError } from '@postern/wire';
import type { ControlReport } from '../report/probe-report.ts';
import type { ProbeEnvironment } from './environment.ts';
import { locate, reach } from './reach.ts';

/** The other port of the same service, which a host that has the one usually has too. */
const sisters: ReadonlyMap<number, number> = new Map([
  [465, 587],
  [587, 465],
  [25, 587],
  [993, 143],
  [143, 993],
  [995, 110],
  [110, 995],
]);

/** Where a host may answer that has no such port. */
const WEB = 443;

/** Addresses of one control: one of each family, and a little room. */
const MOST_ADDRESSES = 4;

/**
 * Dials the controls on ports that were silent elsewhere, and on another port of theirs. What is seen goes to the watch for local
 * blocks; nothing is said on the connections. A control that cannot be looked up proves nothing. Rejects with the reason of
 * `signal` only.
 */
export async function askControls(
  ports: readonly number[],
  environment: ProbeEnvironment,
  signal: AbortSignal,
): Promise<readonly ControlReport[]> {
  const { controls = [] } = environment;
  const asked = [...new Set(ports)].flatMap((port) =>
    controls.map((host) => askControl(host, port, environment, signal)),
  );
  return Promise.all(asked);
}

async function askControl(
  host: string,
  port: number,
  given: ProbeEnvironment,
  signal: AbortSignal,
): Promise<ControlReport> {
  // Another host takes the place of those that are looked at, not of the controls; and a control is to look for itself.
  const { connectTo: _target, remembered: _known, ...rest } = given;
  // The guard is against what strangers publish; the controls were named by the caller.
  const environment: ProbeEnvironment = { ...rest, allowSpecial: true };
  try {
    const addresses = (await locate(host, environment, signal)).slice(0, MOST_ADDRESSES);
    const dial = async (at: number): Promise<Heard> => {
      await using connecting = reach({ port: at }, addresses, environment, signal);
      return heardFrom(await connecting.attempts());
    };
    const others = [sisters.get(port), WEB].filter((at) => at !== undefined);
    const [heard, ...beside] = await Promise.all([dial(port), ...others.map(dial)]);
    const answered = others.find((_, index) => beside[index]?.verdict === 'answers') ?? null;
    return { host, port, ...heard, answered };
  } catch (error) {
    signal.throwIfAborted();
    if (!isWireError(error)) throw error;
    return { host, port, verdict: 'could-not-tell', reason: error.code, answered: null };
  }
}

type Heard = Pick<ControlReport, 'verdict' | 'reason'>;

/** One address that answers, be it with a refusal, shows that connections get there. */
function heardFrom(attempts: Awaited<ReturnType<ReturnType<typeof reach>['attempts']>>): Heard {
  const through = attempts.some(
    ({ outcome, reason }) => outcome === 'granted' || outcome === 'open' || reason === 'connection-refused',
  );
  if (through) return { verdict: 'answers', reason: 'none' };
  if (attempts.some(({ reason }) => reason === 'timeout-connect'))
    return { verdict: 'silent', reason: 'timeout-connect' };
  const reason = attempts.find((attempt) => attempt.reason !== undefined)?.reason ?? 'unreachable';
  return { verdict: 'could-not-tell', reason };
}
