import { decodeMailboxName } from '../mailbox-name.ts';
import type { MailboxName } from '../mailbox-name.ts';
import { decoded, octets } from './tokens.ts';
import {
  another,
  atomList,
  closes,
  codeAt,
  malformed,
  nil,
  OPEN,
  open,
  peek,
  space,
  SPACE,
  surplus,
  tolerate,
} from './scan.ts';
import { astring, string } from './strings.ts';
import { skip } from './skip.ts';
import type { Scan } from './scan.ts';

/** A mailbox of a list (RFC 9051 §7.3.1). */
export interface ListedMailbox extends MailboxName {
  /** What separates the levels of a name; `null` = there are none. */
  readonly delimiter: string | null;
  /** As they came: `\HasNoChildren`, `\Sent`. */
  readonly attributes: readonly string[];
  /** `\NonExistent` and `\Noselect` say no. */
  readonly selectable: boolean;
  /** Whether there are mailboxes below; `undefined` = not told, or both yes and no. */
  readonly children: boolean | undefined;
  readonly subscribed: boolean;
  /** What it is for (RFC 6154, RFC 8457), in lower case without the backslash: `sent`, `trash`. */
  readonly specialUses: readonly SpecialUse[];
  /** CHILDINFO (RFC 5258 §3.5): which options of the request a mailbox below fulfils; upper case. */
  readonly childInfo: readonly string[] | undefined;
  /** OLDNAME (RFC 9051 §6.3.9.7): what the mailbox was called in the request or before. */
  readonly oldName: MailboxName | undefined;
}

/** What a mailbox is for (RFC 6154 §2, RFC 8457 §3). */
export type SpecialUse = 'all' | 'archive' | 'drafts' | 'flagged' | 'junk' | 'sent' | 'trash' | 'important';

const specialUses: ReadonlyMap<string, SpecialUse> = new Map(
  (['all', 'archive', 'drafts', 'flagged', 'junk', 'sent', 'trash', 'important'] as const).map((use) => [
    `\\${use}`,
    use,
  ]),
);

/** Reads what stands behind `LIST ` or `LSUB `. */
export function listedMailbox(scan: Scan): ListedMailbox {
  const attributes = atomList(scan);
  space(scan);
  const delimiter = nil(scan) ? null : string(scan);
  space(scan);
  const name = mailboxOfLine(scan);
  const extended = extendedItems(scan);
  const known = new Set(attributes.map((attribute) => attribute.toLowerCase()));
  const none = known.has('\\hasnochildren') || known.has('\\noinferiors');
  const some = known.has('\\haschildren');
  return {
    ...name,
    delimiter,
    attributes,
    selectable: !known.has('\\noselect') && !known.has('\\nonexistent'),
    children: some === none ? undefined : some,
    subscribed: known.has('\\subscribed'),
    specialUses: [...known].flatMap((attribute) => specialUses.get(attribute) ?? []),
    ...extended,
  };
}

/** A mailbox's name (RFC 9051 §5.1): INBOX in any case means the same. */
export function mailbox(scan: Scan): MailboxName {
  const from = scan.at;
  const wire = astring(scan);
  return named(scan, wire, from);
}

/** A name whose text begins at `from` and has just been passed. */
function named(scan: Scan, wire: string, from: number): MailboxName {
  const raw = rawOctets(scan, wire, from);
  if (raw) {
    tolerate(scan, 'bad-name');
    return { name: wire, wire, invalid: true, octets: raw };
  }
  // RFC 9051 Appendix A.1: `&` means itself then.
  if (scan.utf8Names) return /^inbox$/i.test(wire) ? { name: 'INBOX', wire } : { name: wire, wire };
  const read = decodeMailboxName(wire);
  if (read.invalid) tolerate(scan, 'bad-name');
  return /^inbox$/i.test(wire) ? { name: 'INBOX', wire } : read;
}

/** The octets of a name that is not UTF-8: it was read with a character for each, where UTF-8 has one for several. */
function rawOctets(scan: Scan, wire: string, from: number): Uint8Array | undefined {
  if (!scan.high) return undefined;
  const high = wire.match(/[^\p{ASCII}]/gu)?.length ?? 0;
  if (high === 0 || high !== scan.text.slice(from, scan.at).match(/[^\p{ASCII}]/gu)?.length) return undefined;
  return octets(wire);
}

