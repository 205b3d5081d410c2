import { parseCapabilities } from './capabilities.ts';
import type { Capabilities } from './capabilities.ts';
import { parseStatus } from './status.ts';
import type { StatusResponse } from './status.ts';
import { decoded, nesting, readList } from './tokens.ts';
import { fetchItems } from './fetch.ts';
import type { FetchData } from './fetch.ts';
import { lazyFetch } from './lazy-fetch.ts';
import { listedMailbox, namespaces } from './list.ts';
import type { ListedMailbox, Namespaces } from './list.ts';
import { mailboxStatus } from './mailbox-status.ts';
import type { MailboxStatus } from './mailbox-status.ts';
import { numberSet } from './number-set.ts';
import type { NumberSet } from './number-set.ts';
import { quota, quotaRoots } from './quota.ts';
import type { Quota, QuotaRoots } from './quota.ts';
import {
  atomList,
  finish,
  isDigit,
  malformed,
  release,
  Scan,
  space,
  SPACE,
  tolerate,
  tooDeep,
} from './scan.ts';
import type { Leniency } from './leniency.ts';
import type { ScanOptions } from './scan.ts';
import { extendedSearchResult, searchResult, threads } from './search.ts';
import type { ExtendedSearchResult, SearchResult, Thread } from './search.ts';

/** Untagged data (RFC 9051 §7.1-7.5). */
export type Untagged =
  | { readonly type: 'status'; readonly response: StatusResponse }
  | { readonly type: 'capability'; readonly capabilities: Capabilities }
  /** RFC 5161 §3.2: what ENABLE has switched on, upper case. */
  | { readonly type: 'enabled'; readonly capabilities: readonly string[] }
  /** RFC 2971 §3.2; no fields for NIL. It tells who the server says it is, and nothing else may hang on it. */
  | { readonly type: 'id'; readonly fields: Readonly<Record<string, string | null>> }
  /** RFC 9051 §7.3.1, RFC 3501 §7.2.3. */
  | { readonly type: 'list' | 'lsub'; readonly mailbox: ListedMailbox }
  | { readonly type: 'namespace'; readonly namespaces: Namespaces }
  /** STATUS (RFC 9051 §7.3.5). */
  | { readonly type: 'mailbox-status'; readonly status: MailboxStatus }
  | { readonly type: 'search' | 'sort'; readonly result: SearchResult }
  /** ESEARCH (RFC 9051 §7.3.4). */
  | { readonly type: 'extended-search'; readonly result: ExtendedSearchResult }
  | { readonly type: 'thread'; readonly threads: readonly Thread[] }
  | { readonly type: 'flags'; readonly flags: readonly string[] }
  /** How many messages there are, or are new to this dialogue; or the number of one that is gone (RFC 9051 §7.4, §7.5.1). */
  | { readonly type: 'exists' | 'recent' | 'expunge'; readonly number: number }
  | { readonly type: 'fetch'; readonly message: FetchData }
  /** RFC 7162 §3.2.10; `earlier` = gone before the mailbox was selected, so no number changes. */
  | { readonly type: 'vanished'; readonly earlier: boolean; readonly uids: NumberSet }
  | { readonly type: 'quota'; readonly quota: Quota }
  | { readonly type: 'quota-roots'; readonly quotaRoots: QuotaRoots }
  /** Anything else, as it came: one character per octet, literals where they stand. */
  | {
      readonly type: 'other';
      /** The word that says what it is, upper case: `XFOO`. */
      readonly name: string;
      /** The number before that word, if any. */
      readonly number: number | undefined;
      readonly raw: string;
    };

/** How responses are read. */
export interface ParseOptions extends ScanOptions {
  /**
   * When the values of FETCH are made: `no` = at once; `checked` = the syntax is looked through at once, and a value is made
   * when it is read; `unchecked` = nothing is looked at before. Default `no`.
   */
  readonly lazy: 'no' | 'checked' | 'unchecked';
}

/** What came of an untagged response. */
interface ParsedUntagged {
  readonly data: Untagged;
  /** What was wrong and is borne, if anything. */
  readonly tolerated: readonly Leniency[] | undefined;
}

type Parsed = ParsedUntagged | 'protocol-error' | 'too-deep';

/** RFC 9051 §9: the largest number. */
const maxNumber = 2 ** 32 - 1;

