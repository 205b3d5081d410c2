import type { Cursor } from '../syntax/cursor.ts';
import type { View } from '../view.ts';
import { ok } from './answer.ts';
import type { Answer, Context, SelectedContext } from './answer.ts';
import { withoutMessage } from './append.ts';
import { fetch } from './fetch.ts';
import { list, lsub } from './list.ts';
import { create, enable, namespace, remove, rename, subscribe, unsubscribe } from './mailboxes.ts';
import { search } from './search.ts';
import { select } from './select.ts';
import { sort } from './sort.ts';
import { status } from './status.ts';
import { store } from './store.ts';
import { thread } from './thread.ts';
import { close, copy, expunge, move, unselect } from './transfer.ts';

/** What a command after a login knows; `offered` are the capabilities in upper case. */
interface MailContext extends Context {
  readonly view: View | undefined;
  readonly offered: ReadonlySet<string>;
}

type MailVerb = (context: MailContext, cursor: Cursor) => Answer;
type SelectedVerb = (context: SelectedContext, cursor: Cursor) => Answer;

/** NOOP and CHECK: what is new is told at the end of every command. */
function noop(_context: unknown, cursor: Cursor): Answer {
  cursor.end();
  return ok();
}

/** Commands after a login (RFC 9051 §6.3). */
export const mailVerbs: ReadonlyMap<string, MailVerb> = new Map<string, MailVerb>([
  ['APPEND', withoutMessage],
  ['CREATE', create],
  ['DELETE', remove],
  ['ENABLE', enable],
  ['EXAMINE', (context, cursor) => select(context, cursor, 'READ-ONLY')],
  ['LIST', list],
  ['LSUB', lsub],
  ['NAMESPACE', namespace],
  ['NOOP', noop],
  ['RENAME', rename],
  ['SELECT', (context, cursor) => select(context, cursor, 'READ-WRITE')],
  ['STATUS', status],
  ['SUBSCRIBE', subscribe],
  ['UNSUBSCRIBE', unsubscribe],
]);

/** Commands on the selected mailbox (RFC 9051 §6.4, RFC 3501 §6.4.1). */
export const selectedVerbs: ReadonlyMap<string, SelectedVerb> = new Map<string, SelectedVerb>([
  ['CHECK', noop],
  ['CLOSE', close],
  ['COPY', copy],
  ['EXPUNGE', expunge],
  ['FETCH', fetch],
  ['MOVE', move],
  ['SEARCH', search],
  ['SORT', sort],
  ['STORE', store],
  ['THREAD', thread],
  ['UNSELECT', unselect],
]);

/** While these run, unless behind UID, no EXPUNGE is told (RFC 9051 §7.5.1, RFC 5256 §3). */
export const numberVerbs: ReadonlySet<string> = new Set(['FETCH', 'SEARCH', 'SORT', 'STORE', 'THREAD']);

/** Commands that may stand behind UID (RFC 9051 §6.4.9, RFC 5256 §3). */
export const uidVerbs: ReadonlySet<string> = new Set([...numberVerbs, 'COPY', 'EXPUNGE', 'MOVE']);
