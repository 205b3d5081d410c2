/** The owner has answered. */
import { UsageError } from '@postern/wire';
import type { Instant } from '@postern/wire';
import type { ServerRules } from '../options.ts';
import type { ServerReply } from '../reply.ts';
import type { Question, ServerSession, ServerStep } from '../session.ts';
import { verdictReply } from '../verdict.ts';
import type { Verdict } from '../verdict.ts';
import { conclude, enter, refuse, told, withEvents, write } from './basic.ts';
import { messageAccepted, tellChunk } from './content.ts';
import { loggedIn, notLoggedIn, welcome } from './login.ts';

/** Takes the answer to the open question, and goes on. Throws a `UsageError` for one that does not fit. */
export function answered(
  session: ServerSession,
  verdict: Verdict | readonly Verdict[],
  now: Instant,
  rules: ServerRules,
): ServerStep {
  const { question } = session;
  if (!question) throw new UsageError('ANSWER, and nothing was asked', 'ANSWER');
  const next = { ...session, question: undefined };
  if (question.type === 'message') return message(next, verdict, now, rules);
  if (isList(verdict)) throw new UsageError('several verdicts are for a message in LMTP', 'RFC 2033 §4.2');
  if (question.type === 'login') return login(next, question, verdict, now, rules);
  const { verb, argument, answer } = question;
  const reply = verdictReply(verdict, answer.reply);
  const say = told(verb, argument)(reply.code);
  if (!verdict.ok) return withEvents([say], refuse(next, reply, now, rules));
  return {
    session: enter({ ...next, ...answer.change, errors: 0 }, 'command', now, rules),
    outputs: [say, write(reply, session, rules)],
  };
}

function isList(verdict: Verdict | readonly Verdict[]): verdict is readonly Verdict[] {
  return Array.isArray(verdict);
}

function login(
  session: ServerSession,
  { mechanism, who }: Extract<Question, { readonly type: 'login' }>,
  verdict: Verdict,
  now: Instant,
  rules: ServerRules,
): ServerStep {
  const reply = verdictReply(verdict, welcome);
  return verdict.ok
    ? loggedIn(session, mechanism, who, reply, now, rules)
    : notLoggedIn(session, mechanism, reply, now, rules);
}

function message(
  session: ServerSession,
  verdict: Verdict | readonly Verdict[],
  now: Instant,
  rules: ServerRules,
): ServerStep {
  const replies = messageReplies(session, verdict, rules);
  // RFC 5321 §4.1.1.4: the end of the content ends the transaction, whatever the reply.
  const next = { ...session, transaction: undefined, chunk: undefined };
  const events = session.chunk ? [tellChunk(session)(replies[0]?.code ?? 250)] : [];
  return withEvents(events, conclude(next, replies, now, rules));
}

/** RFC 2033 §4.2: in LMTP one for each recipient that was accepted, in order. */
function messageReplies(
  { transaction }: ServerSession,
  verdict: Verdict | readonly Verdict[],
  rules: ServerRules,
): readonly ServerReply[] {
  const recipients = transaction?.recipients ?? [];
  if (!isList(verdict)) {
    const reply = verdictReply(verdict, messageAccepted);
    return rules.protocol === 'lmtp' ? recipients.map(() => reply) : [reply];
  }
  if (rules.protocol !== 'lmtp' || verdict.length !== recipients.length) {
    throw new UsageError('several verdicts: LMTP only, and one for each recipient', 'RFC 2033 §4.2');
  }
  return verdict.map((each) => verdictReply(each, messageAccepted));
}
