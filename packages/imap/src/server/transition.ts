/**
 * The theory of an IMAP server, and the only place where its states change.
 *
 * It greets, then completes one command after the other, in order, each by its tag (RFC 9051 §5.5). STARTTLS is allowed before
 * a login, once; with it the server throws away whatever came behind the verb, so that plaintext is never executed as if
 * it had come inside TLS (§6.2.1). A login needs TLS unless a laboratory says otherwise; where it is refused for want of TLS
 * the refusal is the same for a right and a wrong password (RFC 8314 §4.1).
 *
 *     start -> not-authenticated -> tls -> not-authenticated
 *              not-authenticated <-> auth -> authenticated <-> selected -> ended
 */
import { decodeBase64, encodeBase64, mayLogIn, serverMechanism, serverMechanisms } from '@postern/sasl';
import type { ServerStep as MechanismStep } from '@postern/sasl';
import { utf8 } from '@postern/wire';
import type { Instant, Output, TlsInfo } from '@postern/wire';
import { decoded, octets, readList } from '../tokens.ts';
import { parseCommand, strings } from './commands.ts';
import type { ClientItem, ReceivedCommand } from './commands.ts';
import type { ImapServerEvent } from './events.ts';
import { list, select, status } from './mailbox.ts';
import type { MailboxAnswer } from './mailbox.ts';
import type { StartTlsHabit } from './options.ts';
import { serverStates } from './states.ts';
import type { ServerSession, ServerStateName } from './states.ts';

/** What can happen to a server. */
export type ServerInput =
  | { readonly type: 'start' }
  | ItemInput
  | { readonly type: 'end-of-stream' }
  | { readonly type: 'tls-ready'; readonly tls: TlsInfo }
  | { readonly type: 'tick' }
  | { readonly type: 'close' };

/** Something the client sent; `behind` gives a copy of what came after it in the same segment. */
interface ItemInput {
  readonly type: 'item';
  readonly item: ClientItem;
  readonly behind: () => Uint8Array;
}

type Outputs = readonly Output<ImapServerEvent>[];

/** A new state and what has to be done. */
export interface ServerStep {
  readonly session: ServerSession;
  readonly outputs: Outputs;
}

/** One input, one step. Never throws. */
export function serverStep(session: ServerSession, input: ServerInput, now: Instant): ServerStep {
  switch (input.type) {
    case 'start': {
      const delay = 'delay' in session.rules.greeting ? session.rules.greeting.delay : undefined;
      if (delay === undefined) return greet(session, now);
      return { session: { ...session, name: 'delay', deadline: now + delay }, outputs: [] };
    }
    case 'item':
      return receive(session, input, now);
    case 'end-of-stream':
      return over(session, []);
    case 'tls-ready':
      return {
        session: { ...enter(session, 'not-authenticated', now), tls: input.tls },
        outputs: [{ type: 'event', event: { type: 'secured', tls: input.tls } }],
      };
    case 'tick':
      if (session.deadline === undefined || now < session.deadline) return { session, outputs: [] };
      if (session.name === 'delay') return greet(session, now);
      // RFC 9051 §5.4: an autologout says goodbye.
      return over(session, session.name === 'tls' ? [] : [write('* BYE idle for too long')]);
    case 'close':
      return over(session, session.name === 'tls' ? [] : [write('* BYE [UNAVAILABLE] closing')]);
  }
}

