import { latin1 } from '@postern/wire';
import { bodyStructureText, encodingOf, envelopeText } from '../message/body-structure.ts';
import { readMessage } from '../message/message-text.ts';
import { partAt, sectionRanges } from '../message/section.ts';
import { withoutTransferEncoding } from '../message/transfer-encoding.ts';
import type { StoredMessage } from '../store/mail-store.ts';
import { BadSyntax } from '../syntax/cursor.ts';
import type { Cursor } from '../syntax/cursor.ts';
import { readFetchItems } from '../syntax/fetch-items.ts';
import type { FetchItem } from '../syntax/fetch-items.ts';
import { numberSetText, readNumberSet } from '../syntax/number-set.ts';
import { no } from './answer.ts';
import type { Answer, Piece, SelectedContext } from './answer.ts';
import { membership } from './select.ts';

/** FETCH and UID FETCH (RFC 9051 §6.4.5, RFC 7162 §3.1.4 and §3.2.6). */
export function fetch(context: SelectedContext, cursor: Cursor): Answer {
  const { view, by, enabled } = context;
  cursor.space();
  const set = readNumberSet(cursor);
  cursor.space();
  const asked = readFetchItems(cursor);
  const { changedSince, vanished } = cursor.takes(' ') ? readModifiers(cursor) : noModifiers;
  cursor.end();
  if (vanished && (by !== 'uid' || !enabled.has('QRESYNC')))
    throw new BadSyntax('VANISHED needs UID and QRESYNC');
  const items = completed(asked, by, changedSince);
  const indexes = view
    .select(set, by)
    .filter((index) => changedSince === undefined || (view.messages[index]?.modSeq ?? 0n) > changedSince);
  const nowSeen = seen(context, indexes, items);
  const data: Piece[] = [];
  if (vanished && changedSince !== undefined) {
    const gone = view.mailbox.expungedSince(changedSince).filter(membership(set, view.mailbox));
    if (gone.length > 0) data.push(`* VANISHED (EARLIER) ${numberSetText(gone)}\r\n`);
  }
  let copied = 0;
  for (const index of indexes) {
    const message = view.messages[index];
    if (!message) continue;
    // RFC 9051 §6.4.5: flags that change with it are told with it.
    const told =
      nowSeen.has(index) && !items.some(({ type }) => type === 'FLAGS') ? [...items, flagsItem] : items;
    const line: Piece[] = [`* ${index + 1} FETCH (`];
    for (const [place, item] of told.entries()) {
      const pieces = itemPieces(message, item);
      // RFC 9051 §7.1: what was told before stays.
      if (!pieces) return { ...no({ code: 'UNKNOWN-CTE', text: 'a transfer encoding is not known' }), data };
      line.push(...(place > 0 ? [' '] : []), ...pieces);
    }
    data.push(...line, ')\r\n');
    copied += line.reduce((sum, piece) => sum + (typeof piece === 'string' ? piece.length : 0), 0);
    if (copied > maxCopied) return { ...no({ code: 'LIMIT', text: 'that is too much at once' }), data };
  }
  const knowsModSeq = items.some(({ type }) => type === 'MODSEQ');
  return { data, status: 'OK', text: 'done', ...(knowsModSeq && { enables: ['CONDSTORE'] as const }) };
}

/** How much text one answer may have, in octets; messages and parts that are handed out as they are do not count. */
const maxCopied = 256 * 1024 * 1024;

const flagsItem = { type: 'FLAGS' } as const;
const noModifiers = { changedSince: undefined, vanished: false } as const;

function readModifiers(cursor: Cursor): {
  readonly changedSince: bigint | undefined;
  readonly vanished: boolean;
} {
  let changedSince: bigint | undefined;
  let vanished = false;
  cursor.list(() => {
    if (cursor.oneOf(['CHANGEDSINCE', 'VANISHED']) === 'VANISHED') vanished = true;
    else {
      cursor.space();
      changedSince = cursor.modSeq();
    }
  }, 1);
  if (vanished && changedSince === undefined) throw new BadSyntax('VANISHED needs CHANGEDSINCE');
  return { changedSince, vanished };
}

/** RFC 9051 §6.4.9: UID is told when asked for by UID. RFC 7162 §3.1.4.1: MODSEQ when asked for what changed. */
function completed(
  asked: readonly FetchItem[],
  by: SelectedContext['by'],
  changedSince: bigint | undefined,
): readonly FetchItem[] {
  const missing = (type: 'UID' | 'MODSEQ'): boolean => !asked.some((item) => item.type === type);
  return [
    ...(by === 'uid' && missing('UID') ? [{ type: 'UID' } as const] : []),
    ...asked,
    ...(changedSince !== undefined && missing('MODSEQ') ? [{ type: 'MODSEQ' } as const] : []),
  ];
}

