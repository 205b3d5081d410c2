import { decoded } from '../../parse/tokens.ts';
import { messageHeader, readMessage } from '../message/message-text.ts';
import { headerText, searchableTexts } from '../message/searchable.ts';
import type { StoredMessage } from '../store/mail-store.ts';
import type { View } from '../view.ts';
import { BadSyntax } from './cursor.ts';
import type { Cursor } from './cursor.ts';
import { dayOf, readDay } from './date-time.ts';
import { readNumberSet } from './number-set.ts';

/** Whether a message is found; `index` is its sequence number less one. */
export type Criterion = (message: StoredMessage, index: number) => boolean;

interface Search {
  readonly view: View;
  keys: number;
  usesModSeq: boolean;
}

/** Nesting, and keys of one search: each may look at every octet of a mailbox. */
const maxDepth = 30;
const maxKeys = 100;

/** Reads search keys to the end of the command (RFC 9051 §6.4.4, RFC 7162 §3.1.5). All of them have to hold. */
export function readSearch(
  cursor: Cursor,
  view: View,
): { readonly criterion: Criterion; readonly usesModSeq: boolean } {
  const search: Search = { view, keys: 0, usesModSeq: false };
  const all: Criterion[] = [];
  do all.push(readKey(cursor, search, 0));
  while (cursor.takes(' '));
  cursor.end();
  return { criterion: allOf(all), usesModSeq: search.usesModSeq };
}

function allOf(criteria: readonly Criterion[]): Criterion {
  return (message, index) => criteria.every((holds) => holds(message, index));
}

const flagKeys: Readonly<Record<string, string>> = {
  ANSWERED: '\\Answered',
  DELETED: '\\Deleted',
  DRAFT: '\\Draft',
  FLAGGED: '\\Flagged',
  SEEN: '\\Seen',
};

function readKey(cursor: Cursor, search: Search, depth: number): Criterion {
  search.keys += 1;
  if (depth > maxDepth || search.keys > maxKeys) throw new BadSyntax('the search is too complicated');
  const inner = (): Criterion => readKey(cursor, search, depth + 1);
  if (cursor.sees('(')) return allOf(cursor.list(inner, 1));
  if (cursor.sees('$') || cursor.seesNumber) return readSet(cursor, search, 'number');
  const word = cursor.word();
  const flag = Object.hasOwn(flagKeys, word) ? flagKeys[word] : undefined;
  if (flag !== undefined) return hasFlag(flag);
  const noFlag =
    word.startsWith('UN') && Object.hasOwn(flagKeys, word.slice(2)) ? flagKeys[word.slice(2)] : undefined;
  if (noFlag !== undefined) return not(hasFlag(noFlag));
  switch (word) {
    case 'ALL':
    // No message is recent, so all are old (RFC 3501 §6.4.4).
    case 'OLD':
      return () => true;
    case 'NEW':
    case 'RECENT':
      return () => false;
    case 'NOT':
      cursor.space();
      return not(inner());
    case 'OR': {
      cursor.space();
      const left = inner();
      cursor.space();
      const right = inner();
      return (message, index) => left(message, index) || right(message, index);
    }
    case 'UID':
      cursor.space();
      return readSet(cursor, search, 'uid');
    case 'KEYWORD':
      return hasFlag(argument(cursor, () => cursor.flag()));
    case 'UNKEYWORD':
      return not(hasFlag(argument(cursor, () => cursor.flag())));
    case 'LARGER':
    case 'SMALLER': {
      const size = argument(cursor, () => cursor.number());
      return ({ content }) => (word === 'LARGER' ? content.length > size : content.length < size);
    }
    case 'EMAILID': {
      const id = argument(cursor, () => cursor.astring());
      return ({ emailId }) => emailId === id;
    }
    case 'THREADID':
      argument(cursor, () => cursor.astring());
      return () => false;
    case 'MODSEQ':
      search.usesModSeq = true;
      return readModSeq(cursor);
    case 'BEFORE':
    case 'ON':
    case 'SINCE':
      return byDay(cursor, word, ({ internalDate }) => internalDate);
    case 'SENTBEFORE':
    case 'SENTON':
    case 'SENTSINCE':
      return byDay(cursor, word.slice(4), (message) => fieldValues(message, 'date')[0] ?? '');
    case 'BCC':
    case 'CC':
    case 'FROM':
    case 'SUBJECT':
    case 'TO':
      return inField(
        word,
        argument(cursor, () => cursor.astring()),
      );
    case 'HEADER': {
      const name = argument(cursor, () => cursor.astring());
      return inField(
        name,
        argument(cursor, () => cursor.astring()),
      );
    }
    case 'BODY':
    case 'TEXT': {
      const wanted = comparable(argument(cursor, () => cursor.astring()));
      return ({ content }) => {
        const { text, structure } = readMessage(content);
        for (const piece of searchableTexts(text, structure, word === 'TEXT'))
          if (piece.toLowerCase().includes(wanted)) return true;
        return false;
      };
    }
    default:
      throw new BadSyntax('a search key is not known');
  }
}

function argument<Value>(cursor: Cursor, read: () => Value): Value {
  cursor.space();
  return read();
}

function not(criterion: Criterion): Criterion {
  return (message, index) => !criterion(message, index);
}

function hasFlag(flag: string): Criterion {
  const wanted = flag.toLowerCase();
  return ({ flags }) => flags.some((name) => name.toLowerCase() === wanted);
}

function readSet(cursor: Cursor, { view }: Search, by: 'number' | 'uid'): Criterion {
  const found = new Set(view.select(readNumberSet(cursor), by));
  return (_message, index) => found.has(index);
}

/** RFC 7162 §3.1.5; mod-sequences of single flags, which it allows to ask for, are those of the message. */
function readModSeq(cursor: Cursor): Criterion {
  cursor.space();
  if (cursor.sees('"')) {
    cursor.string();
    cursor.space();
    cursor.oneOf(['ALL', 'PRIV', 'SHARED']);
    cursor.space();
  }
  const least = cursor.modSeq();
  return ({ modSeq }) => modSeq >= least;
}

function byDay(cursor: Cursor, when: string, written: (message: StoredMessage) => string): Criterion {
  const wanted = argument(cursor, () => readDay(cursor));
  return (message) => {
    const day = dayOf(written(message));
    if (day === undefined) return false;
    if (when === 'ON') return day === wanted;
    return when === 'BEFORE' ? day < wanted : day >= wanted;
  };
}

function fieldValues({ content }: StoredMessage, name: string): readonly string[] {
  return messageHeader(content)
    .filter((field) => field.name === name)
    .map(({ value }) => value);
}

/** RFC 9051 §6.4.4: an empty string asks whether there is such a field. */
function inField(name: string, text: string): Criterion {
  const wanted = comparable(text);
  return (message) =>
    fieldValues(message, name.toLowerCase()).some((value) =>
      headerText(value).toLowerCase().includes(wanted),
    );
}

/** What a client looks for, in one case. */
function comparable(latin: string): string {
  return decoded(latin).toLowerCase();
}
