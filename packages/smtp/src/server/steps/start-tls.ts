import { concatBytes } from '@postern/wire';
import type { Instant } from '@postern/wire';
import type { ServerRules } from '../options.ts';
import { encodeReply, oneLine } from '../reply.ts';
import type { ServerSession, ServerStep } from '../session.ts';
import { sendsEnhanced } from '../verbs/extensions.ts';
import { enter, over, refuse, withEvents, write } from './basic.ts';
import type { Told } from './basic.ts';
import { fromLatin1 } from './greeting.ts';

/** STARTTLS, done right or in one of the ways that clients have to be tried against (RFC 3207 §4). */
export function startTls(
  session: ServerSession,
  argument: string | undefined,
  now: Instant,
  rules: ServerRules,
  say: Told,
): ServerStep {
  const habit = rules.startTls;
  const no = (code: number, enhanced: string, text: string): ServerStep =>
    withEvents([say(code)], refuse(session, oneLine(code, enhanced, text), now, rules));
  if (argument !== undefined) return no(501, '5.5.4', 'STARTTLS takes no argument');
  // RFC 3207 §4.2
  if (session.tls) return no(503, '5.5.1', 'TLS is active already');
  const ahead = oneLine(220, '2.0.0', 'go ahead');
  const tls = enter(session, 'tls', now, rules);
  switch (habit.type) {
    case 'absent':
      if (habit.accepts !== true) return no(502, '5.5.1', 'STARTTLS is not implemented');
      break;
    case 'masked':
      // The device in between overwrites the client's verb as well as the server's keyword.
      if (habit.accepts !== true) return no(500, '5.5.2', 'command not recognised');
      break;
    case 'refused': {
      const enhanced = habit.code < 500 ? '4.7.0' : '5.7.0';
      return no(habit.code, enhanced, habit.text ?? 'TLS is not available now');
    }
    case 'closes':
      return {
        session: over(session),
        outputs:
          habit.after === 'verb'
            ? [{ type: 'end' }]
            : [say(220), write(ahead, session, rules), { type: 'end' }],
      };
    case 'silent':
      return {
        session: enter(session, 'deaf', now, rules),
        outputs: [say(220), write(ahead, session, rules)],
      };
    case 'injected': {
      const injected = fromLatin1(habit.text ?? '250 injected\r\n');
      const bytes = concatBytes([encodeReply(ahead, sendsEnhanced(session, rules)), injected]);
      return { session: tls, outputs: [say(220), { type: 'write', bytes }, { type: 'start-tls' }] };
    }
    case 'offered':
      break;
  }
  return { session: tls, outputs: [say(220), write(ahead, session, rules), { type: 'start-tls' }] };
}
