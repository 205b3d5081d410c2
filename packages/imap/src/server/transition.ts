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
 *                                            authenticated, selected <-> idle
 *
 * Mail is in a store that other sessions change, too. What they did is told at the end of each command and while a client
 * idles; sequence numbers go only when the client cannot be in the middle of using them (RFC 9051 §7.5.1, `view.ts`).
 */
import { mayLogIn } from '@postern/sasl';
import type { Instant, TlsInfo } from '@postern/wire';
import { octets, readList } from '../parse/tokens.ts';
import { beginMessage, endMessages, takePiece } from './appending.ts';
import { capabilities } from './capabilities.ts';
import { parseCommand } from './commands.ts';
import type { ClientItem, ReceivedCommand } from './commands.ts';
import type { ImapServerEvent } from './events.ts';
import { beginAuth, continueAuth, logIn } from './login.ts';
import { endIdle, mailCommand, tellNews } from './mail.ts';
import type { CommandHabit } from './options.ts';
import type { ServerSession } from './states.ts';
import { answer, bad, enter, farewell, over, write, writePieces } from './step.ts';
import type { Outputs, ServerStep } from './step.ts';

/** What can happen to a server. */
export type ServerInput =
  | { readonly type: 'start' }
  | ItemInput
  | { readonly type: 'end-of-stream' }
  | { readonly type: 'tls-ready'; readonly tls: TlsInfo }
  | { readonly type: 'tick' }
  | { readonly type: 'close' }
  /** Another session changed the store. */
  | { readonly type: 'changed' };

/** Something the client sent; `behind` gives a copy of what came after it in the same segment. */
interface ItemInput {
  readonly type: 'item';
  readonly item: ClientItem;
  readonly behind: () => Uint8Array;
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
    case 'changed':
      return session.name === 'idle' ? tellNews(session) : { session, outputs: [] };
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
        session: { ...enter(session, 'authenticated', now), store: session.rules.store('') },
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
  const { item } = input;
  if (item.type === 'piece') return takePiece(before, item.bytes, now);
  // RFC 9051 §5.4: any command restarts the idle timer.
  const session = enter(before, before.name, now);
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
      if (session.name === 'idle') return endIdle(session, '', now);
      session.append?.abandon();
      return answer(
        { ...session, append: undefined },
        `${session.append?.tag ?? item.tag ?? '*'} ${item.status} ${item.why}`,
      );
    case 'message': {
      const { store } = session;
      if (!store) return bad(session, '*');
      // Who will misbehave takes messages, too, and keeps none.
      const kept = habitOf(session, 'APPEND') === undefined;
      const begun = beginMessage({ ...session, store }, { ...item, kept }, now);
      return session.append ? begun : told('APPEND', begun);
    }
    case 'messages-end': {
      const habit = habitOf(session, 'APPEND');
      if (!habit || !session.append) return endMessages(session, item.text, now);
      return misbehave({ ...session, append: undefined }, session.append.tag, habit, now);
    }
    case 'command':
      break;
  }
  if (session.exchange) return continueAuth(session, session.exchange, item.text, now);
  if (session.name === 'idle') return endIdle(session, item.text, now);
  const command = parseCommand(item.text);
  if (command.verb === undefined)
    return answer(session, `${command.tag ?? '*'} BAD a tag and a command are needed`);
  return told(command.verb, perform(session, command, input, now));
}

/** A step, and before it the event that there is a command. */
function told(verb: string, { session, outputs }: ServerStep): ServerStep {
  const event: ImapServerEvent = { type: 'command', verb: verb.slice(0, 16) };
  return { session, outputs: [{ type: 'event', event }, ...outputs] };
}

function perform(
  session: ServerSession,
  command: ReceivedCommand,
  input: ItemInput,
  now: Instant,
): ServerStep {
  const { tag, verb, argument } = command;
  const habit = habitOf(session, verb);
  if (habit) return misbehave(session, tag, habit, now);
  const alone = argument === '';
  switch (verb) {
    case 'CAPABILITY':
      if (!alone) return bad(session, tag);
      return answer(session, `* CAPABILITY ${capabilities(session)}`, `${tag} OK done`);
    case 'NOOP':
      // After a login it also tells what is new.
      if (session.store) return mailCommand(session, command, now);
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
    case 'COMPRESS':
      return compress(session, tag, argument);
    case 'AUTHENTICATE':
    case 'LOGIN':
      if (session.name !== 'not-authenticated') return bad(session, tag);
      if (!mayLogIn(session.rules.auth, session.tls)) {
        const code = session.rules.auth ? '[PRIVACYREQUIRED] ' : '';
        return answer(session, `${tag} NO ${code}no login here`);
      }
      return verb === 'LOGIN' ? logIn(session, command, now) : beginAuth(session, command, now);
    default:
      return mailCommand(session, command, now);
  }
}

function habitOf({ rules: { commands = {} } }: ServerSession, verb: string): CommandHabit | undefined {
  return Object.hasOwn(commands, verb) ? commands[verb] : undefined;
}

function misbehave(session: ServerSession, tag: string, habit: CommandHabit, now: Instant): ServerStep {
  switch (habit.type) {
    case 'silent':
      return { session: enter(session, 'deaf', now), outputs: [] };
    case 'closes':
      return over(session, [farewell(habit)]);
    case 'hangs-up':
      return over(session, []);
    case 'refused': {
      const code = habit.code === undefined ? '' : `[${habit.code}] `;
      return answer(session, `${tag} ${habit.status ?? 'NO'} ${code}${habit.text ?? 'not now'}`);
    }
    case 'raw':
      return { session, outputs: writePieces([habit.text.replaceAll('%', tag)]) };
  }
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

/** RFC 4978 §3: after a login, once. From the octet behind the CRLF of the answer both directions are compressed. */
function compress(session: ServerSession, tag: string, argument: string): ServerStep {
  if (!session.store || session.rules.compress !== 'offered' || argument.toUpperCase() !== 'DEFLATE')
    return bad(session, tag);
  if (session.compressed) return answer(session, `${tag} NO [COMPRESSIONACTIVE] once is enough`);
  return {
    session: { ...session, compressed: true },
    outputs: [write(`${tag} OK from now on`), { type: 'start-compression', behind: new Uint8Array(0) }],
  };
}

function beginTls(session: ServerSession, goAhead: Outputs, input: ItemInput, now: Instant): ServerStep {
  // RFC 9051 §6.2.1: plaintext behind the verb is thrown away.
  const bytes = input.behind();
  const discarded: Outputs = bytes.length > 0 ? [{ type: 'event', event: { type: 'discarded', bytes } }] : [];
  return { session: enter(session, 'tls', now), outputs: [...discarded, ...goAhead, { type: 'start-tls' }] };
}

/** RFC 2971 §3.2. */
function idAnswer({ rules: { id } }: ServerSession): string {
  if (!id) return 'NIL';
  const quote = (text: string): string => `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
  return `(${Object.entries(id)
    .map(([field, value]) => `${quote(field)} ${quote(value)}`)
    .join(' ')})`;
}
