import type { Cursor } from '../syntax/cursor.ts';
import { BadSyntax } from '../syntax/cursor.ts';
import { isModifiedUtf7 } from '../syntax/naming.ts';
import { done, no, ok } from './answer.ts';
import type { Answer, Context, Enabled } from './answer.ts';

/** RFC 6154 §2 and RFC 8457: what a mailbox can be for. */
const uses = ['\\All', '\\Archive', '\\Drafts', '\\Flagged', '\\Important', '\\Junk', '\\Sent', '\\Trash'];

/** RFC 3501 §5.1.3: such a name could not be told in UTF-8. */
const misspelt = no({ code: 'CANNOT', text: 'the name is no modified UTF-7' });

/** RFC 9051 §6.3.4, with the use of RFC 6154 §3. */
export function create({ store }: Context, cursor: Cursor): Answer {
  cursor.space();
  const name = cursor.mailbox();
  let use: readonly string[] = [];
  if (cursor.takes(' ')) {
    cursor.expect('(');
    cursor.oneOf(['USE']);
    cursor.space();
    const asked = cursor.list(() => cursor.flag(), 0);
    cursor.expect(')');
    cursor.end();
    use = uses.filter((known) => asked.some((flag) => flag.toLowerCase() === known.toLowerCase()));
    if (use.length < asked.length) return no({ code: 'USEATTR', text: 'there is no such use' });
  }
  cursor.end();
  if (!isModifiedUtf7(name)) return misspelt;
  const refusal = store.create(name, use);
  if (refusal) return no(refusal);
  // RFC 9051 §6.3.4: a delimiter at the end is no part of the name. RFC 8474 §4.1
  const made = store.find(name.endsWith('/') ? name.slice(0, -1) : name);
  return made ? ok([], `[MAILBOXID (${made.mailboxId})] done`) : ok();
}

/** RFC 9051 §6.3.5 */
export function remove({ store }: Context, cursor: Cursor): Answer {
  return done(store.delete(onlyMailbox(cursor)));
}

/** RFC 9051 §6.3.6 */
export function rename({ store }: Context, cursor: Cursor): Answer {
  cursor.space();
  const from = cursor.mailbox();
  const to = onlyMailbox(cursor);
  return isModifiedUtf7(to) ? done(store.rename(from, to)) : misspelt;
}

/** RFC 9051 §6.3.7 */
export function subscribe({ store }: Context, cursor: Cursor): Answer {
  return done(store.subscribe(onlyMailbox(cursor)));
}

/** RFC 9051 §6.3.8 */
export function unsubscribe({ store }: Context, cursor: Cursor): Answer {
  store.unsubscribe(onlyMailbox(cursor));
  return ok();
}

/** RFC 9051 §6.3.10: all is personal, and levels are parted by a slash. */
export function namespace(_context: Context, cursor: Cursor): Answer {
  cursor.end();
  return ok(['* NAMESPACE (("" "/")) NIL NIL']);
}

const canEnable: readonly Enabled[] = ['CONDSTORE', 'QRESYNC', 'IMAP4REV2', 'UTF8=ACCEPT'];

/** RFC 9051 §6.3.1: what is not known is passed over. */
export function enable(
  { enabled, offered }: Context & { readonly offered: ReadonlySet<string> },
  cursor: Cursor,
): Answer {
  const asked: string[] = [];
  do {
    cursor.space();
    asked.push(cursor.word());
  } while (!cursor.atEnd);
  if (asked.length > 100) throw new BadSyntax('that is too much to enable');
  const enables = canEnable.filter((name) => asked.includes(name) && offered.has(name) && !enabled.has(name));
  // RFC 7162 §3.2.3: QRESYNC brings CONDSTORE.
  const all = enables.includes('QRESYNC') ? [...new Set<Enabled>(['CONDSTORE', ...enables])] : enables;
  const names = enables.map((name) => (name === 'IMAP4REV2' ? 'IMAP4rev2' : name));
  return { ...ok([['* ENABLED', ...names].join(' ')]), enables: all };
}

/** The argument of a command that takes one mailbox. */
function onlyMailbox(cursor: Cursor): string {
  cursor.space();
  const name = cursor.mailbox();
  cursor.end();
  return name;
}
