import { UsageError } from '@postern/wire';
import type { Argument } from './arguments.ts';
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
  /** Only these mailboxes (RFC 5258 §3.1). Default: all. */
  readonly only?: readonly ('SUBSCRIBED' | 'REMOTE' | 'RECURSIVEMATCH' | 'SPECIAL-USE')[];
  /** Status with each mailbox, in the same turn, where the server can (RFC 5819). Default: none. */
  readonly status?: readonly StatusItem[];
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

const atom = (text: string): Argument => ({ type: 'atom', text });

/**
 * The arguments of LIST, as rich as the server understands. Dovecot returns only what RETURN names, so everything useful is named.
 * Throws a `UsageError` for what RFC 5258 §3.1 forbids, and for what the server cannot do.
 */
export function listArguments(
  options: ListOptions,
  offers: (capability: string) => boolean,
): readonly Argument[] {
  const { reference = '', patterns = ['*'], only = [], status = [] } = options;
  if (only.includes('RECURSIVEMATCH') && only.every((word) => word === 'RECURSIVEMATCH' || word === 'REMOTE'))
    throw new UsageError('RECURSIVEMATCH needs something to match', 'RFC 5258 §3.1', 'argument-refused');
  const extended = offers('LIST-EXTENDED') || offers('IMAP4REV2');
  const list: Argument[] = [];
  if (only.length > 0 && extended) list.push({ type: 'list', items: only.map(atom) });
  list.push({ type: 'mailbox', name: reference });
  const names = patterns.map((name): Argument => ({ type: 'mailbox', name }));
  const [first] = names;
  if (names.length === 1 && first) list.push(first);
  else if (extended) list.push({ type: 'list', items: names });
  else throw new UsageError('several patterns need LIST-EXTENDED', 'RFC 5258 §3', 'argument-refused');
  const returned: Argument[] = extended ? [atom('CHILDREN'), atom('SUBSCRIBED')] : [];
  if (offers('SPECIAL-USE')) returned.push(atom('SPECIAL-USE'));
  if (status.length > 0 && (offers('LIST-STATUS') || offers('IMAP4REV2')))
    returned.push(atom('STATUS'), { type: 'list', items: status.map((item) => atom(statusWord(item))) });
  if (returned.length > 0) list.push(atom('RETURN'), { type: 'list', items: returned });
  return list;
}
