import { UsageError, WireError } from '@postern/wire';
import type { Argument } from '../arguments.ts';
import type { Answer } from '../imap.ts';
import type { MessageOptions } from './mailbox.ts';
import { answer } from './mailbox-answer.ts';
import { NumberSet, setOf } from '../parse/number-set.ts';
import type { ExtendedSearchResult, Thread } from '../parse/search.ts';
import { searchArguments } from '../search-keys.ts';
import type { SearchKeys } from '../search-keys.ts';
import type { MailboxSource, Ran } from './selected-calls.ts';

/** The outcome of `search`, as far as it was asked for. */
export interface Found {
  /** UIDs, or numbers where those were asked for. */
  readonly numbers: NumberSet;
  readonly count: number;
  /** The lowest and the highest; absent where nothing was found. */
  readonly min: number | undefined;
  readonly max: number | undefined;
  /** The highest of those found, where `modSequence` was searched for (RFC 7162 §3.1.5). */
  readonly modSequence: bigint | undefined;
}

/** What a search can tell: everything that was found, how many, the lowest or the highest of it (RFC 4731 §3.1). */
export type FoundPart = 'numbers' | 'count' | 'min' | 'max';

/** Options of `search`. */
export interface SearchOptions<Part extends FoundPart = FoundPart> extends MessageOptions {
  /**
   * What to tell; less is less to send, where the server lists ESEARCH (RFC 4731). With `save` it may be empty: then only `$` is set.
   * Default: everything.
   */
  readonly tell?: readonly Part[];
  /**
   * Keeps the result on the server as `$`, which later calls take as a set, also one that is made before this one is answered (RFC 5182,
   * RFC 9051 §6.4.4.1). A server without SEARCHRES and without IMAP4rev2 makes it a `UsageError`; one that cannot keep it
   * says NO with the code `NOTSAVED`. Default `false`.
   */
  readonly save?: boolean;
}

/** What `sort` goes by (RFC 5256 §3): `date` is that of the header, `arrival` that of the server, `from` and others the first address. */
export type SortKey = 'arrival' | 'cc' | 'date' | 'from' | 'size' | 'subject' | 'to';

/** One key, from low to high or, `reverse`, from high to low. */
export type SortCriterion = SortKey | `reverse ${SortKey}`;

/** The outcome of `sort`: UIDs, or numbers where those were asked for, in order. */
export interface Sorted {
  readonly numbers: readonly number[];
  /** The highest of those found, where `modSequence` was searched for (RFC 7162 §3.1.6). */
  readonly modSequence: bigint | undefined;
}

/** How messages are put into threads (RFC 5256 §3): who answers whom, or by subject and date alone. */
export type ThreadAlgorithm = 'references' | 'orderedsubject';

const atom = (text: string): Argument => ({ type: 'atom', text });
const words: Readonly<Record<FoundPart, string>> = {
  min: 'MIN',
  max: 'MAX',
  count: 'COUNT',
  numbers: 'ALL',
};
const everything: readonly FoundPart[] = ['min', 'max', 'count', 'numbers'];

/** What SEARCH is given. */
export function searchCommand(
  source: MailboxSource,
  keys: SearchKeys,
  { tell = everything, save = false }: SearchOptions,
): readonly Argument[] {
  const offers = (name: string): boolean => source.offers(name);
  if (save && !offers('SEARCHRES') && !offers('IMAP4REV2'))
    throw new UsageError('SEARCHRES is not offered', 'RFC 5182 §2', 'argument-refused');
  if (tell.length === 0 && !save)
    throw new UsageError('a search that tells nothing', 'RFC 4731 §3.1', 'argument-refused');
  const returned = [...(save ? ['SAVE'] : []), ...everything.filter((part) => tell.includes(part)).map(word)];
  const extended = save || offers('ESEARCH') || offers('IMAP4REV2');
  const list = searchArguments(keys, offers);
  return [
    ...(extended ? [atom('RETURN'), atom(`(${returned.join(' ')})`)] : []),
    // RFC 3501 §6.4.4: without it the server takes strings for US-ASCII. RFC 6855 §3 and RFC 9051 §6.4.4 know UTF-8 only.
    ...(!source.speaksUtf8 && !isAscii(list) ? [atom('CHARSET'), atom('UTF-8')] : []),
    ...list,
  ];
}

