import { requirementFor, secure, tlsRequest } from '@postern/starttls';
import type { Requirement, Upgradable } from '@postern/starttls';
import type { Connection, Fault, Phase, TlsInfo, TlsPeer } from '@postern/wire';
import type { ServiceEndpoint } from '../report/endpoint.ts';
import { speak } from '../speak/dialogue.ts';
import type { LoginOutcome, MailDialogue } from '../speak/dialogue.ts';
import { endingOf } from './conclude.ts';
import type { Ending } from './conclude.ts';
import type { ProbeEnvironment } from './environment.ts';
import type { Recorder } from './recorder.ts';

/** One probe under way. */
export interface Course {
  readonly endpoint: ServiceEndpoint;
  readonly environment: ProbeEnvironment;
  readonly recorder: Recorder;
  readonly signal: AbortSignal;
  /** Called when the greeting has come. */
  readonly greeted?: () => void;
  /** Called with the peer as it presents itself in the handshake. */
  readonly presented?: (peer: TlsPeer) => void;
}

/** What one dialogue showed. Filled in as it goes, so that a dialogue cut short has shown what it had shown. */
export interface Seen {
  phase: Phase;
  tls?: TlsInfo;
  /** The peer as presented, also where the handshake was refused for it. */
  peer?: TlsPeer;
  beforeTls?: readonly string[];
  insideTls?: readonly string[];
  greeting?: string;
  login?: LoginOutcome;
  /** The fault of a certificate that was noted, while the dialogue went on without trust in it. */
  certificate?: Fault;
}

/** The end of a probe's farewell: a server that does not answer QUIT keeps nobody waiting. */
const FAREWELL_MS = 500;

/**
 * Goes through one dialogue by one method: greeting, capabilities, TLS, capabilities again, login if asked for, farewell.
 * Owns the connection. The handshake demands encryption only, so that a bad certificate does not hide what lies behind it;
 * the certificate is judged all the same, and no password is sent to a peer that did not pass (RFC 8314 §5.2).
 */
export async function attemptDialogue(
  connection: Connection,
  course: Course,
): Promise<{ readonly seen: Seen; readonly ending: Ending }> {
  const { endpoint, recorder } = course;
  const seen: Seen = { phase: endpoint.method === 'implicit-tls' ? 'tls' : 'greeting' };
  let dialogue: MailDialogue | undefined;
  const began = recorder.elapsed;
  try {
    dialogue = await open(connection, course, seen);
    await goThrough(dialogue, course, seen);
    return { seen, ending: seen.certificate ? { ok: false, fault: seen.certificate } : { ok: true } };
  } catch (error) {
    if (!dialogue) connection.reset();
    const ending = endingOf(error, seen.phase, recorder.elapsed - began);
    if (!ending.ok) seen.phase = ending.fault.phase;
    return { seen, ending };
  } finally {
    if (dialogue) await leave(dialogue, connection, course);
  }
}

async function open(connection: Connection, course: Course, seen: Seen): Promise<MailDialogue> {
  const { endpoint, recorder, signal } = course;
  const { clock, ehloName, secureRandom } = course.environment;
  const tls = endpoint.method === 'implicit-tls' ? handshakeRequest(course, seen) : undefined;
  const dialogue = await speak(endpoint.protocol, connection, {
    clock,
    signal,
    observe: recorder.observer(),
    ...(tls ? { tls } : {}),
    ...(ehloName === undefined ? {} : { ehloName }),
    ...(secureRandom && { random: secureRandom }),
  });
  if (connection.tls) seen.tls = connection.tls;
  if (dialogue.greeting !== undefined) seen.greeting = dialogue.greeting;
  recorder.note('greeting', dialogue.greeting);
  course.greeted?.();
  return dialogue;
}

async function goThrough(dialogue: MailDialogue, course: Course, seen: Seen): Promise<void> {
  const { endpoint, environment, recorder, signal } = course;
  seen.phase = 'capabilities';
  const offered = await dialogue.capabilities({ signal });
  recorder.note('capabilities', offered.join(', '));
  if (endpoint.method === 'implicit-tls') {
    seen.insideTls = offered;
  } else {
    seen.beforeTls = offered;
    if (endpoint.method === 'plaintext') return;
    await upgrade(dialogue, course, seen);
  }
  const verification = seen.tls?.verification;
  if (verification?.status === 'unverified') seen.certificate = verification.fault;
  if (environment.credentials && verification?.status === 'verified') {
    seen.phase = 'auth';
    seen.login = await dialogue.login(environment.credentials, { signal });
    recorder.note(seen.login.ok ? 'logged-in' : 'login-refused');
  }
}

async function upgrade(dialogue: MailDialogue, course: Course, seen: Seen): Promise<void> {
  const { environment, recorder, signal } = course;
  seen.phase = 'starttls';
  recorder.note('starttls');
  // The request built here also watches the peer; what `secure` decides about it stays the same.
  const request = handshakeRequest(course, seen);
  const { serverName, roots } = request;
  const watched: Upgradable = {
    startTls: (_request, options) => dialogue.startTls(request, options),
  };
  const anchors = roots ? { roots } : {};
  const secured = await secure(watched, encrypted, {
    serverName,
    wallClock: environment.wallClock,
    signal,
    ...anchors,
  });
  if (secured.method === 'starttls') seen.tls = secured.tls;
  seen.phase = 'capabilities';
  seen.insideTls = await dialogue.capabilities({ signal });
  recorder.note('inside', seen.insideTls.join(', '));
}

/** TLS whatever the certificate; the judgement over it is recorded. */
const encrypted: Requirement = requirementFor({ user: 'encrypted' });

function handshakeRequest(
  { endpoint, environment, recorder, presented }: Course,
  seen: Seen,
): ReturnType<typeof tlsRequest> {
  const { serverName, wallClock, roots } = environment;
  const request = tlsRequest({
    serverName: serverName ?? endpoint.host,
    requirement: encrypted,
    wallClock,
    ...(roots ? { roots } : {}),
  });
  return {
    ...request,
    verify: (peer) => {
      seen.peer = peer;
      presented?.(peer);
      const verification = request.verify(peer);
      recorder.note('secured', verification.status);
      if (endpoint.method === 'implicit-tls') seen.phase = 'greeting';
      return verification;
    },
  };
}

async function leave(
  dialogue: MailDialogue,
  connection: Connection,
  { environment: { clock } }: Course,
): Promise<void> {
  const farewell = new AbortController();
  const cancel = clock.alarm(clock.now() + FAREWELL_MS, () => {
    farewell.abort();
    // Whatever the farewell waits for then: nothing comes over a connection that is gone.
    connection.reset();
  });
  await dialogue.quit({ signal: farewell.signal }).catch(() => undefined);
  cancel();
  await dialogue[Symbol.asyncDispose]();
}
