import { BadSyntax } from '../syntax/cursor.ts';
import type { Cursor } from '../syntax/cursor.ts';
import { ok } from './answer.ts';
import type { Answer, SelectedContext } from './answer.ts';
import { checkCharset, extendedLines, find, numbersOf, readReturns } from './finding.ts';

/** SEARCH and UID SEARCH, ESEARCH and `$` (RFC 9051 §6.4.4, RFC 4731, RFC 5182). */
export function search(context: SelectedContext, cursor: Cursor): Answer {
  const { by, enabled } = context;
  cursor.space();
  const returned = readReturns(cursor);
  const charset = cursor.match(/charset /iy) ? cursor.astring() : undefined;
  if (charset !== undefined) {
    cursor.space();
    // RFC 6855 §3: there is one charset then.
    if (enabled.has('UTF8=ACCEPT')) throw new BadSyntax('the charset is UTF-8 now');
    const refusal = checkCharset(charset, context, returned);
    if (refusal) return refusal;
  }
  const { found, highest, enables } = find(cursor, context);
  // RFC 9051 §7.3.4: IMAP4rev2 knows the new form only.
  if (returned || enabled.has('IMAP4REV2'))
    return { ...ok(extendedLines(context, found, highest, returned ?? new Set(['ALL']))), ...enables };
  const modSeq = highest === undefined ? [] : [`(MODSEQ ${highest})`];
  return { ...ok([['* SEARCH', ...numbersOf(found, by), ...modSeq].join(' ')]), ...enables };
}
