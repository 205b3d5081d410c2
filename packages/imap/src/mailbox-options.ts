import type { MailboxName } from './mailbox-name.ts';
import type { CodeData } from './parse/code.ts';
import type { ListedMailbox } from './parse/list.ts';
import type { MailboxStatus } from './parse/mailbox-status.ts';

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

/** Options of `append`. */
export interface AppendOptions {
  readonly flags?: readonly string[];
  /** Such as `17-Jul-1996 02:44:25 -0700`. Default: the server's time now. */
  readonly internalDate?: string;
  /** The message may hold NUL; the server has to list BINARY (RFC 3516 §4.4). Default `false`. */
  readonly binary?: boolean;
}

/** Options of `select` and `examine`. */
export interface SelectOptions {
  /** Asks for mod-sequences from now on (RFC 7162 §3.1.8). Default `false`. */
  readonly condstore?: boolean;
  /** What is known of the mailbox: the server tells what has changed since (RFC 7162 §3.2.5). QRESYNC has to be enabled. */
  readonly resync?: { readonly uidValidity: number; readonly modSequence: bigint };
}