function greet(session: ServerSession, now: Instant): ServerStep {
  const { greeting } = session.rules;
  switch (greeting.type) {
    case 'ready': {
      const code = greeting.bare === true ? '' : `[CAPABILITY ${capabilities(session)}] `;
      return {
        session: enter(session, 'not-authenticated', now),
        outputs: [write(`* OK ${code}${greeting.text ?? 'ready'}`)],
      };
    }
    case 'preauth':
      return {
        session: enter(session, 'authenticated', now),
        outputs: [write(`* PREAUTH ${greeting.text ?? 'welcome'}`)],
      };
    case 'refused': {
      const code = greeting.code === undefined ? '' : `[${greeting.code}] `;
      return over(session, [write(`* BYE ${code}${greeting.text ?? 'no service here'}`)]);
    }
    case 'silent':
      return { session: enter(session, 'deaf', now), outputs: [] };
    case 'raw':
      return {
        session: enter(session, 'deaf', now),
        outputs: [{ type: 'write', bytes: octets(greeting.text) }],
      };
  }
}

function receive(before: ServerSession, input: ItemInput, now: Instant): ServerStep {
  // RFC 9051 §5.4: any command restarts the idle timer.
  const session = enter(before, before.name, now);
  const { item } = input;
  switch (item.type) {
    case 'endless':
      return over(session, [write('* BYE that never ends')]);
    case 'continue':
      return answer(session, '+ go ahead');
    case 'unreadable':
      if (session.exchange)
        return bad(
          { ...enter(session, 'not-authenticated', now), exchange: undefined },
          session.exchange.tag,
        );
      return answer(session, `${item.tag ?? '*'} BAD ${item.why}`);
    case 'command':
      break;
  }
  if (session.exchange) return continueAuth(session, session.exchange, item.text, now);
  const command = parseCommand(item.text);
  if (command.verb === undefined)
    return answer(session, `${command.tag ?? '*'} BAD a tag and a command are needed`);
  const next = perform(session, command, input, now);
  const event: ImapServerEvent = { type: 'command', verb: command.verb.slice(0, 16) };
  return { session: next.session, outputs: [{ type: 'event', event }, ...next.outputs] };
}

function perform(
  session: ServerSession,
  command: ReceivedCommand,
  input: ItemInput,
  now: Instant,
): ServerStep {
  const { tag, verb, argument } = command;
  const alone = argument === '';
  switch (verb) {
    case 'CAPABILITY':
      if (!alone) return bad(session, tag);
      return answer(session, `* CAPABILITY ${capabilities(session)}`, `${tag} OK done`);
    case 'NOOP':
      return alone ? answer(session, `${tag} OK done`) : bad(session, tag);
    case 'LOGOUT':
      if (!alone) return bad(session, tag);
      return over(session, [write('* BYE goodbye', `${tag} OK done`)]);
    case 'ID':
      if (!/^nil$/i.test(argument) && !readList(argument, 0)) return bad(session, tag);
      return answer(session, `* ID ${idAnswer(session)}`, `${tag} OK done`);
    case 'STARTTLS':
      // RFC 9051 §6.2.1: only before a login, and only once.
      if (!alone || session.tls || session.name !== 'not-authenticated') return bad(session, tag);
      return startTls(session, tag, input, now);
    case 'AUTHENTICATE':
    case 'LOGIN':
      if (session.name !== 'not-authenticated') return bad(session, tag);
      if (!mayLogIn(session.rules.auth, session.tls)) {
        const code = session.rules.auth ? '[PRIVACYREQUIRED] ' : '';
        return answer(session, `${tag} NO ${code}no login here`);
      }
      return verb === 'LOGIN' ? logIn(session, command, now) : beginAuth(session, command, now);
    default:
      if (session.name !== 'authenticated' && session.name !== 'selected') return bad(session, tag);
      return serve(session, command, now);
  }
}

/** The commands that need a login (RFC 9051 §6.3, §6.4). */
function serve(session: ServerSession, { tag, verb, argument }: ReceivedCommand, now: Instant): ServerStep {
  switch (verb) {
    case 'SELECT':
    case 'EXAMINE': {
      const found = select(argument, verb === 'SELECT' ? 'READ-WRITE' : 'READ-ONLY');
      // RFC 9051 §6.3.2: a SELECT that fails leaves no mailbox selected.
      return report(enter(session, found.ok ? 'selected' : 'authenticated', now), tag, found);
    }
    case 'LIST':
    case 'LSUB':
      return report(session, tag, list(verb, argument));
    case 'STATUS':
      return report(session, tag, status(argument));
    case 'CLOSE':
    case 'UNSELECT':
      if (session.name !== 'selected' || argument !== '') return bad(session, tag);
      return answer(enter(session, 'authenticated', now), `${tag} OK done`);
    default:
      return bad(session, tag);
  }
}

