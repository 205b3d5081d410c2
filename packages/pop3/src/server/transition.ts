/**
 * The theory of a POP3 server, and the place where its states change; logins are in `login.ts`, and what is done with an open
 * maildrop in `transaction.ts`.
 *
 * It greets, then answers one command after the other, in order and without ever speaking unasked. AUTHORIZATION lasts until
 * a login opens and locks the maildrop (RFC 1939 §4), TRANSACTION until QUIT, which alone deletes what DELE marked (§6):
 * a client that just goes away has deleted nothing. STLS is allowed in AUTHORIZATION, once; with it the server forgets a USER
 * given before and throws away whatever came behind the verb, so that plaintext is never executed as if it had come
 * inside TLS (the class of CVE-2011-0411).
 *
 * A message that is not in memory is sent in the state *content*: its owner brings the pieces, and what the client says meanwhile
 * waits.
 *
 *     start -> authorization -> tls -> authorization
 *            authorization <-> auth -> transaction -> ended
 *                                      transaction <-> content
 */
import { mayLogIn, serverMechanisms } from '@postern/sasl';
import { concatBytes } from '@postern/wire';
import type { Instant, TlsInfo } from '@postern/wire';
import { octets, parseCommand } from './commands.ts';
import type { ReceivedCommand } from './commands.ts';
import type { Language } from '../parse/listings.ts';
import type { Pop3ServerEvent } from './events.ts';
import { continueAuth, logIn } from './login.ts';
import type { StartTlsHabit } from './options.ts';
import { listing, negative, positive } from './reply.ts';
import type { ServerSession } from './states.ts';
import { answer, enter, over, write } from './step.ts';
import type { Outputs, ServerStep } from './step.ts';
import { transaction } from './transaction.ts';

/** What can happen to a server. */
export type ServerInput =
  | { readonly type: 'start' }
  | {
      readonly type: 'line';
      readonly line: Uint8Array;
      readonly ending: 'crlf' | 'lf';
      readonly behind: () => Uint8Array;
    }
  | { readonly type: 'too-long' }
  | { readonly type: 'content'; readonly bytes: Uint8Array }
  | { readonly type: 'content-end' }
  | { readonly type: 'end-of-stream' }
  | { readonly type: 'tls-ready'; readonly tls: TlsInfo }
  | { readonly type: 'tick' }
  | { readonly type: 'close' };

type LineInput = Extract<ServerInput, { readonly type: 'line' }>;
/** One input, one step. Never throws. */
export function serverStep(session: ServerSession, input: ServerInput, now: Instant): ServerStep {
  switch (input.type) {
    case 'start': {
      const delay = 'delay' in session.rules.greeting ? session.rules.greeting.delay : undefined;
      if (delay === undefined) return greet(session, now);
      return { session: { ...session, name: 'delay', deadline: now + delay }, outputs: [] };
    }
    case 'line':
      return receiveLine(session, input, now);
    case 'too-long':
      return over(session, session.name === 'content' ? [] : [write(negative('the line is too long'))]);
    case 'content': {
      const { stuffing } = session;
      // Somebody reads on although the session is over.
      if (!stuffing || session.name !== 'content') return { session, outputs: [] };
      const bytes = stuffing.push(input.bytes);
      return { session: enter(session, 'content', now), outputs: bytes.length > 0 ? [write(bytes)] : [] };
    }
    case 'content-end': {
      const { stuffing } = session;
      if (!stuffing || session.name !== 'content') return { session, outputs: [] };
      return {
        session: { ...enter(session, 'transaction', now), stuffing: undefined },
        outputs: [write(stuffing.end())],
      };
    }
    case 'end-of-stream':
      return over(session, []);
    case 'tls-ready':
      return {
        // RFC 2595 §4: a USER from before is forgotten; no new greeting comes.
        session: {
          ...enter(session, 'authorization', now),
          tls: input.tls,
          upgraded: true,
          user: undefined,
        },
        outputs: [{ type: 'event', event: { type: 'secured', tls: input.tls } }],
      };
    case 'tick':
      if (session.deadline === undefined || now < session.deadline) return { session, outputs: [] };
      // RFC 1939 §3: an autologout closes without a word and without UPDATE.
      return session.name === 'delay' ? greet(session, now) : over(session, []);
    case 'close':
      // In the middle of a message the line would be a line of the message.
      return over(
        session,
        session.name === 'tls' || session.name === 'content' ? [] : [write(negative('closing', 'SYS/TEMP'))],
      );
  }
}

function greet(session: ServerSession, now: Instant): ServerStep {
  const { greeting } = session.rules;
  switch (greeting.type) {
    case 'ready': {
      const { text: words = 'ready', timestamp } = greeting;
      return {
        session: enter(session, 'authorization', now),
        outputs: [write(positive(timestamp === undefined ? words : `${words} ${timestamp}`))],
      };
    }
    case 'refused':
      return over(session, [write(negative(greeting.text ?? 'no service here', greeting.code))]);
    case 'silent':
      return { session: enter(session, 'deaf', now), outputs: [] };
    case 'raw':
      return { session: enter(session, 'deaf', now), outputs: [write(octets(greeting.text))] };
  }
}

