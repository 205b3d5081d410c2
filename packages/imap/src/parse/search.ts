import { modSequence, number, positive } from './numbers.ts';
import { numberSet } from './number-set.ts';
import type { NumberSet } from './number-set.ts';
import {
  another,
  closes,
  close,
  isDigit,
  malformed,
  open,
  OPEN,
  peek,
  space,
  SPACE,
  surplus,
  tooDeep,
  word,
} from './scan.ts';
import { astring } from './strings.ts';
import { skip } from './skip.ts';
import type { Scan } from './scan.ts';

/** The result of SEARCH or SORT in IMAP4rev1 (RFC 3501 §7.2.5, RFC 5256): message numbers or UIDs, as was asked for. */
export interface SearchResult {
  readonly numbers: readonly number[];
  /** The highest of the messages found (RFC 7162 §3.1.5), where MODSEQ was searched for. */
  readonly modSequence: bigint | undefined;
}

/** Reads what stands behind `SEARCH` or `SORT`. */
export function searchResult(scan: Scan): SearchResult {
  const numbers: number[] = [];
  let highest: bigint | undefined;
  while (peek(scan) === SPACE) {
    // Yahoo and GreenMail put a space at the end.
    if (scan.at + 1 === scan.text.length) {
      surplus(scan);
      break;
    }
    space(scan);
    if (peek(scan) === OPEN) {
      open(scan);
      if (word(scan) !== 'MODSEQ') throw malformed;
      space(scan);
      highest = modSequence(scan);
      close(scan);
      break;
    }
    if (scan.at === scan.text.length) break;
    const found = positive(scan);
    if (found !== undefined) numbers.push(found);
  }
  return { numbers, modSequence: highest };
}

/** The result of an extended search (RFC 9051 §7.3.4, RFC 4731). */
export interface ExtendedSearchResult {
  /** The command that it answers; absent = none. */
  readonly tag: string | undefined;
  /** Whether the numbers are UIDs. */
  readonly uid: boolean;
  /** The lowest and the highest found; absent where nothing was. */
  readonly min: number | undefined;
  readonly max: number | undefined;
  /** Everything found; absent where nothing was, or it was not asked for. */
  readonly all: NumberSet | undefined;
  readonly count: number | undefined;
  readonly modSequence: bigint | undefined;
  /** The piece that was asked for (RFC 9394), and what is in it. */
  readonly partial: { readonly range: string; readonly found: NumberSet | undefined } | undefined;
}

/** Reads what stands behind `ESEARCH`. */
export function extendedSearchResult(scan: Scan): ExtendedSearchResult {
  const result: { -readonly [Key in keyof ExtendedSearchResult]: ExtendedSearchResult[Key] } = {
    tag: undefined,
    uid: false,
    min: undefined,
    max: undefined,
    all: undefined,
    count: undefined,
    modSequence: undefined,
    partial: undefined,
  };
  while (scan.at < scan.text.length) {
    space(scan);
    if (scan.at === scan.text.length) break;
    if (peek(scan) === OPEN) {
      open(scan);
      if (word(scan) !== 'TAG') throw malformed;
      space(scan);
      result.tag = astring(scan);
      close(scan);
      continue;
    }
    const item = word(scan);
    if (item === 'UID') {
      result.uid = true;
      continue;
    }
    space(scan);
    switch (item) {
      case 'MIN':
        result.min = positive(scan);
        break;
      case 'MAX':
        result.max = positive(scan);
        break;
      case 'COUNT':
        result.count = number(scan);
        break;
      case 'ALL':
        result.all = numberSet(scan);
        break;
      case 'MODSEQ':
        result.modSequence = modSequence(scan);
        break;
      case 'PARTIAL':
        result.partial = partial(scan);
        break;
      default:
        skip(scan);
    }
  }
  return result;
}

/** RFC 9394 §3.1: `(range NIL)` or `(range set)`. */
function partial(scan: Scan): { readonly range: string; readonly found: NumberSet | undefined } {
  open(scan);
  const range = astring(scan);
  space(scan);
  const found = isDigit(peek(scan)) ? numberSet(scan) : undefined;
  if (!found) skip(scan);
  close(scan);
  return { range, found };
}

/**
 * A thread of messages (RFC 5256 §5): each number answers the one before it, and the branches answer the last. So a long thread is
 * a list and nests no deeper than it branches. No numbers = the message that the branches answer is not there.
 */
export interface Thread {
  readonly numbers: readonly number[];
  readonly branches: readonly Thread[];
}

/** Reads what stands behind `THREAD`. */
export function threads(scan: Scan): readonly Thread[] {
  if (peek(scan) === SPACE) scan.at += 1;
  const list: Thread[] = [];
  while (scan.at < scan.text.length) {
    if (peek(scan) === SPACE) surplus(scan);
    else list.push(thread(scan));
  }
  return list;
}

/** Deepest branching of a thread, beyond that of other lists: people answer each other for long (RFC 5256 §4 sets no limit). */
const maxThreadDepth = 1000;

/** An opening parenthesis, and one level deeper. */
function openThread(scan: Scan): void {
  if (peek(scan) !== OPEN) throw malformed;
  scan.at += 1;
  scan.depth += 1;
  if (scan.depth > Math.max(scan.maxDepth, maxThreadDepth)) throw tooDeep;
  if (peek(scan) === SPACE) surplus(scan);
}

function thread(scan: Scan): Thread {
  openThread(scan);
  const numbers: number[] = [];
  const branches: Thread[] = [];
  for (;;) {
    if (peek(scan) === OPEN) {
      while (peek(scan) === OPEN) branches.push(thread(scan));
      if (!closes(scan)) throw malformed;
      return { numbers, branches };
    }
    const found = positive(scan);
    if (found !== undefined) numbers.push(found);
    if (!another(scan)) return { numbers, branches };
  }
}
