/**
 * The theory of a POP3 server, and the only place where its states change.
 *
 * It greets, then answers one command after the other, in order and without ever speaking unasked. AUTHORIZATION lasts until
 * a login opens and locks the maildrop (RFC 1939 §4), TRANSACTION until QUIT, which alone deletes what DELE marked (§6):
 * a client that just goes away has deleted nothing. STLS is allowed in AUTHORIZATION, once; with it the server forgets a USER
 * given before and throws away whatever came behind the verb, so that plaintext is never executed as if it had come
 * inside TLS (the class of CVE-2011-0411).
 *
 *     start -> authorization -> tls -> authorization
 *            authorization <-> auth -> transaction -> ended
 */
import { decodeBase64, encodeBase64, serverMechanism } from '@postern/sasl';
import type { ServerStep } from '@postern/sasl';
import { concatBytes, latin1, utf8 } from '@postern/wire';
import type { Instant, Output, TlsInfo } from '@postern/wire';
import { parseCommand, parseNumber } from './commands.ts';
import type { ReceivedCommand } from './commands.ts';
import { otherGreetings, startTlsHabits } from './habits.ts';
import type { StoredMessage } from './maildrop.ts';
import type { Pop3ServerEvent } from './pop3-server.ts';
import { contentReply, listing, negative, positive, topOf } from './reply.ts';
import { serverStates } from './states.ts';
import type { ServerState } from './states.ts';

/** What can happen to a server. */
export type ServerInput =
  | { readonly type: 'start' }
  | { readonly type: 'line'; readonly line: Uint8Array; readonly ending: 'crlf' | 'lf' }
  | { readonly type: 'too-long' }
  | { readonly type: 'end-of-stream' }
  | { readonly type: 'tls-ready'; readonly tls: TlsInfo }
  | { readonly type: 'tick' };

/** A new state and what has to be done. */
export interface ServerTurn {
  readonly state: ServerState;
  readonly outputs: readonly Output<Pop3ServerEvent>[];
}

/** One input, one step. Never throws. */
export function step(state: ServerState, input: ServerInput, now: Instant): ServerTurn {
  switch (input.type) {
    case 'start':
      return greet(state, now);
    case 'line':
      return receiveLine(state, input.line, input.ending, now);
    case 'too-long':
      return over(state, [write(negative('the line is too long'))]);
    case 'end-of-stream':
      return over(state, []);
    case 'tls-ready':
      return {
        // RFC 2595 §4: a USER from before is forgotten; no new greeting comes.
        state: { ...active(state, now), name: 'authorization', tls: input.tls, user: undefined },
        outputs: [{ type: 'event', event: { type: 'secured', tls: input.tls } }],
      };
    case 'tick':
      // RFC 1939 §3: an autologout closes without a word and without UPDATE.
      return state.deadline !== undefined && now >= state.deadline ? over(state, []) : { state, outputs: [] };
  }
}

function greet(state: ServerState, now: Instant): ServerTurn {
  const { greeting, name, timestamp } = state.settings;
  switch (greeting) {
    case 'none':
      return { state: { ...state, name: 'silent' }, outputs: [] };
    case 'refused':
      return over(state, [write(negative('no service here'))]);
    case 'refused-temporarily':
      return over(state, [write(negative('try again later', 'SYS/TEMP'))]);
    case 'smtp':
    case 'imap':
    case 'http':
      return {
        state: { ...state, name: 'silent' },
        outputs: [write(utf8(`${otherGreetings[greeting]}\r\n`))],
      };
    case 'normal':
      return {
        state: { ...active(state, now), name: 'authorization' },
        outputs: [write(positive(timestamp === undefined ? name : `${name} ${timestamp}`))],
      };
  }
}

function receiveLine(state: ServerState, line: Uint8Array, ending: 'crlf' | 'lf', now: Instant): ServerTurn {
  const awake = active(state, now);
  if (state.name === 'auth') return exchange(awake, line);
  if (state.name !== 'authorization' && state.name !== 'transaction') return { state, outputs: [] };
  // RFC 1939 §3: commands end with CRLF. What two sides read differently is where attacks live.
  if (ending === 'lf' || line.includes(0))
    return answer(awake, negative('lines end with CRLF and hold no NUL'));
  const command = parseCommand(line);
  const turn = perform(awake, command);
  const event: Pop3ServerEvent = { type: 'command', verb: command.verb.slice(0, 16) };
  return { state: turn.state, outputs: [{ type: 'event', event }, ...turn.outputs] };
}