function word(part: FoundPart): string {
  return words[part];
}

/** Whether no argument needs a charset. */
function isAscii(list: readonly Argument[]): boolean {
  return list.every((argument) => {
    if (argument.type === 'list') return isAscii(argument.items);
    return argument.type !== 'string' || !/[^\p{ASCII}]/u.test(argument.text);
  });
}

/**
 * What SORT is given (RFC 5256 §3): the charset is no choice there. With ESORT the result comes as ESEARCH, which names the command that it
 * answers and runs of numbers by their ends (RFC 5267 §3).
 */
export function sortCommand(
  source: MailboxSource,
  order: readonly SortCriterion[],
  keys: SearchKeys,
): readonly Argument[] {
  if (!source.offers('SORT')) throw new UsageError('SORT is not offered', 'RFC 5256 §1', 'argument-refused');
  if (order.length === 0) throw new UsageError('nothing to sort by', 'RFC 5256 §3', 'argument-refused');
  return [
    ...(source.offers('ESORT') ? [atom('RETURN'), atom('(ALL)')] : []),
    { type: 'list', items: order.map((criterion) => atom(criterion.toUpperCase())) },
    atom('UTF-8'),
    ...searchArguments(keys, (name) => source.offers(name)),
  ];
}

/** What THREAD is given. */
export function threadCommand(
  source: MailboxSource,
  algorithm: ThreadAlgorithm,
  keys: SearchKeys,
): readonly Argument[] {
  const name = algorithm.toUpperCase();
  if (!source.offers(`THREAD=${name}`))
    throw new UsageError(`THREAD=${name} is not offered`, 'RFC 5256 §1', 'argument-refused');
  return [atom(name), atom('UTF-8'), ...searchArguments(keys, (capability) => source.offers(capability))];
}

/** Either form of result, whichever the server chose (RFC 9051 §6.4.4, §7.3.4). */
export function found(ran: Ran): Answer<Found> {
  const { completed, data } = ran;
  const extended = extendedResult(ran);
  if (extended) {
    const { all = new NumberSet([]), count = all.size, min, max, modSequence } = extended;
    return answer(completed, { numbers: all, count, min, max, modSequence });
  }
  const plain = data.findLast((entry) => entry.type === 'search');
  const numbers = setOf(plain?.type === 'search' ? plain.result.numbers : []);
  const modSequence = plain?.type === 'search' ? plain.result.modSequence : undefined;
  const { ranges } = numbers;
  return answer(completed, {
    numbers,
    count: numbers.size,
    min: ranges[0]?.from,
    max: ranges.at(-1)?.to,
    modSequence,
  });
}

/** The ESEARCH response to the command, if one came. */
function extendedResult({ completed, data }: Ran): ExtendedSearchResult | undefined {
  const last = data.findLast(
    (entry) =>
      entry.type === 'extended-search' &&
      (entry.result.tag === undefined || entry.result.tag === completed.tag),
  );
  return last?.type === 'extended-search' ? last.result : undefined;
}

/** More numbers than this are not counted out: a set of a few octets can name four thousand million. */
const maxSorted = 8_000_000;

/** What came of SORT, in either form. Throws a `WireError` (`reply-too-long`) where it names more than a mailbox holds. */
export function sorted(ran: Ran): Answer<Sorted> {
  const { completed, data } = ran;
  const extended = extendedResult(ran);
  if (extended) {
    const { all = new NumberSet([]), modSequence } = extended;
    if (all.size > maxSorted)
      throw new WireError({ kind: 'peer', reason: 'reply-too-long', phase: 'command', after: 0 });
    return answer(completed, { numbers: [...all], modSequence });
  }
  const last = data.findLast((entry) => entry.type === 'sort');
  return answer(completed, last?.type === 'sort' ? last.result : { numbers: [], modSequence: undefined });
}

/** What came of THREAD. */
export function threaded({ completed, data }: Ran): Answer<readonly Thread[]> {
  return answer(completed, data.findLast((entry) => entry.type === 'thread')?.threads ?? []);
}