/** Reads an untagged response, which begins with `* `. */
export function parseUntagged(text: string, options: ParseOptions): Parsed {
  let at = 2;
  let number: number | undefined;
  if (isDigit(text.charCodeAt(at))) {
    let value = 0;
    for (let code = text.charCodeAt(at); isDigit(code); code = text.charCodeAt(at)) {
      value = value * 10 + code - 0x30;
      at += 1;
      // RFC 9051 §9: a number has 32 bits.
      if (value > maxNumber) return 'protocol-error';
    }
    if (text.charCodeAt(at) !== SPACE) return 'protocol-error';
    while (text.charCodeAt(at) === SPACE) at += 1;
    number = value;
    // Most of what a server sends.
    if (text.startsWith('FETCH ', at)) return readData(text, 'FETCH', number, at + 5, options);
  }
  const name = /[^\s(){"]+/y;
  name.lastIndex = at;
  const found = name.exec(text)?.[0];
  if (found === undefined) return 'protocol-error';
  return readData(text, found.toUpperCase(), number, at + found.length, options);
}

function readData(
  text: string,
  name: string,
  number: number | undefined,
  at: number,
  options: ParseOptions,
): Parsed {
  const strict = attempt(text, name, number, at, options, false);
  // Only when nothing else helps: strings whose quotes are not escaped.
  if (strict !== 'protocol-error' || options.strict || !text.includes('"', at)) return strict;
  return attempt(text, name, number, at, options, true);
}

function attempt(
  text: string,
  name: string,
  number: number | undefined,
  at: number,
  options: ParseOptions,
  bareQuotes: boolean,
): Parsed {
  let scan: Scan | undefined;
  try {
    if (name === 'FETCH' && number !== undefined && options.lazy !== 'no' && !bareQuotes) {
      const data: Untagged = { type: 'fetch', message: lazyFetch(text, at + 1, number, options) };
      return { data, tolerated: undefined };
    }
    scan = new Scan(text, at, options, bareQuotes);
    const data = number === undefined ? plain(scan, name, options) : numbered(scan, name, number);
    if (!data) return other(text, name, number, options);
    finish(scan);
    return { data, tolerated: scan.tolerated };
  } catch (error) {
    if (error === malformed) return 'protocol-error';
    if (error === tooDeep) return 'too-deep';
    throw error;
  } finally {
    if (scan) release(scan);
  }
}

function other(text: string, name: string, number: number | undefined, options: ParseOptions): Parsed {
  if (nesting(text) > options.maxDepth) return 'too-deep';
  return { data: { type: 'other', name, number, raw: text }, tolerated: undefined };
}

function numbered(scan: Scan, name: string, number: number): Untagged | undefined {
  switch (name) {
    case 'FETCH':
      // Courier has been seen to count from 0.
      if (number === 0) tolerate(scan, 'number-out-of-range');
      space(scan);
      return { type: 'fetch', message: fetchItems(scan, number) };
    case 'EXISTS':
      return { type: 'exists', number };
    case 'RECENT':
      return { type: 'recent', number };
    case 'EXPUNGE':
      if (number === 0) tolerate(scan, 'number-out-of-range');
      return { type: 'expunge', number };
    default:
      return undefined;
  }
}

function plain(scan: Scan, name: string, options: ParseOptions): Untagged | undefined {
  const { text } = scan;
  switch (name) {
    case 'OK':
    case 'NO':
    case 'BAD':
    case 'BYE':
    case 'PREAUTH': {
      const response = parseStatus(text.slice(2));
      if (!response) return undefined;
      scan.at = text.length;
      return { type: 'status', response };
    }
    case 'CAPABILITY': {
      const capabilities = parseCapabilities(text.slice(scan.at));
      scan.at = text.length;
      return { type: 'capability', capabilities };
    }
    case 'ENABLED': {
      const { atoms } = parseCapabilities(text.slice(scan.at));
      scan.at = text.length;
      return { type: 'enabled', capabilities: atoms };
    }
    case 'ID':
      if (nesting(text) > options.maxDepth) throw tooDeep;
      return { type: 'id', fields: idFields(scan) };
    case 'SEARCH':
      return { type: 'search', result: searchResult(scan) };
    case 'SORT':
      return { type: 'sort', result: searchResult(scan) };
    case 'ESEARCH':
      return { type: 'extended-search', result: extendedSearchResult(scan) };
    case 'THREAD':
      return { type: 'thread', threads: threads(scan) };
    case 'LIST':
      space(scan);
      return { type: 'list', mailbox: listedMailbox(scan) };
    case 'LSUB':
      space(scan);
      return { type: 'lsub', mailbox: listedMailbox(scan) };
    case 'NAMESPACE':
      space(scan);
      return { type: 'namespace', namespaces: namespaces(scan) };
    case 'STATUS':
      space(scan);
      return { type: 'mailbox-status', status: mailboxStatus(scan) };
    case 'FLAGS':
      space(scan);
      return { type: 'flags', flags: atomList(scan) };
    case 'VANISHED':
      return vanished(scan);
    case 'QUOTA':
      space(scan);
      return { type: 'quota', quota: quota(scan) };
    case 'QUOTAROOT':
      space(scan);
      return { type: 'quota-roots', quotaRoots: quotaRoots(scan) };
    default:
      return undefined;
  }
}

function idFields(scan: Scan): Readonly<Record<string, string | null>> {
  const values = readList(scan.text, scan.at + 1) ?? [];
  scan.at = scan.text.length;
  const fields = Object.create(null) as Record<string, string | null>;
  for (let at = 0; at + 1 < values.length; at += 2) {
    const [field, value] = [values[at], values[at + 1]];
    if (typeof field === 'string')
      fields[field.toLowerCase()] = typeof value === 'string' ? decoded(value) : null;
  }
  return fields;
}

/** RFC 7162 §3.2.10. */
function vanished(scan: Scan): Untagged {
  space(scan);
  const word = '(EARLIER)';
  const earlier = scan.text.slice(scan.at, scan.at + word.length).toUpperCase() === word;
  if (earlier) {
    scan.at += word.length;
    space(scan);
  }
  return { type: 'vanished', earlier, uids: numberSet(scan) };
}
