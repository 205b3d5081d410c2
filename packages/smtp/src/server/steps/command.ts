/** A command line. */
import type { Instant } from '@postern/wire';
import type { ServerRules } from '../options.ts';
import { oneLine } from '../reply.ts';
import type { ServerSession, ServerStep } from '../session.ts';
import { parseCommand } from '../syntax/commands.ts';
import { notImplemented } from '../verbs/answer.ts';
import type { VerbAnswer } from '../verbs/answer.ts';
import { answerVerb, gate } from '../verbs/verbs.ts';
import { enter, event, farewell, refuse, told, withEvents, write } from './basic.ts';
import { bdat, beginData } from './content.ts';
import { auth } from './login.ts';
import { startTls } from './start-tls.ts';

/** Takes a command and answers it, or goes where it leads. */
export function command(session: ServerSession, line: string, now: Instant, rules: ServerRules): ServerStep {
  const parsed = parseCommand(line) ?? { verb: '', argument: undefined };
  const { verb, argument = '' } = parsed;
  // What stands behind a refused AUTH may be a password.
  const say = told(verb, verb === 'AUTH' ? '' : argument);
  if (session.name === 'refusing' && verb !== 'QUIT') {
    // RFC 5321 §3.1, RFC 7504 §3: 521 is said again, after 554 everything is out of sequence.
    const code = rules.greeting.type === 'refused' && rules.greeting.code === 521 ? 521 : 503;
    return withEvents([say(code)], refuse(session, oneLine(code, '5.3.2', 'no service here'), now, rules));
  }
  const refusal = gate(verb, session, rules);
  if (!refusal && verb === 'STARTTLS') return startTls(session, parsed.argument, now, rules, say);
  if (!refusal && verb === 'AUTH') return auth(session, argument, now, rules);
  // Whatever is wrong with BDAT, its octets must not be taken for commands (RFC 3030 §2).
  if (verb === 'BDAT' && refusal !== notImplemented) {
    return bdat(session, argument, refusal?.reply, now, rules);
  }
  return obey(session, verb, argument, refusal ?? answerVerb(parsed, session, rules), now, rules);
}

/** Gives an answer and makes the change it names, or asks first. */
function obey(
  session: ServerSession,
  verb: string,
  argument: string,
  answer: VerbAnswer,
  now: Instant,
  rules: ServerRules,
): ServerStep {
  const { reply, ask, tolerated = [] } = answer;
  if (tolerated.length > 0 && (verb === 'MAIL' || verb === 'RCPT')) {
    const notes = tolerated.map((reason) => event({ type: 'diagnostic', reason, verb }));
    return withEvents(notes, obey(session, verb, argument, { ...answer, tolerated: [] }, now, rules));
  }
  const say = told(verb, verb === 'AUTH' ? '' : argument)(reply.code);
  const counted = { ...session, ...answer.count };
  if (reply.code >= 400) return withEvents([say], refuse(counted, reply, now, rules));
  if (ask && rules.asks.includes(ask.type === 'ask-sender' ? 'sender' : 'recipient')) {
    const type = ask.type === 'ask-sender' ? 'sender' : 'recipient';
    const asked = { ...counted, question: { type, verb, argument, answer } } as const;
    return { session: enter(asked, 'asking', now, rules), outputs: [event(ask)] };
  }
  const next = { ...counted, ...answer.change, errors: 0 };
  if (answer.next === 'end') return withEvents([say], farewell(next, reply, rules));
  if (answer.next === 'data') return withEvents([say], beginData(next, reply, now, rules));
  return {
    session: enter(next, 'command', now, rules),
    outputs: [say, write(reply, session, rules)],
  };
}