function report(session: ServerSession, tag: string, found: MailboxAnswer): ServerStep {
  if (!found.ok) return answer(session, `${tag} ${found.status} ${found.text}`);
  return answer(session, ...found.lines.map((line) => `* ${line}`), `${tag} OK ${found.text}`);
}

/** RFC 9051 §6.1.1. Logins are listed only where they would be let in. */
function capabilities(session: ServerSession): string {
  const { rules, tls, name } = session;
  const before = name === 'start' || name === 'delay' || name === 'not-authenticated';
  const keyword = tls || !before ? undefined : startTlsKeyword(rules.startTls);
  const mechanisms = before ? serverMechanisms(rules.auth, tls) : [];
  return [
    ...rules.capabilities,
    ...(keyword === undefined ? [] : [keyword]),
    ...(before && !mayLogIn(rules.auth, tls) ? ['LOGINDISABLED'] : []),
    ...mechanisms.map((mechanism) => `AUTH=${mechanism}`),
  ].join(' ');
}

function startTlsKeyword(habit: StartTlsHabit): string | undefined {
  if (habit.type === 'absent') return undefined;
  return habit.type === 'masked' ? (habit.keyword ?? 'XXXXXXXX') : 'STARTTLS';
}

function startTls(session: ServerSession, tag: string, input: ItemInput, now: Instant): ServerStep {
  const habit = session.rules.startTls;
  const goAhead = `${tag} OK begin TLS`;
  switch (habit.type) {
    case 'absent':
    case 'masked':
      return habit.accepts === true ? beginTls(session, [write(goAhead)], input, now) : bad(session, tag);
    case 'refused': {
      const code = habit.code === undefined ? '' : `[${habit.code}] `;
      return answer(
        session,
        `${tag} ${habit.status ?? 'NO'} ${code}${habit.text ?? 'STARTTLS is not available'}`,
      );
    }
    case 'offered':
      return beginTls(session, [write(goAhead)], input, now);
    case 'injected': {
      const injected = octets(`${goAhead}\r\n${habit.text ?? '* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n'}`);
      return beginTls(session, [{ type: 'write', bytes: injected }], input, now);
    }
    case 'silent':
      return { session: enter(session, 'deaf', now), outputs: [write(goAhead)] };
    case 'closes':
      return over(session, habit.after === 'verb' ? [] : [write(goAhead)]);
  }
}

function beginTls(session: ServerSession, goAhead: Outputs, input: ItemInput, now: Instant): ServerStep {
  // RFC 9051 §6.2.1: plaintext behind the verb is thrown away.
  const bytes = input.behind();
  const discarded: Outputs = bytes.length > 0 ? [{ type: 'event', event: { type: 'discarded', bytes } }] : [];
  return { session: enter(session, 'tls', now), outputs: [...discarded, ...goAhead, { type: 'start-tls' }] };
}

function logIn(session: ServerSession, { tag, argument }: ReceivedCommand, now: Instant): ServerStep {
  const [user, password, more] = strings(argument) ?? [];
  if (user === undefined || password === undefined || more !== undefined) return bad(session, tag);
  const credentials = { type: 'password', user: decoded(user), password: decoded(password) } as const;
  const right = user !== '' && password !== '' && session.rules.auth?.authenticate(credentials) === true;
  return right
    ? accept(session, tag, credentials.user, 'LOGIN', now)
    : reject(session, tag, credentials.user, 'LOGIN');
}

