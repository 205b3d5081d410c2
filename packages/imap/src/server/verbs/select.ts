import { astringText } from '../message/strings.ts';
import type { Mailbox } from '../store/mail-store.ts';
import { BadSyntax } from '../syntax/cursor.ts';
import type { Cursor } from '../syntax/cursor.ts';
import { numberSetText, rangesOf, readNumberSet } from '../syntax/number-set.ts';
import type { NumberSet } from '../syntax/number-set.ts';
import { flagsLine, flagsOf, View } from '../view.ts';
import { nonexistent, ok } from './answer.ts';
import type { Answer, Context, Enabled } from './answer.ts';

/** What the client knows of the mailbox from before (RFC 7162 §3.2.5). */
interface Resync {
  readonly uidValidity: number;
  readonly modSeq: bigint;
  readonly known: NumberSet | undefined;
}

/** SELECT and EXAMINE (RFC 9051 §6.3.2, RFC 3501 §6.3.1, RFC 7162 §3.1.8 and §3.2.5). */
export function select(
  context: Context & { readonly view: View | undefined },
  cursor: Cursor,
  access: 'READ-WRITE' | 'READ-ONLY',
): Answer {
  cursor.space();
  const name = cursor.mailbox();
  const { enables, resync } = cursor.takes(' ') ? readParameters(cursor) : { enables: [], resync: undefined };
  cursor.end();
  if (resync && !context.enabled.has('QRESYNC')) throw new BadSyntax('QRESYNC is not enabled');
  // RFC 9051 §7.1: marks where what is told of the old mailbox ends. A SELECT that fails closes it, too (§6.3.2).
  const closed = context.view ? ['* OK [CLOSED] the mailbox before is closed'] : [];
  const mailbox = context.store.find(name);
  if (!mailbox) return { ...nonexistent, data: closed.map((line) => `${line}\r\n`), view: 'none' };
  const view = new View(mailbox, access);
  const changes = resync ? changesSince(view, resync) : [];
  const lines = [...closed, ...description(view, context), ...changes];
  return { ...ok(lines, `[${access}] selected`), view, enables };
}

function readParameters(cursor: Cursor): {
  readonly enables: readonly Enabled[];
  readonly resync: Resync | undefined;
} {
  let resync: Resync | undefined;
  cursor.list(() => {
    if (cursor.oneOf(['CONDSTORE', 'QRESYNC']) === 'CONDSTORE') return;
    cursor.space();
    cursor.expect('(');
    const uidValidity = cursor.number();
    cursor.space();
    const modSeq = cursor.modSeq();
    let known: NumberSet | undefined;
    while (cursor.takes(' ')) {
      if (cursor.takes('(')) {
        // Which UIDs had which numbers: it may save a longer list, and we need no such help (RFC 7162 §3.2.5.2).
        readNumberSet(cursor);
        cursor.space();
        readNumberSet(cursor);
        cursor.expect(')');
      } else known = readNumberSet(cursor);
    }
    cursor.expect(')');
    resync = { uidValidity, modSeq, known };
  }, 1);
  return { enables: ['CONDSTORE'], resync };
}

function description({ mailbox, messages, access }: View, { enabled, naming }: Context): readonly string[] {
  const isRev2 = enabled.has('IMAP4REV2');
  const [flags, permanent] = flagsOf(mailbox, access);
  const unseen = messages.findIndex((message) => !message.flags.includes(String.raw`\Seen`));
  return [
    flags,
    `* ${messages.length} EXISTS`,
    // RFC 3501 §6.3.1; RFC 9051 did away with both.
    ...(isRev2 ? [] : ['* 0 RECENT']),
    ...(isRev2 || unseen < 0 ? [] : [`* OK [UNSEEN ${unseen + 1}] the first that is not seen`]),
    `* OK [UIDVALIDITY ${mailbox.uidValidity}] UIDs are valid`,
    `* OK [UIDNEXT ${mailbox.uidNext}] next UID`,
    permanent,
    `* OK [HIGHESTMODSEQ ${mailbox.highestModSeq}] the last change`,
    `* OK [MAILBOXID (${mailbox.mailboxId})] its name for good`,
    // RFC 9051 §6.3.2
    ...(isRev2 ? [`* LIST (${mailbox.use.join(' ')}) "/" ${astringText(naming.write(mailbox.name))}`] : []),
  ];
}

/** RFC 7162 §3.2.5: of a mailbox that was made anew nothing is known. */
function changesSince(
  { mailbox, messages }: View,
  { uidValidity, modSeq, known }: Resync,
): readonly string[] {
  if (uidValidity !== mailbox.uidValidity) return [];
  const isKnown = membership(known, mailbox);
  const gone = mailbox.expungedSince(modSeq).filter(isKnown);
  return [
    ...(gone.length > 0 ? [`* VANISHED (EARLIER) ${numberSetText(gone)}`] : []),
    ...[...messages.entries()]
      .filter(([, message]) => message.modSeq > modSeq && isKnown(message.uid))
      .map(([index, message]) => flagsLine(index, message, { withUid: true, withModSeq: true })),
  ];
}

/** Whether a UID that is or was in a mailbox is in a set; without one every UID is. */
export function membership(set: NumberSet | undefined, { uidNext }: Mailbox): (uid: number) => boolean {
  if (set === undefined || set === 'saved') return () => true;
  const ranges = rangesOf(set, uidNext - 1);
  return (uid) => ranges.some(([from, to]) => uid >= from && uid <= to);
}