function perform(state: ServerState, command: ReceivedCommand): ServerTurn {
  // RFC 1939 §7: PASS counts only right behind its USER, so any other command forgets the name.
  const rest: ServerState = { ...state, user: undefined };
  switch (command.verb) {
    case 'CAPA':
      return answer(rest, listing('', capabilities(state)));
    case 'QUIT':
      return quit(rest);
    case 'STLS':
      return startTls(rest);
    case 'USER':
    case 'PASS':
    case 'AUTH':
    case 'APOP':
      if (state.name !== 'authorization') return answer(rest, negative('already logged in'));
      if (!mayLogIn(state)) return answer(rest, negative('only after STLS'));
      return logIn(state, command);
    default:
      if (state.name !== 'transaction') return answer(rest, negative('not known, or only after the login'));
      return transaction(rest, command);
  }
}

function mayLogIn({ tls, settings }: ServerState): boolean {
  return tls !== undefined || settings.plaintextLogin;
}

/** RFC 2449 §6. Logins are listed only where they would be let in. */
function capabilities(state: ServerState): readonly string[] {
  const { settings, tls } = state;
  const tag = tls || state.name === 'transaction' ? undefined : startTlsHabits[settings.startTls].tag;
  return [
    ...(tag === undefined ? [] : [tag]),
    'TOP',
    'UIDL',
    ...(mayLogIn(state) ? ['USER', `SASL ${settings.mechanisms.join(' ')}`] : []),
    'RESP-CODES',
    'PIPELINING',
  ];
}

function startTls(state: ServerState): ServerTurn {
  // RFC 2595 §4: only in AUTHORIZATION, and only once.
  if (state.name !== 'authorization' || state.tls) return answer(state, negative('not now'));
  const goAhead = positive('begin TLS');
  switch (startTlsHabits[state.settings.startTls].verb) {
    case 'refuse':
      return answer(state, negative('STLS is not available'));
    case 'begin':
      return { state: { ...state, name: 'tls' }, outputs: [write(goAhead), { type: 'start-tls' }] };
    case 'inject':
      return {
        state: { ...state, name: 'tls' },
        outputs: [write(concatBytes([goAhead, positive('injected')])), { type: 'start-tls' }],
      };
    case 'hang':
      return { state: { ...state, name: 'silent', deadline: undefined }, outputs: [write(goAhead)] };
    case 'close':
      return over(state, [write(goAhead)]);
  }
}

function logIn(state: ServerState, { verb, argument, words }: ReceivedCommand): ServerTurn {
  const rest: ServerState = { ...state, user: undefined };
  if (verb === 'USER') {
    if (argument === undefined || argument === '') return answer(rest, negative('a name is missing'));
    return answer({ ...state, user: argument }, positive());
  }
  if (verb === 'PASS') {
    if (state.user === undefined) return answer(rest, negative('say USER first'));
    const user = text(state.user);
    const password = text(argument ?? '');
    const right = password !== '' && state.settings.authenticate({ type: 'password', user, password });
    return right ? accept(rest, user) : reject(rest, user);
  }
  if (verb === 'APOP') return answer(rest, negative('not available'));
  const [name, initial, more] = words;
  const known = state.settings.mechanisms.some((listed) => listed.toUpperCase() === name?.toUpperCase());
  const mechanism = known
    ? serverMechanism(name ?? '', { authenticate: state.settings.authenticate })
    : undefined;
  if (!mechanism || more !== undefined) return answer(rest, negative('no such mechanism'));
  // RFC 5034 §4: `=` is an empty initial response, which is not the same as none.
  const octets = initial === undefined ? undefined : decodeBase64(initial === '=' ? '' : initial);
  if (initial !== undefined && !octets) return answer(rest, negative('that is no base64'));
  return continueExchange({ ...rest, mechanism }, mechanism.start(octets));
}

function exchange(state: ServerState, line: Uint8Array): ServerTurn {
  const { mechanism } = state;
  const response = decodeBase64(latin1(line));
  // RFC 5034 §4: `*` cancels; anything else that is no base64 ends the exchange too.
  if (!mechanism || !response) {
    return answer({ ...state, name: 'authorization', mechanism: undefined }, negative('cancelled'));
  }
  return continueExchange(state, mechanism.next(response));
}