/** Marks as seen what is read, and says which were not before (RFC 9051 §6.4.5). */
function seen(
  { view }: SelectedContext,
  indexes: readonly number[],
  items: readonly FetchItem[],
): ReadonlySet<number> {
  if (view.access === 'READ-ONLY' || !items.some((item) => 'sees' in item && item.sees)) return new Set();
  const unseen = indexes.filter((index) => !view.messages[index]?.flags.includes('\\Seen'));
  view.change(unseen, () => {
    for (const index of unseen) {
      const message = view.messages[index];
      const current = message && view.mailbox.find(message.uid);
      if (current) view.mailbox.setFlags(current.uid, [...current.flags, '\\Seen']);
    }
  });
  return new Set(unseen);
}

function itemPieces(message: StoredMessage, item: FetchItem): readonly Piece[] | undefined {
  switch (item.type) {
    case 'UID':
      return [`UID ${message.uid}`];
    case 'FLAGS':
      return [`FLAGS (${message.flags.join(' ')})`];
    case 'INTERNALDATE':
      return [`INTERNALDATE "${message.internalDate}"`];
    case 'RFC822.SIZE':
      return [`RFC822.SIZE ${message.content.length}`];
    case 'MODSEQ':
      return [`MODSEQ (${message.modSeq})`];
    case 'EMAILID':
      return [`EMAILID (${message.emailId})`];
    case 'THREADID':
      // RFC 8474 §5.2: threads are not kept.
      return ['THREADID NIL'];
    case 'ENVELOPE':
      return [`ENVELOPE ${envelopeText(readMessage(message.content).structure.fields)}`];
    case 'BODY':
    case 'BODYSTRUCTURE': {
      const { text, structure } = readMessage(message.content);
      return [`${item.type} ${bodyStructureText(text, structure, item.type)}`];
    }
    case 'section':
      return sectionPieces(message, item);
    case 'BINARY':
    case 'BINARY.SIZE':
      return binaryPieces(message, item);
  }
}

/** Shorter ones are written together with what is around them. */
const longOctets = 2048;

function sectionPieces(
  { content }: StoredMessage,
  { section, label, partial }: Extract<FetchItem, { readonly type: 'section' }>,
): readonly Piece[] {
  const whole = section.path.length === 0 && section.text.type === 'whole';
  const { text, structure } = whole ? { text: '', structure: undefined } : readMessage(content);
  const ranges = structure ? sectionRanges(text, structure, section) : [[0, content.length] as const];
  if (!ranges) return [`${label} NIL`];
  if (ranges.length === 1 && ranges[0]) {
    const [start, end] = ranges[0];
    const from = Math.min(end, start + (partial?.from ?? 0));
    const octets = content.subarray(from, Math.min(end, from + (partial?.size ?? Infinity)));
    const marker = `${label} {${octets.length}}\r\n`;
    return octets.length > longOctets ? [marker, octets] : [marker + latin1(octets)];
  }
  const joined = ranges.map(([from, to]) => text.slice(from, to)).join('');
  const cut = partial ? joined.slice(partial.from, partial.from + partial.size) : joined;
  return [`${label} {${cut.length}}\r\n${cut}`];
}

/** RFC 9051 §6.4.5, RFC 3516 §4.2; of what is not a leaf there is no encoding to take off. */
function binaryPieces(
  { content }: StoredMessage,
  { type, section, label, partial }: Extract<FetchItem, { readonly type: 'BINARY' | 'BINARY.SIZE' }>,
): readonly Piece[] | undefined {
  const { text, structure } = readMessage(content);
  const part = partAt(structure, section.path);
  if (!part) return [type === 'BINARY' ? `${label} NIL` : `${label} 0`];
  const body = text.slice(section.path.length === 0 ? part.start : part.body, part.end);
  const isLeaf = section.path.length > 0 && part.parts.length === 0 && !part.message;
  const octets = withoutTransferEncoding(body, isLeaf ? encodingOf(part) : '');
  if (octets === undefined) return undefined;
  if (type === 'BINARY.SIZE') return [`${label} ${octets.length}`];
  const cut = partial ? octets.slice(partial.from, partial.from + partial.size) : octets;
  // RFC 9051 §4.3.1: NUL needs the other form of a literal.
  return [`${label} ${cut.includes('\0') ? '~' : ''}{${cut.length}}\r\n${cut}`];
}
