import { isRefusal } from '../store/mail-store.ts';
import type { Cursor } from '../syntax/cursor.ts';
import { numberSetText, readNumberSet } from '../syntax/number-set.ts';
import { no, ok, readOnly, tryCreate } from './answer.ts';
import type { Answer, SelectedContext } from './answer.ts';

/** COPY and UID COPY (RFC 9051 §6.4.7). */
export function copy(context: SelectedContext, cursor: Cursor): Answer {
  const { answer, code } = copied(context, cursor);
  return answer ?? ok([], `${code}copied`);
}

/** MOVE and UID MOVE (RFC 9051 §6.4.8). */
export function move(context: SelectedContext, cursor: Cursor): Answer {
  if (context.view.access === 'READ-ONLY') return readOnly;
  const { answer, code, uids } = copied(context, cursor);
  if (answer) return answer;
  context.view.mailbox.expunge(uids);
  // RFC 6851 §4.3: told before the numbers go, which are told at the end of every command.
  return ok([`* OK ${code}moved`]);
}

interface Copied {
  /** Why nothing was copied. */
  readonly answer?: Answer;
  readonly code: string;
  readonly uids: readonly number[];
}

function copied({ view, by, store }: SelectedContext, cursor: Cursor): Copied {
  cursor.space();
  const set = readNumberSet(cursor);
  cursor.space();
  const name = cursor.mailbox();
  cursor.end();
  const selected = view.select(set, by).flatMap((index) => view.messages[index] ?? []);
  const messages = selected.filter(({ uid }) => view.mailbox.find(uid) !== undefined);
  const target = store.find(name);
  const uids = messages.map(({ uid }) => uid);
  if (!target) return { answer: tryCreate, code: '', uids };
  // RFC 9051 §6.4.7: all or none. RFC 5530 §3: others took some away. UIDs that are gone are no error (§6.4.9).
  if (by === 'number' && messages.length < selected.length)
    return { answer: no({ code: 'EXPUNGEISSUED', text: 'some are gone' }), code: '', uids };
  // RFC 4315 §3: nothing copied, nothing told.
  if (messages.length === 0) return { code: '', uids };
  const targetUids = target.append(messages);
  if (isRefusal(targetUids)) return { answer: no(targetUids), code: '', uids };
  return {
    code: `[COPYUID ${target.uidValidity} ${numberSetText(uids)} ${numberSetText(targetUids)}] `,
    uids,
  };
}

/** EXPUNGE and UID EXPUNGE (RFC 9051 §6.4.3, RFC 4315 §2.1); what went is told at the end of every command. */
export function expunge({ view, by }: SelectedContext, cursor: Cursor): Answer {
  let indexes: readonly number[] = view.messages.map((_, index) => index);
  if (by === 'uid') {
    cursor.space();
    indexes = view.select(readNumberSet(cursor), by);
  }
  cursor.end();
  if (view.access === 'READ-ONLY') return readOnly;
  view.mailbox.expunge(deletedUids(view, indexes));
  return ok();
}

/** CLOSE removes what is deleted and says nothing of it (RFC 9051 §6.4.1). */
export function close({ view }: SelectedContext, cursor: Cursor): Answer {
  cursor.end();
  if (view.access === 'READ-WRITE')
    view.mailbox.expunge(
      deletedUids(
        view,
        view.messages.map((_, index) => index),
      ),
    );
  return { ...ok(), view: 'none' };
}

/** UNSELECT only closes (RFC 9051 §6.4.2). */
export function unselect(_context: SelectedContext, cursor: Cursor): Answer {
  cursor.end();
  return { ...ok(), view: 'none' };
}

function deletedUids(
  { mailbox, messages }: SelectedContext['view'],
  indexes: readonly number[],
): readonly number[] {
  return indexes
    .map((index) => messages[index]?.uid ?? 0)
    .filter((uid) => mailbox.find(uid)?.flags.includes(String.raw`\Deleted`));
}