function continueExchange(state: ServerState, next: ServerStep): ServerTurn {
  const done: ServerState = { ...state, name: 'authorization', mechanism: undefined };
  switch (next.type) {
    case 'challenge':
      return answer({ ...state, name: 'auth' }, utf8(`+ ${encodeBase64(next.challenge)}\r\n`));
    case 'done':
      return accept(done, next.user);
    case 'failed':
      return next.reason === 'auth-failed'
        ? reject(done, undefined)
        : answer(done, negative('that is not the mechanism'));
  }
}

function accept(state: ServerState, user: string): ServerTurn {
  const maildrop = state.settings.maildrop(user).open();
  // RFC 2449 §8.1.2: the maildrop is in use; the password was right.
  if (!maildrop) return answer(state, negative('another session holds the maildrop', 'IN-USE'));
  return {
    state: { ...state, name: 'transaction', maildrop, deleted: new Set() },
    outputs: [{ type: 'event', event: { type: 'login', user, ok: true } }, write(positive())],
  };
}

function reject(state: ServerState, user: string | undefined): ServerTurn {
  return {
    state,
    outputs: [
      { type: 'event', event: { type: 'login', user, ok: false } },
      write(negative('user name or password is wrong', 'AUTH')),
    ],
  };
}

function transaction(state: ServerState, { verb, words }: ReceivedCommand): ServerTurn {
  const all = state.maildrop?.messages ?? [];
  const here = all
    .map((message, index) => ({ message, number: index + 1 }))
    .filter(({ number }) => !state.deleted.has(number));
  const [first, second, more] = words;
  const number = parseNumber(first);
  const found = more === undefined ? here.find((entry) => entry.number === number) : undefined;
  const alone = first === undefined;
  const single = second === undefined;
  const missing = answer(state, negative('no such message'));
  switch (verb) {
    case 'NOOP':
      return answer(state, alone ? positive() : negative('NOOP takes no argument'));
    case 'STAT':
      return answer(
        state,
        positive(`${here.length} ${here.reduce((sum, { message }) => sum + message.content.length, 0)}`),
      );
    case 'RSET':
      return answer({ ...state, deleted: new Set() }, positive());
    case 'LIST':
    case 'UIDL': {
      const entry = (item: { readonly message: StoredMessage; readonly number: number }): string =>
        `${item.number} ${verb === 'LIST' ? item.message.content.length : item.message.uid}`;
      if (alone) return answer(state, listing('', here.map(entry)));
      return found && single ? answer(state, positive(entry(found))) : missing;
    }
    case 'RETR':
      return found && single ? answer(state, contentReply('', found.message.content)) : missing;
    case 'TOP': {
      const lines = parseNumber(second);
      if (!found || lines === undefined) return missing;
      return answer(state, contentReply('', topOf(found.message.content, lines)));
    }
    case 'DELE':
      if (!found || !single) return missing;
      return answer({ ...state, deleted: new Set([...state.deleted, found.number]) }, positive());
    default:
      return answer(state, negative('no such command'));
  }
}

/** RFC 1939 §6: only QUIT out of TRANSACTION deletes. */
function quit(state: ServerState): ServerTurn {
  state.maildrop?.update(
    state.maildrop.messages.filter((_, index) => state.deleted.has(index + 1)).map(({ uid }) => uid),
  );
  return over(state, [write(positive('bye'))]);
}

function over(state: ServerState, outputs: readonly Output<Pop3ServerEvent>[]): ServerTurn {
  state.maildrop?.release();
  return {
    state: { ...state, name: 'ended', deadline: undefined, maildrop: undefined },
    outputs: [...outputs, { type: 'end' }],
  };
}

function answer(state: ServerState, reply: Uint8Array): ServerTurn {
  return { state, outputs: [write(reply)] };
}

function write(bytes: Uint8Array): Output<Pop3ServerEvent> {
  return { type: 'write', bytes };
}

/** Any command restarts the idle timer (RFC 1939 §3). */
function active(state: ServerState, now: Instant): ServerState {
  return {
    ...state,
    deadline: serverStates[state.name].idle || state.name === 'start' ? now + state.settings.idle : undefined,
  };
}

/** One character per byte back to text. */
function text(bytes: string): string {
  return new TextDecoder().decode(Uint8Array.from(bytes, (character) => character.charCodeAt(0)));
}
