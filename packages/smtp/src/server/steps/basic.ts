/** What every step is made of: waiting in a state, saying something, refusing, and ending. */
import { concatBytes } from '@postern/wire';
import type { Instant, Output } from '@postern/wire';
import type { SmtpServerEvent } from '../events.ts';
import type { ServerRules } from '../options.ts';
import { encodeReply, oneLine } from '../reply.ts';
import type { ServerReply } from '../reply.ts';
import type { ServerSession, ServerStep } from '../session.ts';
import { serverStates } from '../states.ts';
import type { ServerStateName } from '../states.ts';
import { sendsEnhanced } from '../verbs/extensions.ts';

/** Makes the event that tells of a command, once its code is known. */
export type Told = (code: number) => Output<SmtpServerEvent>;

/** Waits in a state from now on. */
export function enter(
  session: ServerSession,
  name: ServerStateName,
  now: Instant,
  rules: ServerRules,
): ServerSession {
  const { patience } = serverStates[name];
  const deadline = patience === undefined ? undefined : now + rules.patience[patience];
  return { ...session, name, since: now, deadline };
}

/** Nothing more will happen. */
export function over(session: ServerSession): ServerSession {
  return { ...session, name: 'ended', deadline: undefined, exchange: undefined, question: undefined };
}

/** An event. */
export function event(content: SmtpServerEvent): Output<SmtpServerEvent> {
  return { type: 'event', event: content };
}

/** The event of a command. Of AUTH nothing may be told but the mechanism. */
export function told(verb: string, argument: string): Told {
  return (code) => event({ type: 'command', verb, argument, code });
}

/** A reply on its way. */
export function write(
  reply: ServerReply,
  session: ServerSession,
  rules: ServerRules,
): Output<SmtpServerEvent> {
  return { type: 'write', bytes: encodeReply(reply, sendsEnhanced(session, rules)) };
}

/** Puts events before the outputs of a step. */
export function withEvents(events: readonly Output<SmtpServerEvent>[], step: ServerStep): ServerStep {
  return { ...step, outputs: [...events, ...step.outputs] };
}

/** The last reply, and the end. */
export function farewell(session: ServerSession, reply: ServerReply, rules: ServerRules): ServerStep {
  return { session: over(session), outputs: [write(reply, session, rules), { type: 'end' }] };
}

/** A negative reply. Too many in a row, and the client is either broken or up to something (RFC 5321 §7.8). */
export function refuse(
  session: ServerSession,
  reply: ServerReply,
  now: Instant,
  rules: ServerRules,
): ServerStep {
  // RFC 5321 §3.8: after 421 the server closes.
  if (reply.code === 421) return farewell(session, reply, rules);
  const errors = reply.code >= 500 ? session.errors + 1 : 0;
  if (errors >= rules.limits.maxErrors) {
    return farewell(session, oneLine(421, '4.7.0', 'too many errors'), rules);
  }
  const name = session.name === 'refusing' ? 'refusing' : 'command';
  const next = { ...session, errors, exchange: undefined };
  return { session: enter(next, name, now, rules), outputs: [write(reply, session, rules)] };
}

/**
 * The replies after the content of a message: one, or in LMTP one for each recipient (RFC 2033 §4.2), which may be none at
 * all (§4.3).
 */
export function conclude(
  session: ServerSession,
  replies: readonly ServerReply[],
  now: Instant,
  rules: ServerRules,
): ServerStep {
  const [only] = replies;
  if (only && replies.length === 1 && only.code >= 400) {
    return { ...refuse(session, only, now, rules), concluded: true };
  }
  const last = replies.find(({ code }) => code === 421);
  const bytes = concatBytes(replies.map((reply) => encodeReply(reply, sendsEnhanced(session, rules))));
  const said: readonly Output<SmtpServerEvent>[] = bytes.length > 0 ? [{ type: 'write', bytes }] : [];
  if (last) return { session: over(session), outputs: [...said, { type: 'end' }], concluded: true };
  const accepted = replies.some(({ code }) => code < 400);
  const next = { ...session, errors: accepted ? 0 : session.errors };
  return { session: enter(next, 'command', now, rules), outputs: said, concluded: true };
}
