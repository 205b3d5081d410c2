import {
  close,
  closes,
  nil,
  open,
  passText,
  peek,
  space,
  surplus,
  tolerate,
  CLOSE,
  OPEN,
  SPACE,
} from './scan.ts';
import { nstring } from './strings.ts';
import type { Scan } from './scan.ts';

/** One address (RFC 9051 §7.5.2). What is absent was NIL; encoded words (RFC 2047) stand as they came. */
export interface Address {
  readonly name: string | undefined;
  /** The source route (at-domain-list), obsolete. */
  readonly route: string | undefined;
  /** The local part. */
  readonly mailbox: string | undefined;
  /** The domain. Absent also where the server wrote a word in place of one that is missing, such as `MISSING_DOMAIN`. */
  readonly host: string | undefined;
}

/** A group of addresses (RFC 5322 §3.4), such as `undisclosed-recipients:;`. */
export interface AddressGroup {
  readonly group: string;
  readonly members: readonly Address[];
}

/** The envelope of a message: ten fields of its header (RFC 9051 §7.5.2). Absent = NIL, which means the same as empty. */
export interface Envelope {
  readonly date: string | undefined;
  readonly subject: string | undefined;
  readonly from: readonly (Address | AddressGroup)[] | undefined;
  /** As the server gave it. RFC 9051 §7.5.2: it repeats `from` where the message has none; some servers do not. */
  readonly sender: readonly (Address | AddressGroup)[] | undefined;
  /** As the server gave it; see `sender`. */
  readonly replyTo: readonly (Address | AddressGroup)[] | undefined;
  readonly to: readonly (Address | AddressGroup)[] | undefined;
  readonly cc: readonly (Address | AddressGroup)[] | undefined;
  readonly bcc: readonly (Address | AddressGroup)[] | undefined;
  readonly inReplyTo: string | undefined;
  readonly messageId: string | undefined;
}

/** An envelope without any field. */
export const emptyEnvelope: Envelope = {
  date: undefined,
  subject: undefined,
  from: undefined,
  sender: undefined,
  replyTo: undefined,
  to: undefined,
  cc: undefined,
  bcc: undefined,
  inReplyTo: undefined,
  messageId: undefined,
};

/** Reads an envelope (RFC 9051 §9, envelope). */
export function envelope(scan: Scan): Envelope {
  open(scan);
  const date = nstring(scan);
  space(scan);
  const subject = nstring(scan);
  space(scan);
  const begin = scan.at;
  const from = addresses(scan);
  const end = scan.at;
  space(scan);
  // RFC 9051 §7.5.2: both repeat `from` where the message has none of its own, so nearly always.
  const sender = repeats(scan, begin, end) ? from : addresses(scan);
  space(scan);
  const replyTo = repeats(scan, begin, end) ? from : addresses(scan);
  space(scan);
  const to = addresses(scan);
  space(scan);
  const cc = addresses(scan);
  space(scan);
  const bcc = addresses(scan);
  // Seen without the last fields (MailKit #932, #669).
  const inReplyTo = follows(scan) ? nstring(scan) : undefined;
  const messageId = follows(scan) ? nstring(scan) : undefined;
  close(scan);
  return { date, subject, from, sender, replyTo, to, cc, bcc, inReplyTo, messageId };
}

/** Whether what stands here is the same as what stood at another place; then it is passed. */
function repeats(scan: Scan, begin: number, end: number): boolean {
  const { text, at } = scan;
  if (!text.startsWith(text.slice(begin, end), at)) return false;
  scan.at = at + end - begin;
  return true;
}

function follows(scan: Scan): boolean {
  if (peek(scan) !== CLOSE) {
    space(scan);
    if (peek(scan) !== CLOSE) return true;
  }
  tolerate(scan, 'short-envelope');
  return false;
}

/** Where a group has begun and its members go. */
interface OpenGroup {
  readonly group: string;
  readonly members: Address[];
}

function addresses(scan: Scan): readonly (Address | AddressGroup)[] | undefined {
  if (peek(scan) !== OPEN && nil(scan)) return undefined;
  open(scan);
  let list: (Address | AddressGroup)[] | undefined;
  let group: OpenGroup | undefined;
  while (!closes(scan)) {
    if (peek(scan) === SPACE) surplus(scan);
    if (peek(scan) !== OPEN && nil(scan)) {
      // SmarterMail (MailKit #991).
      tolerate(scan, 'empty-list');
      continue;
    }
    open(scan);
    const name = nstring(scan);
    let route: string | undefined;
    // As in every address that anybody has today.
    if (!passText(scan, ' NIL')) {
      space(scan);
      route = nstring(scan);
    }
    space(scan);
    const mailbox = nstring(scan);
    space(scan);
    const host = nstring(scan);
    close(scan);
    // RFC 9051 §7.5.2: a NIL host marks a group, which ends where the mailbox is NIL too. Gmail (MailKit #494) swaps name
    // and mailbox with a NIL host, so only a lone mailbox is the name of a group.
    if (host === undefined && mailbox === undefined && name === undefined && route === undefined) {
      // GreenMail writes this for an address that it cannot read.
      if (!group) tolerate(scan, 'broken-group');
      group = undefined;
    } else if (host === undefined && mailbox !== undefined && name === undefined && route === undefined) {
      if (group) tolerate(scan, 'broken-group');
      group = { group: mailbox, members: [] };
      if (list) list.push(group);
      else list = [group];
    } else {
      const address = { name, route, mailbox: present(scan, mailbox), host: present(scan, host) };
      if (host === undefined) tolerate(scan, 'wrong-field');
      if (group) group.members.push(address);
      else if (list) list.push(address);
      else list = [address];
    }
  }
  if (group) tolerate(scan, 'broken-group');
  if (!list) tolerate(scan, 'empty-list');
  return list;
}

/** Dovecot up to 2.3.4.1 (`MISSING_MAILBOX`, `MISSING_DOMAIN`), and others (`.MISSING-HOST-NAME.`): words for what is missing. */
function present(scan: Scan, value: string | undefined): string | undefined {
  const code = value === undefined ? 0 : value.charCodeAt(0);
  if (code !== 0x4d && code !== 0x2e) return value;
  if (value !== 'MISSING_DOMAIN' && value !== 'MISSING_MAILBOX' && value !== '.MISSING-HOST-NAME.')
    return value;
  tolerate(scan, 'wrong-field');
  return undefined;
}
