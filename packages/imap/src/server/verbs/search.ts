import type { StoredMessage } from '../store/mail-store.ts';
import { BadSyntax } from '../syntax/cursor.ts';
import type { Cursor } from '../syntax/cursor.ts';
import { numberSetText } from '../syntax/number-set.ts';
import { readSearch } from '../syntax/search-keys.ts';
import { ok } from './answer.ts';
import type { Answer, SelectedContext } from './answer.ts';

const results = ['MIN', 'MAX', 'ALL', 'COUNT', 'SAVE'] as const;
type Result = (typeof results)[number];

/** SEARCH and UID SEARCH, ESEARCH and `$` (RFC 9051 §6.4.4, RFC 4731, RFC 5182). */
export function search(context: SelectedContext, cursor: Cursor): Answer {
  const { view, by, tag, enabled } = context;
  cursor.space();
  const returned = cursor.match(/return (?=\()/iy) ? readReturns(cursor) : undefined;
  const charset = cursor.match(/charset /iy) ? cursor.astring() : undefined;
  if (charset !== undefined) cursor.space();
  // RFC 6855 §3: there is one charset then.
  if (charset !== undefined && enabled.has('UTF8=ACCEPT')) throw new BadSyntax('the charset is UTF-8 now');
  if (charset !== undefined && !/^(?:utf-8|us-ascii)$/i.test(charset)) {
    // RFC 5182 §2.1: what was saved is gone when the search that should save is refused.
    if (returned?.has('SAVE')) view.saved = [];
    return { data: [], status: 'NO', text: '[BADCHARSET (US-ASCII UTF-8)] this charset is not known' };
  }
  const { criterion, usesModSeq } = readSearch(cursor, view);
  const found = [...view.messages.entries()].filter(([index, message]) => criterion(message, index));
  const numbers = found.map(([index, { uid }]) => (by === 'uid' ? uid : index + 1));
  const highest = usesModSeq && found.length > 0 ? highestOf(found) : undefined;
  if (returned?.has('SAVE')) view.saved = saved(found, returned);
  const enables = usesModSeq ? { enables: ['CONDSTORE'] as const } : {};
  // RFC 9051 §7.3.4: IMAP4rev2 knows the new form only.
  if (!returned && !enabled.has('IMAP4REV2')) {
    const modSeq = highest === undefined ? [] : [`(MODSEQ ${highest})`];
    return { ...ok([['* SEARCH', ...numbers, ...modSeq].join(' ')]), ...enables };
  }
  const wanted = returned ?? new Set<Result>(['ALL']);
  // RFC 5182 §2.1: SAVE alone asks for no answer.
  if (wanted.size === 1 && wanted.has('SAVE')) return { ...ok(), ...enables };
  const items: string[] = [`* ESEARCH (TAG "${tag}")`];
  if (by === 'uid') items.push('UID');
  const [first] = numbers;
  const last = numbers.at(-1);
  if (first !== undefined && last !== undefined) {
    if (wanted.has('MIN')) items.push(`MIN ${first}`);
    if (wanted.has('MAX')) items.push(`MAX ${last}`);
    if (wanted.has('ALL')) items.push(`ALL ${numberSetText(numbers)}`);
  }
  if (wanted.has('COUNT')) items.push(`COUNT ${numbers.length}`);
  if (highest !== undefined) items.push(`MODSEQ ${highest}`);
  return { ...ok([items.join(' ')]), ...enables };
}

function readReturns(cursor: Cursor): ReadonlySet<Result> {
  const read = cursor.list(() => cursor.oneOf(results), 0);
  cursor.space();
  // RFC 4731 §3.1: to ask for nothing is to ask for all.
  return new Set(read.length === 0 ? ['ALL'] : read);
}

/** RFC 5182 §2.4: with MIN or MAX only those are saved, unless ALL or COUNT is asked for, too. */
function saved(
  found: readonly (readonly [number, StoredMessage])[],
  returned: ReadonlySet<Result>,
): readonly number[] {
  const uids = found.map(([, { uid }]) => uid);
  const some = (returned.has('MIN') || returned.has('MAX')) && !returned.has('ALL') && !returned.has('COUNT');
  if (!some) return uids;
  return [...(returned.has('MIN') ? uids.slice(0, 1) : []), ...(returned.has('MAX') ? uids.slice(-1) : [])];
}

function highestOf(found: readonly (readonly [number, StoredMessage])[]): bigint {
  return found.reduce((most, [, { modSeq }]) => (modSeq > most ? modSeq : most), 0n);
}
