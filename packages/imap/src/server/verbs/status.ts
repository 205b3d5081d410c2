import { astringText } from '../message/strings.ts';
import type { Mailbox } from '../store/mail-store.ts';
import type { Cursor } from '../syntax/cursor.ts';
import { nonexistent, ok } from './answer.ts';
import type { Answer, Context } from './answer.ts';

const items = [
  'MESSAGES',
  'RECENT',
  'UIDNEXT',
  'UIDVALIDITY',
  'UNSEEN',
  'DELETED',
  'SIZE',
  'HIGHESTMODSEQ',
  'MAILBOXID',
  'APPENDLIMIT',
] as const;
type StatusItem = (typeof items)[number];

/** RFC 9051 §6.3.11, RFC 7889 §3.1 */
export function status(context: Context, cursor: Cursor): Answer {
  cursor.space();
  const name = cursor.mailbox();
  cursor.space();
  const asked = readStatusItems(cursor);
  cursor.end();
  const mailbox = context.store.find(name);
  if (!mailbox) return nonexistent;
  const answer = ok([statusLine(mailbox, asked, context)]);
  // RFC 7162 §3.1: a client that asks for it knows what it is.
  return asked.includes('HIGHESTMODSEQ') ? { ...answer, enables: ['CONDSTORE'] } : answer;
}

/** The items of STATUS in parentheses, each once. */
export function readStatusItems(cursor: Cursor): readonly StatusItem[] {
  return [...new Set(cursor.list(() => cursor.oneOf(items), 1))];
}

/** One STATUS response (RFC 9051 §7.3.4). */
export function statusLine(
  mailbox: Mailbox,
  asked: readonly StatusItem[],
  { naming, appendLimit }: Pick<Context, 'naming' | 'appendLimit'>,
): string {
  const values = asked.map(
    (item) => `${item} ${item === 'APPENDLIMIT' ? appendLimit : statusValue(mailbox, item)}`,
  );
  return `* STATUS ${astringText(naming.write(mailbox.name))} (${values.join(' ')})`;
}

function statusValue(
  { messages, uidNext, uidValidity, highestModSeq, mailboxId }: Mailbox,
  item: Exclude<StatusItem, 'APPENDLIMIT'>,
): number | bigint | string {
  switch (item) {
    case 'MESSAGES':
      return messages.length;
    case 'RECENT':
      // Nobody is told that a message is recent: RFC 9051 did away with it.
      return 0;
    case 'UIDNEXT':
      return uidNext;
    case 'UIDVALIDITY':
      return uidValidity;
    case 'UNSEEN':
      return messages.filter(({ flags }) => !flags.includes('\\Seen')).length;
    case 'DELETED':
      return messages.filter(({ flags }) => flags.includes('\\Deleted')).length;
    case 'SIZE':
      return messages.reduce((sum, { content }) => sum + content.length, 0);
    case 'HIGHESTMODSEQ':
      return highestModSeq;
    case 'MAILBOXID':
      return `(${mailboxId})`;
  }
}
