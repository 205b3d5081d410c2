import { sortKeys, sortMessages } from '../sorting/sort-messages.ts';
import type { SortCriterion } from '../sorting/sort-messages.ts';
import type { Cursor } from '../syntax/cursor.ts';
import { ok } from './answer.ts';
import type { Answer, SelectedContext } from './answer.ts';
import { checkCharset, extendedLines, find, numbersOf, readReturns } from './finding.ts';

/** SORT and UID SORT (RFC 5256 §3), with RETURN (RFC 5267 §3). */
export function sort(context: SelectedContext, cursor: Cursor): Answer {
  cursor.space();
  const returned = readReturns(cursor);
  const criteria = cursor.list(() => readCriterion(cursor), 1);
  cursor.space();
  const charset = cursor.astring();
  cursor.space();
  const refusal = checkCharset(charset, context, returned);
  if (refusal) return refusal;
  const { found, highest, enables } = find(cursor, context);
  const sorted = sortMessages(found, criteria);
  if (returned) return { ...ok(extendedLines(context, sorted, highest, returned)), ...enables };
  // RFC 7162 §3.1.6
  const modSeq = highest === undefined ? [] : [`(MODSEQ ${highest})`];
  return { ...ok([['* SORT', ...numbersOf(sorted, context.by), ...modSeq].join(' ')]), ...enables };
}

function readCriterion(cursor: Cursor): SortCriterion {
  const word = cursor.oneOf([...sortKeys, 'REVERSE']);
  if (word !== 'REVERSE') return { key: word, reverse: false };
  cursor.space();
  return { key: cursor.oneOf(sortKeys), reverse: true };
}