function receiveLine(before: ServerSession, input: LineInput, now: Instant): ServerStep {
  // RFC 1939 §3: any command restarts the idle timer.
  const session = enter(before, before.name, now);
  if (session.name === 'auth') return continueAuth(session, input.line);
  // RFC 1939 §3: commands end with CRLF. What two sides read differently is where attacks live.
  if (input.ending === 'lf' || input.line.includes(0)) {
    return answer(session, negative('lines end with CRLF and hold no NUL'));
  }
  const command = parseCommand(input.line);
  const next = perform(session, command, input, now);
  const event: Pop3ServerEvent = { type: 'command', verb: command.verb.slice(0, 16) };
  return { session: next.session, outputs: [{ type: 'event', event }, ...next.outputs] };
}

function perform(
  session: ServerSession,
  command: ReceivedCommand,
  input: LineInput,
  now: Instant,
): ServerStep {
  // RFC 1939 §7: PASS counts only right behind its USER, so any other command forgets the name.
  const rest: ServerSession = { ...session, user: undefined };
  switch (command.verb) {
    case 'CAPA':
      return answer(rest, listing('', capabilities(session)));
    case 'QUIT':
      return quit(rest);
    case 'STLS':
      return startTls(rest, input, now);
    case 'UTF8':
      return utf8Mode(rest, command);
    case 'LANG':
      return language(rest, command);
    case 'USER':
    case 'PASS':
    case 'AUTH':
    case 'APOP':
      if (session.name !== 'authorization') return answer(rest, negative('already logged in'));
      if (!mayLogIn(session.rules.auth, session.tls)) return answer(rest, negative('only after STLS'));
      return logIn(session, command);
    default:
      if (session.name !== 'transaction') return answer(rest, negative('not known, or only after the login'));
      return transaction(rest, command, now);
  }
}

/** RFC 2449 §6. Logins are listed only where they would be let in. */
function capabilities(session: ServerSession): readonly string[] {
  const tag = session.tls || session.name === 'transaction' ? undefined : startTlsTag(session.rules.startTls);
  const { rules, tls } = session;
  return [
    ...(tag === undefined ? [] : [tag]),
    'TOP',
    'UIDL',
    ...(mayLogIn(rules.auth, tls) ? ['USER', `SASL ${serverMechanisms(rules.auth, tls).join(' ')}`] : []),
    'RESP-CODES',
    'PIPELINING',
    ...(rules.utf8 === 'offered' ? ['UTF8 USER'] : []),
    ...(rules.languages ? ['LANG'] : []),
  ];
}

/** RFC 6856 §2.1: only before the login. */
function utf8Mode(session: ServerSession, { argument }: ReceivedCommand): ServerStep {
  if (session.rules.utf8 !== 'offered' || argument !== undefined)
    return answer(session, negative('no such command'));
  if (session.name !== 'authorization') return answer(session, negative('not after the login'));
  return answer({ ...session, utf8: true }, positive('UTF-8 from now on'));
}

/** RFC 6856 §3.2: the list, or a choice; `*` is ours. */
function language(session: ServerSession, { words }: ReceivedCommand): ServerStep {
  const { languages } = session.rules;
  if (!languages) return answer(session, negative('no such command'));
  const shown = ({ tag, name }: Language): string => (name === undefined ? tag : `${tag} ${name}`);
  const [wanted, more] = words;
  if (wanted === undefined) return answer(session, listing('', languages.map(shown)));
  const found = languages.find(({ tag }) => wanted === '*' || tag.toLowerCase() === wanted.toLowerCase());
  return answer(session, found && more === undefined ? positive(shown(found)) : negative('no such language'));
}

function startTlsTag(habit: StartTlsHabit): string | undefined {
  if (habit.type === 'absent') return undefined;
  return habit.type === 'masked' ? (habit.keyword ?? 'XXXX') : 'STLS';
}

function startTls(session: ServerSession, input: LineInput, now: Instant): ServerStep {
  // RFC 2595 §4: only in AUTHORIZATION, and only once; RFC 6856 §2.1: not after UTF8.
  if (session.name !== 'authorization' || session.tls || session.utf8)
    return answer(session, negative('not now'));
  const habit = session.rules.startTls;
  const goAhead = positive('begin TLS');
  switch (habit.type) {
    case 'absent':
    case 'masked':
      if (habit.accepts !== true) return answer(session, negative('no such command'));
      return beginTls(session, goAhead, input, now);
    case 'refused':
      return answer(session, negative(habit.text ?? 'STLS is not available', habit.code));
    case 'offered':
      return beginTls(session, goAhead, input, now);
    case 'injected':
      return beginTls(session, concatBytes([goAhead, octets(habit.text ?? '+OK injected\r\n')]), input, now);
    case 'silent':
      return { session: enter(session, 'deaf', now), outputs: [write(goAhead)] };
    case 'closes':
      return over(session, habit.after === 'verb' ? [] : [write(goAhead)]);
  }
}

function beginTls(session: ServerSession, goAhead: Uint8Array, input: LineInput, now: Instant): ServerStep {
  // Plaintext behind the verb is thrown away: it must never be executed as if it had come inside TLS.
  const bytes = input.behind();
  const discarded: Outputs = bytes.length > 0 ? [{ type: 'event', event: { type: 'discarded', bytes } }] : [];
  return {
    session: enter(session, 'tls', now),
    outputs: [...discarded, write(goAhead), { type: 'start-tls' }],
  };
}

/** RFC 1939 §6: only QUIT out of TRANSACTION deletes. */
function quit(session: ServerSession): ServerStep {
  const { maildrop, deleted } = session;
  maildrop?.update(maildrop.messages.filter((_, index) => deleted.has(index + 1)));
  return over(session, [write(positive('bye'))]);
}
