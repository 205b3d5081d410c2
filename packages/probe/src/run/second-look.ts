import { requirementFor, tlsRequest } from '@postern/starttls';
import { deadline, isWireError, sleep } from '@postern/wire';
import type { Connection, Milliseconds, Reason } from '@postern/wire';
import type { AttemptReport } from '../report/probe-report.ts';
import { verdictOf } from '../report/verdict.ts';
import { attemptDialogue } from './attempt.ts';
import type { Course, Seen } from './attempt.ts';
import { endingOf } from './conclude.ts';
import type { Ending } from './conclude.ts';

/**
 * What a dialogue that failed in the way of the other TLS method is followed by: a second connection that asks by that method,
 * so that the reason names the true cause and not its symptom (silence, a closed connection, an unreadable record).
 */
export interface SecondLook {
  readonly seen: Seen;
  readonly ending: Ending;
  /** The attempt by the other method, where there was one. */
  readonly more: readonly AttemptReport[];
  /** When the first dialogue was over, in milliseconds since the probe began. */
  readonly endedAt: Milliseconds;
}

/** How long a port may stay silent before it is asked whether it waits for a ClientHello. */
const SILENCE: Milliseconds = 1000;

/** How long that question may take: longer than any round trip, short enough to name the cause within a few seconds. */
const PATIENCE: Milliseconds = 4000;

/** A port that hangs up before it says a word may be one that waits for TLS. */
const mute: ReadonlySet<Reason> = new Set<Reason>(['closed-before-greeting', 'reset-before-greeting']);

/** Implicit TLS; where a plaintext banner comes in place of a handshake, STARTTLS is tried on that port. */
export async function tlsFirst(connection: Connection, course: Course): Promise<SecondLook> {
  const { seen, ending } = await attemptDialogue(connection, course);
  const endedAt = course.recorder.elapsed;
  const banner = !ending.ok && ending.fault.reason === 'plaintext-on-tls-port';
  const more = banner ? [await byOtherMethod(connection.endpoint.address, course)] : [];
  return { seen, ending, more, endedAt };
}

/** A dialogue that begins in plaintext; while nothing comes, the port is asked whether it waits for TLS. */
export async function plaintextFirst(connection: Connection, course: Course): Promise<SecondLook> {
  const { recorder, signal } = course;
  const { address } = connection.endpoint;
  const began = recorder.elapsed;
  // Two waits that end each other: for the greeting, and for a word of TLS on a second connection.
  const greeting = new AbortController();
  const question = new AbortController();
  const follow = (): void => {
    greeting.abort(signal.reason);
    question.abort(signal.reason);
  };
  signal.addEventListener('abort', follow, { once: true });
  if (signal.aborted) follow();
  const asked = waitThenAsk(address, { ...course, signal: question.signal }).then((yes) => {
    if (yes) greeting.abort(wantsTls);
    return yes;
  });
  const greeted = (): void => {
    question.abort(answered);
  };
  try {
    const { seen, ending } = await attemptDialogue(connection, {
      ...course,
      signal: greeting.signal,
      greeted,
    });
    const endedAt = recorder.elapsed;
    if (ending.ok) return { seen, ending, more: [], endedAt };
    const { reason } = ending.fault;
    // A silence that lasted was asked about already; a connection that was closed is asked about now.
    if (reason !== 'timeout-greeting') question.abort(answered);
    const tls =
      reason === 'tls-on-plaintext-port' ||
      (reason === 'timeout-greeting' ? await asked : mute.has(reason) && (await speaksTls(address, course)));
    if (!tls) return { seen, ending, more: [], endedAt };
    const truth = reason === 'tls-on-plaintext-port' ? ending : tlsWanted(recorder.elapsed - began);
    return { seen, ending: truth, more: [await byOtherMethod(address, course)], endedAt };
  } catch (error) {
    if (error !== wantsTls) throw error;
    const endedAt = recorder.elapsed;
    const more = [await byOtherMethod(address, course)];
    return { seen: { phase: 'greeting' }, ending: tlsWanted(endedAt - began), more, endedAt };
  } finally {
    signal.removeEventListener('abort', follow);
  }
}

/** Reasons of our own aborts; they never leave this file. */
const wantsTls: unique symbol = Symbol('the port speaks TLS from the first byte');
const answered: unique symbol = Symbol('the port said something, nothing is left to ask');

function tlsWanted(after: Milliseconds): Ending {
  return {
    ok: false,
    fault: {
      kind: 'peer',
      reason: 'tls-on-plaintext-port',
      phase: 'greeting',
      after,
      evidence: { protocol: 'tls' },
    },
  };
}

async function waitThenAsk(address: string, course: Course): Promise<boolean> {
  try {
    await sleep(course.environment.clock, SILENCE, { signal: course.signal });
    course.recorder.note('silence', 'is it waiting for TLS?');
    return await speaksTls(address, course);
  } catch (error) {
    if (course.signal.aborted) return false;
    throw error;
  }
}

/** Whether a port speaks TLS from the first byte. A finished handshake is a yes, and so is any alert; all else is a no. */
async function speaksTls(address: string, { endpoint, environment, signal }: Course): Promise<boolean> {
  const { network, clock, wallClock, serverName } = environment;
  using patience = deadline(clock, PATIENCE, { signal });
  let connection: Connection | undefined;
  try {
    connection = await network.connect({ address, port: endpoint.port }, { signal: patience.signal });
    const request = tlsRequest({
      serverName: serverName ?? endpoint.host,
      requirement: requirementFor({ user: 'encrypted' }),
      wallClock,
    });
    await connection.handshake(request, { signal: patience.signal });
    return true;
  } catch (error) {
    signal.throwIfAborted();
    return isWireError(error) && spokenInTls(error.code);
  } finally {
    connection?.reset();
  }
}

function spokenInTls(reason: Reason): boolean {
  return (
    reason.startsWith('tls-alert-') ||
    reason === 'tls-version-too-old' ||
    reason === 'tls-no-shared-cipher' ||
    reason === 'tls-client-cert-required'
  );
}

/** One attempt by the other method at the same address, to tell what would work there. No password is sent. */
async function byOtherMethod(address: string, course: Course): Promise<AttemptReport> {
  const { endpoint, environment, recorder } = course;
  const method = endpoint.method === 'implicit-tls' ? 'starttls' : 'implicit-tls';
  const began = recorder.elapsed;
  recorder.note('other-method', method);
  // The cause is known by now; what else would work is worth only so much waiting.
  using patience = deadline(environment.clock, PATIENCE, { signal: course.signal });
  const { signal } = patience;
  const { credentials: _unused, ...rest } = environment;
  let ending: Ending;
  try {
    const connection = await environment.network.connect({ address, port: endpoint.port }, { signal });
    const other = { endpoint: { ...endpoint, method }, environment: rest, recorder, signal } as const;
    ({ ending } = await attemptDialogue(connection, other));
  } catch (error) {
    ending = endingOf(error, 'connect', recorder.elapsed - began);
  }
  const reason = ending.ok ? 'none' : ending.fault.reason;
  return {
    address,
    port: endpoint.port,
    method,
    verdict: verdictOf(reason, { unverified: environment.certificate === 'any' }),
    reason,
    phase: ending.ok ? null : ending.fault.phase,
    ms: recorder.elapsed - began,
  };
}
