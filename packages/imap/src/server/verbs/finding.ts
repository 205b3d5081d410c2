import type { StoredMessage } from '../store/mail-store.ts';
import type { Cursor } from '../syntax/cursor.ts';
import { numberSetText } from '../syntax/number-set.ts';
import { readSearch } from '../syntax/search-keys.ts';
import type { Answer, SelectedContext } from './answer.ts';

const results = ['MIN', 'MAX', 'ALL', 'COUNT', 'SAVE'] as const;

/** What is to be told of a result (RFC 4731 §3.1), and whether it is kept as `$` (RFC 5182). */
export type Returned = ReadonlySet<(typeof results)[number]>;

/** A message and its sequence number less one. */
export type FoundMessage = readonly [index: number, message: StoredMessage];

/** What a search has found, in the order of the mailbox. */
export interface Finding {
  readonly found: readonly FoundMessage[];
  /** The highest of them, where MODSEQ was searched for (RFC 7162 §3.1.5). */
  readonly highest: bigint | undefined;
  readonly enables: Pick<Answer, 'enables'>;
}

/** RETURN and its list, where they come next (RFC 9051 §6.4.4, RFC 5267 §3). */
export function readReturns(cursor: Cursor): Returned | undefined {
  if (!cursor.match(/return (?=\()/iy)) return undefined;
  const read = cursor.list(() => cursor.oneOf(results), 0);
  cursor.space();
  // RFC 4731 §3.1: to ask for nothing is to ask for all.
  return new Set(read.length === 0 ? ['ALL'] : read);
}

/** Whether a charset is understood; the answer where it is not. */
export function checkCharset(
  charset: string,
  { view }: SelectedContext,
  returned: Returned | undefined,
): Answer | undefined {
  if (/^(?:utf-8|us-ascii)$/i.test(charset)) return undefined;
  // RFC 5182 §2.1: what was saved is gone when the search that should save is refused.
  if (returned?.has('SAVE')) view.saved = [];
  return { data: [], status: 'NO', text: '[BADCHARSET (US-ASCII UTF-8)] this charset is not known' };
}

/** Reads search keys to the end of the command and looks for what they ask for. */
export function find(cursor: Cursor, { view }: SelectedContext): Finding {
  const { criterion, usesModSeq } = readSearch(cursor, view);
  const found = [...view.messages.entries()].filter(([index, message]) => criterion(message, index));
  const highest = found.reduce((most, [, { modSeq }]) => (modSeq > most ? modSeq : most), 0n);
  return {
    found,
    highest: usesModSeq && found.length > 0 ? highest : undefined,
    enables: usesModSeq ? { enables: ['CONDSTORE'] } : {},
  };
}

/** The numbers that the client knows messages by, in the order given. */
export function numbersOf(found: readonly FoundMessage[], by: SelectedContext['by']): readonly number[] {
  return found.map(([index, { uid }]) => (by === 'uid' ? uid : index + 1));
}

/**
 * The ESEARCH response to a search or, with messages in the order that was asked for, to a sort (RFC 9051 §7.3.4, RFC 5267 §3.1); nothing
 * where only SAVE was asked for (RFC 5182 §2.1), which is done here.
 */
export function extendedLines(
  { view, by, tag }: SelectedContext,
  found: readonly FoundMessage[],
  highest: bigint | undefined,
  returned: Returned,
): readonly string[] {
  if (returned.has('SAVE')) view.saved = saved(found, returned);
  if (returned.size === 1 && returned.has('SAVE')) return [];
  const numbers = numbersOf(found, by);
  const items: string[] = [`* ESEARCH (TAG "${tag}")`];
  if (by === 'uid') items.push('UID');
  const [first] = numbers;
  const last = numbers.at(-1);
  if (first !== undefined && last !== undefined) {
    if (returned.has('MIN')) items.push(`MIN ${first}`);
    if (returned.has('MAX')) items.push(`MAX ${last}`);
    if (returned.has('ALL')) items.push(`ALL ${numberSetText(numbers)}`);
  }
  if (returned.has('COUNT')) items.push(`COUNT ${numbers.length}`);
  if (highest !== undefined) items.push(`MODSEQ ${highest}`);
  return [items.join(' ')];
}

/** RFC 5182 §2.4: with MIN or MAX only those are saved, unless ALL or COUNT is asked for, too. */
function saved(found: readonly FoundMessage[], returned: Returned): readonly number[] {
  const uids = found.map(([, { uid }]) => uid);
  const some = (returned.has('MIN') || returned.has('MAX')) && !returned.has('ALL') && !returned.has('COUNT');
  if (!some) return uids;
  return [...(returned.has('MIN') ? uids.slice(0, 1) : []), ...(returned.has('MAX') ? uids.slice(-1) : [])];
}
