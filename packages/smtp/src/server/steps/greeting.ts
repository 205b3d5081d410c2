/** The greeting, and every way of not greeting. */
import type { Instant } from '@postern/wire';
import type { GreetingHabit, ServerRules } from '../options.ts';
import { oneLine } from '../reply.ts';
import type { ServerSession, ServerStep } from '../session.ts';
import { enter, farewell, write } from './basic.ts';

/** Greets, or takes its time before. */
export function start(session: ServerSession, now: Instant, rules: ServerRules): ServerStep {
  const { greeting } = rules;
  const delay = greeting.type === 'silent' ? 0 : (greeting.delay ?? 0);
  if (delay === 0) return greet(session, greeting, now, rules);
  return { session: { ...session, name: 'delay', since: now, deadline: now + delay }, outputs: [] };
}

/** Says the greeting (RFC 5321 §3.1), or whatever stands in its place. */
export function greet(
  session: ServerSession,
  greeting: GreetingHabit,
  now: Instant,
  rules: ServerRules,
): ServerStep {
  switch (greeting.type) {
    case 'ready': {
      const text = greeting.text ?? (rules.protocol === 'lmtp' ? 'LMTP ready' : 'ESMTP ready');
      const reply = oneLine(220, undefined, `${rules.domain} ${text}`);
      return {
        session: enter(session, 'command', now, rules),
        outputs: [write(reply, session, rules)],
      };
    }
    case 'refused': {
      const text = greeting.text ?? `${rules.domain} no service here`;
      const reply = oneLine(greeting.code, undefined, text);
      // RFC 5321 §3.8: after 421 the server closes; after 554 it waits for QUIT (§3.1).
      if (greeting.code === 421) return farewell(session, reply, rules);
      return { session: enter(session, 'refusing', now, rules), outputs: [write(reply, session, rules)] };
    }
    case 'silent':
      return { session: enter(session, 'deaf', now, rules), outputs: [] };
    case 'raw':
      return {
        session: enter(session, 'deaf', now, rules),
        outputs: [{ type: 'write', bytes: fromLatin1(greeting.text) }],
      };
  }
}

/** One octet per character. */
export function fromLatin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
