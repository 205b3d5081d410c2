import type { WireCommand } from '../commands.ts';
import type { Pop3Diagnostic } from '../events.ts';
import type { Pop3Reply } from './reply.ts';

/** A message in a maildrop, by its number: valid within one session only (RFC 1939 §5). */
export interface ListEntry {
  /** From 1 up; the numbers of messages marked by DELE are missing. */
  readonly number: number;
  /** Its size as the server counts it: without dot-stuffing, and sometimes wrong (RFC 1939 §11). */
  readonly octets: number;
}

/** A message and its unique identifier, which stays the same across sessions (RFC 1939 §7). */
export interface UidlEntry {
  readonly number: number;
  /** Compare it octet by octet. Two messages may share one: identical copies. */
  readonly uid: string;
}

/** A language that the server can speak (RFC 6856 §3.2). */
export interface Language {
  /** The language tag, such as `de`. */
  readonly tag: string;
  /** What the language calls itself; `undefined` where the server does not say. */
  readonly name: string | undefined;
}

/** What a positive reply says beyond its status: to STAT, LIST, UIDL and LANG. */
export type ReplyValue =
  | { readonly type: 'stat'; readonly messages: number; readonly octets: number }
  | { readonly type: 'list'; readonly entries: readonly ListEntry[] }
  | { readonly type: 'uidl'; readonly entries: readonly UidlEntry[] }
  | { readonly type: 'languages'; readonly languages: readonly Language[] };

/** A value, with what was odd about it; or the line that cannot be read. */
export type ValueRead =
  | { readonly ok: true; readonly value: ReplyValue | undefined; readonly odd: ReadonlySet<Pop3Diagnostic> }
  | { readonly ok: false; readonly line: string };

const nothingOdd: ReadonlySet<Pop3Diagnostic> = new Set();

/** Reads the value of a positive reply; which one it has depends on the command. */
export function readValue(command: WireCommand, { lines, text }: Pop3Reply): ValueRead {
  switch (command.verb) {
    case 'STAT':
      return readStat(text);
    case 'LIST':
      return readEntries(command.message === undefined ? lines : [text], listEntry, (entries) => ({
        type: 'list',
        entries,
      }));
    case 'UIDL':
      return readEntries(command.message === undefined ? lines : [text], uidlEntry, (entries) => ({
        type: 'uidl',
        entries,
      }));
    case 'LANG': {
      if (command.language !== undefined) return { ok: true, value: undefined, odd: nothingOdd };
      const languages = lines.map(language);
      return { ok: true, value: { type: 'languages', languages }, odd: nothingOdd };
    }
    case 'CAPA':
    case 'STLS':
    case 'USER':
    case 'PASS':
    case 'APOP':
    case 'AUTH':
    case 'UTF8':
    case 'RETR':
    case 'TOP':
    case 'DELE':
    case 'NOOP':
    case 'RSET':
    case 'QUIT':
      return { ok: true, value: undefined, odd: nothingOdd };
  }
}

/** RFC 1939 §5: the number of messages and their size; clients ignore what may follow. */
function readStat(text: string): ValueRead {
  const [, messages, octets] = /^(\d{1,15})[ \t]+(\d{1,15})(?![^ \t])/.exec(text) ?? [];
  if (messages === undefined || octets === undefined) return { ok: false, line: text };
  return {
    ok: true,
    value: { type: 'stat', messages: Number(messages), octets: Number(octets) },
    odd: nothingOdd,
  };
}

function readEntries<E extends { readonly number: number; readonly uid?: string }>(
  lines: readonly string[],
  read: (line: string, odd: Set<Pop3Diagnostic>) => E | undefined,
  value: (entries: readonly E[]) => ReplyValue,
): ValueRead {
  const entries: E[] = [];
  let numbers: Set<number> | undefined;
  let last = 0;
  const uids = new Set<string>();
  const odd = new Set<Pop3Diagnostic>();
  // By number: an iterator makes an object for each of thousands of lines.
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    const entry = read(line, odd);
    if (!entry) return { ok: false, line };
    // Servers count upwards; only where one does not, those before have to be remembered.
    if (entry.number <= last) numbers ??= new Set(entries.map(({ number }) => number));
    // A number that comes twice leaves it open which message is meant.
    if (numbers?.has(entry.number)) return { ok: false, line };
    numbers?.add(entry.number);
    last = Math.max(last, entry.number);
    entries.push(entry);
    if (entry.uid === undefined) continue;
    // RFC 1939 §7: identical copies may share one; both are kept.
    if (uids.has(entry.uid)) odd.add('uid-twice');
    uids.add(entry.uid);
  }
  return { ok: true, value: value(entries), odd };
}

/** RFC 1939 §5: number and size; what follows is ignored. */
function listEntry(line: string): ListEntry | undefined {
  const [, number, octets] = /^([1-9]\d{0,9})[ \t]+(\d{1,15})(?![^ \t])/.exec(line) ?? [];
  if (number === undefined || octets === undefined) return undefined;
  return { number: Number(number), octets: Number(octets) };
}

/**
 * RFC 1939 §7: number and 1 to 70 characters from 0x21 to 0x7E. Longer ones are borne, and blanks inside: to cut there could make
 * one identifier of two, and a client that has seen the one would never fetch the other.
 */
function uidlEntry(line: string, odd: Set<Pop3Diagnostic>): UidlEntry | undefined {
  const plain = /^([1-9]\d{0,9}) ([\x21-\x7e]{1,70})$/.exec(line);
  const [, number, uid] = plain ?? /^([1-9]\d{0,9})[ \t]+([^ \t].{0,254})$/s.exec(line.trimEnd()) ?? [];
  if (number === undefined || uid === undefined) return undefined;
  if (!plain && !/^[\x21-\x7e]{1,70}$/.test(uid)) odd.add('uid-unlike-rfc');
  return { number: Number(number), uid };
}

/** RFC 6856 §3.2: a tag, and the name of the language behind it. */
function language(line: string): Language {
  const space = line.search(/[ \t]/);
  if (space < 0) return { tag: line, name: undefined };
  const name = line.slice(space + 1).trim();
  return { tag: line.slice(0, space), name: name === '' ? undefined : name };
}
