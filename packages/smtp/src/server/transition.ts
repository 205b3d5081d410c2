/**
 * All changes of state of the SMTP server; the steps are in `steps/`, and nothing else changes a session.
 *
 * The theory. The server greets (`delay` where it takes its time), then waits for one command after another (`command`) and
 * answers each, in order, refused ones included: only QUIT, a client that makes nothing but errors, and time end the
 * dialogue (RFC 5321 §3.8). Four commands lead into another state: DATA and BDAT, because what follows is text and no commands
 * (`data`, `chunk`); AUTH, because what follows are responses (`auth`); STARTTLS, because what follows is a handshake (`tls`),
 * after which the session is as new and nothing that came in plaintext counts (RFC 3207 §4.2).
 *
 * Where the owner wants to decide about something, an event asks and the machine stands still (`asking`): what the client sends
 * meanwhile waits its turn, so replies keep their order (RFC 2920 §3.2) and no answer can meet another state than it was asked in.
 *
 * `refusing` is the server without service, `deaf` the one that plays dead; both exist because clients must be tried
 * against them. `ended` has one way in, the `end` output, and none out.
 */
import { sample, UsageError } from '@postern/wire';
import type { Instant } from '@postern/wire';
import type { MessageAbortReason } from './events.ts';
import type { ServerRules } from './options.ts';
import { oneLine } from './reply.ts';
import { newServerSession } from './session.ts';
import type { ServerInput, ServerSession, ServerStep } from './session.ts';
import { answered } from './steps/answer.ts';
import { enter, event, farewell, over, refuse, withEvents } from './steps/basic.ts';
import { command } from './steps/command.ts';
import { aborted, contentEnd, flooded } from './steps/content.ts';
import { greet, start } from './steps/greeting.ts';
import { authResponse } from './steps/login.ts';

/** One step. */
export function serverStep(
  session: ServerSession,
  input: ServerInput,
  now: Instant,
  rules: ServerRules,
): ServerStep {
  const step = dispatch(session, input, now, rules);
  if (!begun(session) || step.concluded === true || begun(step.session)) return step;
  // Whatever cut the content short, who has part of it must know that the rest will not come.
  const next = { ...step.session, transaction: undefined, chunk: undefined };
  return withEvents([aborted(abortReasons[input.type] ?? 'withdrawn')], { ...step, session: next });
}

/** Whether part of a message may have been handed out. */
function begun({ name, transaction }: ServerSession): boolean {
  if (name === 'ended' || name === 'tls' || name === 'deaf') return false;
  return transaction?.content === 'data' || transaction?.content === 'chunks';
}

/** What ends a message before its time, by what happened; everything else is the client's own doing. */
const abortReasons: Readonly<Partial<Record<ServerInput['type'], MessageAbortReason>>> = {
  end: 'lost',
  tick: 'timed-out',
  close: 'closing',
};

function dispatch(session: ServerSession, input: ServerInput, now: Instant, rules: ServerRules): ServerStep {
  switch (input.type) {
    case 'start':
      return start(session, now, rules);
    case 'line':
      return session.name === 'auth'
        ? authResponse(session, input.text, now, rules)
        : command(session, input.text, now, rules);
    case 'too-long':
      return tooLong(session, now, rules);
    case 'bare-lf':
      // RFC 5321 §2.3.8
      return refuse(session, oneLine(500, '5.5.2', 'bare LF: end lines with CR LF'), now, rules);
    case 'content':
      return contentEnd(session, input.content, now, rules);
    case 'flood':
      return flooded(session, rules);
    case 'untimely': {
      const type = session.name === 'delay' ? 'early-talker' : 'discarded';
      return { session, outputs: [event({ type, bytes: sample(input.bytes) })] };
    }
    case 'tls-ready':
      if (session.name !== 'tls') throw new UsageError('tlsReady without start-tls', 'RFC 3207 §4');
      return {
        session: enter(newServerSession(input.tls), 'command', now, rules),
        outputs: [event({ type: 'secured', tls: input.tls })],
      };
    case 'answer':
      return answered(session, input.verdict, now, rules);
    case 'extend': {
      const { deadline } = session;
      return { session: { ...session, deadline: deadline && deadline + input.by }, outputs: [] };
    }
    case 'end':
      return { session: over(session), outputs: [{ type: 'end' }] };
    case 'tick':
      return tick(session, now, rules);
    case 'close':
      // Plaintext has no place in a handshake (RFC 3207 §4), and the deaf are mute.
      if (session.name === 'tls' || session.name === 'deaf') {
        return { session: over(session), outputs: [{ type: 'end' }] };
      }
      return farewell(session, oneLine(421, '4.3.2', `${rules.domain} is shutting down`), rules);
  }
}

function tooLong(session: ServerSession, now: Instant, rules: ServerRules): ServerStep {
  // RFC 4954 §4 has a code of its own for a line of AUTH.
  const reply =
    session.name === 'auth'
      ? oneLine(500, '5.5.6', 'authentication exchange line too long')
      : oneLine(500, '5.5.2', 'line too long');
  return refuse(session, reply, now, rules);
}

function tick(session: ServerSession, now: Instant, rules: ServerRules): ServerStep {
  const { name, deadline, since } = session;
  if (deadline === undefined || now < deadline) return { session, outputs: [] };
  if (name === 'delay') return greet(session, rules.greeting, now, rules);
  if (name === 'tls') {
    const limit = deadline - since;
    const fault = {
      kind: 'timeout',
      reason: 'timeout-tls-handshake',
      phase: 'tls',
      after: now - since,
      limit,
    } as const;
    return { session: over(session), outputs: [{ type: 'end', fault }] };
  }
  // RFC 5321 §4.5.3.2.7, §3.8
  return farewell(session, oneLine(421, '4.4.2', `${rules.domain} has waited long enough`), rules);
}