/**
 * A name at the end of a line. Office 365 writes names with TAB without quotes (MailKit #945): where something else follows
 * an atom than the end or extended data, the name is the rest of the line.
 */
function mailboxOfLine(scan: Scan): MailboxName {
  const from = scan.at;
  const code = peek(scan);
  if (code === 0x22 || code === 0x7b) return mailbox(scan);
  const name = mailbox(scan);
  const { text, at } = scan;
  let behind = at;
  while (codeAt(scan, behind) === SPACE) behind += 1;
  if (behind === text.length || (behind > at && codeAt(scan, behind) === OPEN)) return name;
  tolerate(scan, 'wide-atom');
  const rest = text.slice(from);
  // A literal cannot be part of it.
  if (/[\r\n\0]/.test(rest)) throw malformed;
  scan.at = text.length;
  return named(scan, scan.high ? decoded(rest.trimEnd()) : rest.trimEnd(), from);
}

/** RFC 9051 §7.3.1, mbox-list-extended: pairs of tags and values; unknown ones are ignored. */
function extendedItems(scan: Scan): Pick<ListedMailbox, 'childInfo' | 'oldName'> {
  let childInfo: readonly string[] | undefined;
  let oldName: MailboxName | undefined;
  if (peek(scan) === SPACE && codeAt(scan, scan.at + 1) === OPEN) {
    space(scan);
    open(scan);
    if (!closes(scan)) {
      do {
        const tag = astring(scan).toUpperCase();
        space(scan);
        if (tag === 'CHILDINFO' && peek(scan) === OPEN)
          childInfo = strings(scan).map((option) => option.toUpperCase());
        else if (tag === 'OLDNAME' && peek(scan) === OPEN) {
          open(scan);
          oldName = mailbox(scan);
          if (!closes(scan)) throw malformed;
        } else skip(scan);
      } while (another(scan));
    }
  }
  return { childInfo, oldName };
}

/** A list of astrings. */
export function strings(scan: Scan): readonly string[] {
  open(scan);
  const list: string[] = [];
  if (closes(scan)) return list;
  do list.push(astring(scan));
  while (another(scan));
  return list;
}

/** One root of names (RFC 9051 §6.3.10). */
export interface Namespace {
  /** What every name in it begins with, such as `INBOX.`; it goes before names that we create. */
  readonly prefix: MailboxName;
  readonly delimiter: string | null;
  /** Extensions by their names in upper case. */
  readonly extensions: ReadonlyMap<string, readonly string[]> | undefined;
}

/** Where mailboxes may be (RFC 9051 §6.3.10, RFC 2342); `undefined` = NIL, there is no such thing. */
export interface Namespaces {
  readonly personal: readonly Namespace[] | undefined;
  readonly otherUsers: readonly Namespace[] | undefined;
  readonly shared: readonly Namespace[] | undefined;
}

/** Reads what stands behind `NAMESPACE `. */
export function namespaces(scan: Scan): Namespaces {
  const personal = roots(scan);
  space(scan);
  const otherUsers = roots(scan);
  space(scan);
  return { personal, otherUsers, shared: roots(scan) };
}

function roots(scan: Scan): readonly Namespace[] | undefined {
  if (nil(scan)) return undefined;
  open(scan);
  const list: Namespace[] = [];
  while (!closes(scan)) {
    if (peek(scan) === SPACE) surplus(scan);
    open(scan);
    const start = scan.at;
    const text = string(scan);
    const prefix = named(scan, text, start);
    space(scan);
    const delimiter = nil(scan) ? null : string(scan);
    let extensions: Map<string, readonly string[]> | undefined;
    while (another(scan)) {
      const name = string(scan).toUpperCase();
      space(scan);
      (extensions ??= new Map()).set(name, strings(scan));
    }
    list.push({ prefix, delimiter, extensions });
  }
  if (list.length > 0) return list;
  tolerate(scan, 'empty-list');
  return undefined;
}
