import { UsageError } from '@postern/wire';
import type { CallOptions } from '../imap.ts';
import type { MailboxName } from '../mailbox-name.ts';
import type { MessageSet } from '../message-set.ts';
import type { CodeData } from '../parse/code.ts';
import type { ListedMailbox, SpecialUse } from '../parse/list.ts';
import type { MailboxStatus } from '../parse/mailbox-status.ts';

/** What STATUS can tell (RFC 9051 §6.3.11 and extensions). */
export type StatusItem =
  | 'messages'
  | 'recent'
  | 'uidNext'
  | 'uidValidity'
  | 'unseen'
  | 'deleted'
  | 'size'
  | 'highestModSequence'
  | 'appendLimit'
  | 'mailboxId';

/** What has to be listed before an item may be asked for, any of them; others every server knows. */
const needed: Readonly<Partial<Record<StatusItem, readonly string[]>>> = {
  size: ['STATUS=SIZE', 'IMAP4REV2'], // RFC 8438 §3
  deleted: ['IMAP4REV2', 'QUOTA=RES-MESSAGE'], // RFC 9208 §4.1.4
  appendLimit: ['APPENDLIMIT'], // RFC 7889 §3
  mailboxId: ['OBJECTID'], // RFC 8474 §4.3
};

/** Throws a `UsageError` for an item that the server would not understand. */
export function checkStatusItems(items: readonly StatusItem[], offered: readonly string[]): void {
  for (const item of items) {
    const any = needed[item];
    // APPENDLIMIT comes with or without a number.
    if (any && !any.some((name) => offered.some((atom) => atom === name || atom.startsWith(`${name}=`))))
      throw new UsageError(`${any.join(' or ')} is not offered`, 'RFC 9051 §6.3.11', 'argument-refused');
  }
}

/** The item's word on the wire. */
export function statusWord(item: StatusItem): string {
  return item === 'highestModSequence' ? 'HIGHESTMODSEQ' : item.toUpperCase();
}

/** A mailbox of a list, with its status where it was asked for and the server gave one. */
export interface Listed extends ListedMailbox {
  readonly status: MailboxStatus | undefined;
}

/** Options of `list`. */
export interface ListOptions {
  /** What the patterns begin with. Default: nothing. */
  readonly reference?: string;
  /** Names with `*` for anything and `%` for anything up to a delimiter (RFC 9051 §6.3.9). Default: `*`. */
  readonly patterns?: readonly string[];
  /**
   * Only these mailboxes (RFC 5258 §3.1). Without LIST-EXTENDED, LSUB and the attributes of LIST tell which are subscribed and which
   * have a special use; the rest is a `UsageError` then. Default: all.
   */
  readonly only?: readonly ('SUBSCRIBED' | 'REMOTE' | 'RECURSIVEMATCH' | 'SPECIAL-USE')[];
  /** Status with each mailbox, in the same turn, where the server can (RFC 5819). Default: none. */
  readonly status?: readonly StatusItem[];
}

/** Options of `create`. */
export interface CreateOptions {
  /** What the mailbox is for; the server has to list CREATE-SPECIAL-USE, and may say NO with the code `USEATTR` (RFC 6154 §3). Default: nothing. */
  readonly uses?: readonly SpecialUse[];
}

/** The outcome of `create`. */
export interface Created {
  /** What the mailbox is called for good, whatever its name, where the server tells (RFC 8474 §4.1). */
  readonly mailboxId: string | undefined;
}

/** Options of `lsub`. */
export interface LsubOptions {
  /** What the pattern begins with. Default: nothing. */
  readonly reference?: string;
  /** With `*` for anything and `%` for anything up to a delimiter. Default: `*`. */
  readonly pattern?: string;
}

/** A name that LSUB tells. */
export interface SubscribedName extends MailboxName {
  /** What separates the levels of the name; `null` = there are none. */
  readonly delimiter: string | null;
  /** `below` = only names below it are subscribed; LSUB says `\Noselect` then, whatever LIST says (RFC 3501 §6.3.9). */
  readonly subscribed: 'itself' | 'below';
}

/** Where an appended message is now (RFC 4315 §3). */
export type Appended = Extract<CodeData, { readonly name: 'APPENDUID' }>;

/**
 * Octets that come in pieces: a file, say, of which only the size is known before. Pieces may be cut anywhere, are read one at a time, as
 * fast as the server takes them, and are handed over for good: do not reuse their memory. A Node stream is such a source.
 */
export interface StreamedMessage {
  /** How many octets there will be; APPEND announces them, so they must be exactly as many (RFC 9051 §4.3). */
  readonly octets: number;
  readonly pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

/** One message of `appendAll`. */
export interface NewMessage extends AppendOptions {
  readonly message: Uint8Array | StreamedMessage;
}

/** Options of `append`. */
export interface AppendOptions {
  readonly flags?: readonly string[];
  /** Such as `17-Jul-1996 02:44:25 -0700`. Default: the server's time now. */
  readonly internalDate?: string;
  /**
   * `utf-8` = the header holds UTF-8 (RFC 6855 §4); `enable(['UTF8=ACCEPT'])` has to have been agreed to, else it is a `UsageError`.
   * Default `ascii`.
   */
  readonly header?: 'ascii' | 'utf-8';
  /** The message may hold NUL; the server has to list BINARY (RFC 3516 §4.4). Default `false`. */
  readonly binary?: boolean;
}

/** Options of `select` and `examine`. */
export interface SelectOptions {
  /** Asks for mod-sequences from now on (RFC 7162 §3.1.8). Default `false`. */
  readonly condstore?: boolean;
  /** What is known of the mailbox: the server tells what has changed since (RFC 7162 §3.2.5). QRESYNC has to be enabled. */
  readonly resync?: { readonly uidValidity: number; readonly modSequence: bigint };
  /**
   * Asks for messages by UID in the same round trip, where no mailbox is selected yet; else right after. They come from
   * `fetched` of the mailbox, which has to be taken or left before the connection is read any further. Not with `resync`. Default: nothing.
   */
  readonly fetch?: { readonly uids: MessageSet; readonly items: readonly string[] };
}

/** The same where messages are asked for. */
export type FetchingOptions = CallOptions & SelectOptions & Required<Pick<SelectOptions, 'fetch'>>;
