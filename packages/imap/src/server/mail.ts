import type { Instant } from '@postern/wire';
import { offeredExtensions } from './capabilities.ts';
import type { ReceivedCommand } from './commands.ts';
import type { ServerSession } from './states.ts';
import type { MailStore } from './store/mail-store.ts';
import { answer, bad, enter, write, writePieces } from './step.ts';
import type { ServerStep } from './step.ts';
import { BadSyntax, Cursor } from './syntax/cursor.ts';
import { modifiedUtf7, utf8Names } from './syntax/naming.ts';
import { speaksUtf8 } from './verbs/answer.ts';
import type { Answer, Context, Enabled } from './verbs/answer.ts';
import { mailVerbs, numberVerbs, selectedVerbs, uidVerbs } from './verbs/index.ts';
import type { Telling, View } from './view.ts';

/** The commands that need a login (RFC 9051 §6.3, §6.4). */
export function mailCommand(session: ServerSession, command: ReceivedCommand, now: Instant): ServerStep {
  const { tag, verb, argument } = command;
  if (!session.store) return bad(session, tag);
  if (verb === 'IDLE') return argument === '' ? beginIdle(session, tag, now) : bad(session, tag);
  const [, inner = '', rest = ''] = (verb === 'UID' && /^([A-Za-z]+)((?: .*)?)$/s.exec(argument)) || [];
  const name = verb === 'UID' ? inner.toUpperCase() : verb;
  const by = verb === 'UID' ? 'uid' : 'number';
  if (by === 'uid' && !uidVerbs.has(name)) return bad(session, tag);
  const context = contextOf({ ...session, store: session.store }, tag, by);
  const cursor = new Cursor(by === 'uid' ? rest : argument === '' ? '' : ` ${argument}`, context.naming);
  const given = run(session, context, name, cursor);
  if (!given) return bad(session, tag);
  return complete(session, given, { tag, by, name }, now);
}

/** A session after a login. */
export interface MailSession extends ServerSession {
  readonly store: MailStore;
}

/** What a command of a session knows. */
export function contextOf(
  { store, enabled, rules }: MailSession,
  tag: string,
  by: Context['by'] = 'number',
): Context {
  const naming = speaksUtf8(enabled) ? utf8Names : modifiedUtf7;
  return { tag, store, enabled, by, naming, appendLimit: rules.limits.maxAppendBytes };
}

/** The answer of a command; `undefined` where there is none of that name, or not now. */
function run(session: ServerSession, context: Context, name: string, cursor: Cursor): Answer | undefined {
  const { view } = session;
  try {
    const selected = selectedVerbs.get(name);
    if (selected) return view && selected({ ...context, view }, cursor);
    return mailVerbs.get(name)?.({ ...context, view, offered: offeredExtensions(session) }, cursor);
  } catch (error) {
    if (!(error instanceof BadSyntax)) throw error;
    return { data: [], status: 'BAD', text: error.message };
  }
}

/** Writes an answer, what is new, and the completion. */
export function complete(
  before: ServerSession,
  given: Answer,
  { tag, by, name }: { readonly tag: string; readonly by: Context['by']; readonly name: string },
  now: Instant,
): ServerStep {
  const enabled = new Set<Enabled>([...before.enabled, ...(given.enables ?? [])]);
  const view = given.view === undefined ? before.view : given.view === 'none' ? undefined : given.view;
  const session = { ...enter(before, view ? 'selected' : 'authenticated', now), enabled, view };
  const telling = {
    ...tellingOf(session, by),
    expunges: by === 'number' && numberVerbs.has(name) ? 'later' : 'now',
  } as const;
  return {
    session,
    outputs: writePieces([...given.data, ...news(view, telling), `${tag} ${given.status} ${given.text}\r\n`]),
  };
}

function tellingOf({ enabled }: ServerSession, by: Context['by']): Telling {
  return {
    expunges: 'now',
    vanished: enabled.has('QRESYNC'),
    // RFC 7162 §3.2.4, RFC 9051 §7.5.2
    withUid: by === 'uid' || enabled.has('QRESYNC') || enabled.has('IMAP4REV2'),
    withModSeq: enabled.has('CONDSTORE'),
  };
}

function news(view: View | undefined, telling: Telling): readonly string[] {
  return view?.news(telling).map((line) => `${line}\r\n`) ?? [];
}

/** IDLE (RFC 9051 §6.3.13). */
function beginIdle(session: ServerSession, tag: string, now: Instant): ServerStep {
  const told = tellNews({ ...enter(session, 'idle', now), idle: tag });
  return { session: told.session, outputs: [...told.outputs, write('+ idling')] };
}

/** Tells a client that idles what other sessions changed. */
export function tellNews(session: ServerSession): ServerStep {
  return { session, outputs: writePieces(news(session.view, tellingOf(session, 'number'))) };
}

/** DONE ends IDLE, and so does anything else, which is wrong. */
export function endIdle(session: ServerSession, line: string, now: Instant): ServerStep {
  const tag = session.idle ?? '*';
  const next = { ...enter(session, session.view ? 'selected' : 'authenticated', now), idle: undefined };
  const told = tellNews(next);
  const last = line.toUpperCase() === 'DONE' ? answer(next, `${tag} OK done`) : bad(next, tag);
  return { session: next, outputs: [...told.outputs, ...last.outputs] };
}
