import type { StoredMessage, StoreRefusal } from '../store/mail-store.ts';
import { BadSyntax } from '../syntax/cursor.ts';
import type { Cursor } from '../syntax/cursor.ts';
import { numberSetText, readNumberSet } from '../syntax/number-set.ts';
import { flagsLine, systemFlags } from '../view.ts';
import { no, ok, readOnly } from './answer.ts';
import type { Answer, SelectedContext } from './answer.ts';

const actions = ['FLAGS', '+FLAGS', '-FLAGS', 'FLAGS.SILENT', '+FLAGS.SILENT', '-FLAGS.SILENT'] as const;

/** STORE and UID STORE (RFC 9051 §6.4.6, RFC 7162 §3.1.3). */
export function store({ view, by, enabled }: SelectedContext, cursor: Cursor): Answer {
  cursor.space();
  const set = readNumberSet(cursor);
  cursor.space();
  const unchangedSince = cursor.sees('(') ? readUnchangedSince(cursor) : undefined;
  const action = cursor.oneOf(actions);
  cursor.space();
  const flags = cursor.sees('(') ? readFlags(cursor) : readBareFlags(cursor);
  cursor.end();
  if (view.access === 'READ-ONLY') return readOnly;
  const indexes = view.select(set, by);
  const telling = {
    withUid: by === 'uid',
    withModSeq: unchangedSince !== undefined || enabled.has('CONDSTORE'),
  };
  const silent = action.endsWith('.SILENT');
  const modified: number[] = [];
  const lines: string[] = [];
  const changed: number[] = [];
  let refusal: StoreRefusal | undefined;
  view.change(indexes, () => {
    for (const index of indexes) {
      const message = view.messages[index];
      const current = message && view.mailbox.find(message.uid);
      if (!current || refusal) continue;
      if (unchangedSince !== undefined && current.modSeq > unchangedSince) {
        modified.push(by === 'uid' ? current.uid : index + 1);
        continue;
      }
      const next = combined(current.flags, action, flags);
      if (!sameFlags(current.flags, next)) refusal = view.mailbox.setFlags(current.uid, next);
      changed.push(index);
    }
  });
  // A keyword that is new is told before a message has it, whatever else is kept silent.
  lines.push(...view.newKeywords());
  for (const index of changed) {
    const message = view.messages[index];
    if (!message) continue;
    if (!silent) lines.push(flagsLine(index, message, telling));
    // RFC 7162 §3.1.3: silence is about flags only.
    else if (telling.withModSeq) lines.push(modSeqLine(index, message, telling.withUid));
  }
  const enables = unchangedSince === undefined ? {} : { enables: ['CONDSTORE'] as const };
  if (refusal) return { ...no(refusal), data: ok(lines).data };
  const text = modified.length > 0 ? `[MODIFIED ${numberSetText(modified)}] others were faster` : 'done';
  return { ...ok(lines, text), ...enables };
}

/** Flags in parentheses, none twice, with system flags as RFC 9051 §2.3.2 writes them. */
export function readFlags(cursor: Cursor): readonly string[] {
  return distinct(cursor.list(() => cursor.flag(), 0));
}

function readBareFlags(cursor: Cursor): readonly string[] {
  const flags: string[] = [];
  do flags.push(cursor.flag());
  while (cursor.takes(' '));
  return distinct(flags);
}

/** How many flags a message can have. */
const maxFlags = 100;

function distinct(flags: readonly string[]): readonly string[] {
  const known = new Map<string, string>();
  for (const flag of flags) {
    const system = systemFlags.find((name) => name.toLowerCase() === flag.toLowerCase());
    if (flag.startsWith('\\') && system === undefined) throw new BadSyntax('there is no such flag');
    if (!known.has(flag.toLowerCase())) known.set(flag.toLowerCase(), system ?? flag);
  }
  if (known.size > maxFlags) throw new BadSyntax('there are too many flags');
  return [...known.values()];
}

function readUnchangedSince(cursor: Cursor): bigint {
  cursor.expect('(');
  cursor.oneOf(['UNCHANGEDSINCE']);
  cursor.space();
  const modSeq = cursor.modSeq();
  cursor.expect(')');
  cursor.space();
  return modSeq;
}

function combined(current: readonly string[], action: string, flags: readonly string[]): readonly string[] {
  const named = new Set(flags.map((flag) => flag.toLowerCase()));
  if (action.startsWith('-')) return current.filter((flag) => !named.has(flag.toLowerCase()));
  if (!action.startsWith('+')) return flags;
  return [...current.filter((flag) => !named.has(flag.toLowerCase())), ...flags];
}

function sameFlags(left: readonly string[], right: readonly string[]): boolean {
  const known = new Set(left.map((flag) => flag.toLowerCase()));
  return left.length === right.length && right.every((flag) => known.has(flag.toLowerCase()));
}

function modSeqLine(index: number, { uid, modSeq }: StoredMessage, withUid: boolean): string {
  return `* ${index + 1} FETCH (${withUid ? `UID ${uid} ` : ''}MODSEQ (${modSeq}))`;
}