function beginAuth(session: ServerSession, { tag, argument }: ReceivedCommand, now: Instant): ServerStep {
  const [name = '', initial, more] = argument.split(' ');
  const mechanism = serverMechanism(name, session.rules.auth, session.tls);
  if (!mechanism) return answer(session, `${tag} NO no such mechanism`);
  // RFC 4959 §3: `=` is an empty initial response, which is not the same as none.
  const first = initial === undefined ? undefined : decodeBase64(initial === '=' ? '' : initial);
  if (more !== undefined || (initial !== undefined && !first)) return bad(session, tag);
  return continueExchange(
    { ...session, exchange: { tag, mechanism } },
    tag,
    mechanism.name,
    mechanism.start(first),
    now,
  );
}

function continueAuth(
  session: ServerSession,
  { tag, mechanism }: NonNullable<ServerSession['exchange']>,
  text: string,
  now: Instant,
): ServerStep {
  const response = decodeBase64(text);
  // RFC 9051 §6.2.2: `*` cancels, and gets BAD; so does anything else that is no base64.
  if (!response) return bad({ ...enter(session, 'not-authenticated', now), exchange: undefined }, tag);
  return continueExchange(session, tag, mechanism.name, mechanism.next(response), now);
}

function continueExchange(
  session: ServerSession,
  tag: string,
  name: string,
  next: MechanismStep,
  now: Instant,
): ServerStep {
  const done: ServerSession = { ...enter(session, 'not-authenticated', now), exchange: undefined };
  switch (next.type) {
    case 'challenge':
      return answer(enter(session, 'auth', now), `+ ${encodeBase64(next.challenge)}`);
    case 'done':
      return accept(done, tag, next.authorizationId ?? next.user, name, now);
    case 'failed':
      return next.reason === 'auth-failed' ? reject(done, tag, undefined, name) : bad(done, tag);
  }
}

function accept(
  session: ServerSession,
  tag: string,
  user: string,
  mechanism: string,
  now: Instant,
): ServerStep {
  const next = enter(session, 'authenticated', now);
  return {
    session: next,
    outputs: [
      { type: 'event', event: { type: 'login', mechanism, user, accepted: true } },
      // RFC 9051 §6.2.3: what is offered now differs, so it is told at once.
      write(`${tag} OK [CAPABILITY ${capabilities(next)}] welcome`),
    ],
  };
}

function reject(
  session: ServerSession,
  tag: string,
  user: string | undefined,
  mechanism: string,
): ServerStep {
  return {
    session,
    outputs: [
      { type: 'event', event: { type: 'login', mechanism, user, accepted: false } },
      write(`${tag} NO [AUTHENTICATIONFAILED] user name or password is wrong`),
    ],
  };
}

/** RFC 2971 §3.2. */
function idAnswer({ rules: { id } }: ServerSession): string {
  if (!id) return 'NIL';
  const quote = (text: string): string => `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
  return `(${Object.entries(id)
    .map(([field, value]) => `${quote(field)} ${quote(value)}`)
    .join(' ')})`;
}

function bad(session: ServerSession, tag: string): ServerStep {
  return answer(session, `${tag} BAD not known, or not now`);
}

function over(session: ServerSession, outputs: Outputs): ServerStep {
  return {
    session: { ...session, name: 'ended', deadline: undefined },
    outputs: [...outputs, { type: 'end' }],
  };
}

function answer(session: ServerSession, ...lines: readonly string[]): ServerStep {
  return { session, outputs: [write(...lines)] };
}

function write(...lines: readonly string[]): Output<ImapServerEvent> {
  return { type: 'write', bytes: utf8(lines.map((line) => `${line}\r\n`).join('')) };
}

/** Takes a state from now on; its patience begins to run. */
function enter(session: ServerSession, name: ServerStateName, now: Instant): ServerSession {
  const { patience } = serverStates[name];
  return { ...session, name, deadline: patience && now + session.rules.patience[patience] };
}
