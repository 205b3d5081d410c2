import type { FetchStream } from './fetch-stream.ts';
import type { Found, FoundPart, SearchOptions, SortCriterion, Sorted, ThreadAlgorithm } from './finding.ts';
import type { Answer, CallOptions } from '../imap.ts';
import type { MailboxName } from '../mailbox-name.ts';
import type { MessageNumbers } from './message-numbers.ts';
import type { MessageSet } from '../message-set.ts';
import type { CodeData } from '../parse/code.ts';
import type { FetchData } from '../parse/fetch.ts';
import type { NumberSet } from '../parse/number-set.ts';
import type { Thread } from '../parse/search.ts';
import type { Untagged } from '../parse/untagged.ts';
import type { SearchKeys } from '../search-keys.ts';
import type { SelectedMailbox } from '../transition/selected.ts';
import type { StatusResponse } from '../parse/status.ts';
import type { Change, WatchOptions } from './watch.ts';

/**
 * Options of calls that name messages. A set of UIDs that is too long for one command is sent in several, one after the other until one is
 * refused; then some messages may be done, and the answer is negative.
 */
export interface MessageOptions extends CallOptions {
  /** Whether messages are named by UID (default: they stay what they are) or by number (RFC 9051 §2.3.1). */
  readonly by?: 'uid' | 'number';
}

/** Options of `fetch`. */
export interface FetchOptions extends MessageOptions {
  /** Only what has changed since then (RFC 7162 §3.1.4); at least 1n. */
  readonly changedSince?: bigint;
  /** With `changedSince`: also tells which are gone, as untagged data; QRESYNC has to be enabled (RFC 7162 §3.2.6). */
  readonly vanished?: boolean;
}

/** Options of `download`. */
export interface DownloadOptions extends MessageOptions {
  /** `BINARY` has the server undo the transfer encoding, where it lists BINARY (RFC 3516). Default `BODY`: as it was sent. */
  readonly item?: 'BODY' | 'BINARY';
  /**
   * Hands out the bytes that came in, in place of copies: less memory and time, but a piece is valid only until the loop goes on or
   * another call is made, and must not be kept. Default `false`.
   */
  readonly borrow?: boolean;
}

/** What `store` changes. */
export interface FlagChange {
  readonly how: 'add' | 'remove' | 'replace';
  readonly flags: readonly string[];
}

/** The same for labels of Gmail; the server has to list X-GM-EXT-1. */
export interface LabelChange {
  readonly how: 'add' | 'remove' | 'replace';
  /** As people read them; those of the system begin with a backslash: `\\Inbox`. */
  readonly labels: readonly string[];
}

/** Options of `move`. */
export interface MoveOptions extends MessageOptions {
  /**
   * What to do with the originals where the server has neither MOVE nor UIDPLUS. `mark` (default) leaves them with `\Deleted`.
   * `expunge-all` says EXPUNGE, which also removes every other message that somebody has marked.
   */
  readonly withoutUidPlus?: 'mark' | 'expunge-all';
}

/** The outcome of `move`. */
export interface Moved {
  /** Which message became which, where the server tells (RFC 4315 §3). */
  readonly copied: Copied | undefined;
  /** What became of the originals of those that were copied; `marked` = they are there, with `\Deleted`. */
  readonly originals: 'gone' | 'marked' | 'kept';
}

/** Options of `store`. */
export interface StoreOptions extends MessageOptions {
  /** Only where nothing has changed since then (RFC 7162 §3.1.3). */
  readonly unchangedSince?: bigint;
  /** Asks the server not to tell the new flags. Default `false`. */
  readonly silent?: boolean;
}

/** The outcome of `store`. */
export interface Stored {
  /** The new flags, as the server told them. */
  readonly messages: readonly FetchData[];
  /** What was not changed because it had changed before; UIDs, or numbers where those were given. */
  readonly modified: NumberSet | undefined;
}

/** Which message became which (RFC 4315 §3). */
export type Copied = Extract<CodeData, { readonly name: 'COPYUID' }>;

/**
 * The selected mailbox. It can be used until another is selected or it is closed; later calls throw a `UsageError`. Disposal leaves it
 * with UNSELECT where the server can (RFC 9051 §6.4.2), and otherwise lets it be: CLOSE would delete messages. It never rejects.
 */
export interface Mailbox extends AsyncDisposable {
  /** What is known of it now; it follows everything that the server tells. */
  readonly state: SelectedMailbox;
  /**
   * Which message has which number now, whatever comes and goes. It knows the UIDs that a FETCH told since it was first asked for, so ask
   * right after `select`; before that nothing is kept, which is cheaper.
   *
   * @example
   * ```ts
   * import type { Mailbox } from '@postern/imap';
   * declare const mailbox: Mailbox;
   * const { numbers } = mailbox;
   * await mailbox.fetch('1:*', ['UID']).all();
   * for await (const change of mailbox.watch())
   *   if (change.type === 'fetch') console.log(numbers.uidOf(change.message.seq)); // 4711
   * ```
   */
  readonly numbers: MessageNumbers;
  /** What the server told while it was selected: with `resync`, what has changed. */
  readonly changes: readonly Untagged[];
  /** The messages that were asked for while selecting it, see {@link FetchedMailbox}; absent without the option `fetch`. */
  readonly fetched: FetchStream | undefined;
  /**
   * Asks for messages and hands them out as they come; see {@link FetchStream}. `items` are the words of RFC 9051 §6.4.5:
   * `['UID', 'FLAGS', 'ENVELOPE']`, `BODY.PEEK[]`. Abort before it is sent rejects; after that it destroys the connection.
   */
  fetch(set: MessageSet, items: readonly string[], options?: FetchOptions): FetchStream;
  /**
   * The content of one message, or of a part of it, in pieces as they come, whatever its size: memory holds what was read at once and no
   * more. `section` is empty (default) for the whole message, `1.2`, `TEXT` and others of RFC 9051 §6.4.5.1. No piece at all = empty, or
   * not there: look at `reply`.
   */
  download(message: number, section?: string, options?: DownloadOptions): FetchStream<Uint8Array>;
  /**
   * Finds messages (RFC 9051 §6.4.4); keys that the server does not offer reject with a `UsageError`. Strings may be any text; a server
   * that cannot search it says NO with the code `BADCHARSET` and the charsets it knows.
   *
   * @example
   * ```ts
   * import type { Mailbox } from '@postern/imap';
   * declare const mailbox: Mailbox;
   * const unseen = await mailbox.search({ seen: false, from: 'müller' });
   * if (unseen.ok) console.log(unseen.value.count, `${unseen.value.numbers}`); // 4 1:3,9
   * const many = await mailbox.search({ larger: 1_000_000 }, { tell: ['count'] });
   * ```
   */
  search<Part extends FoundPart = FoundPart>(
    keys: SearchKeys,
    options?: SearchOptions<Part>,
  ): Promise<Answer<Pick<Found, Part | 'modSequence'>>>;
  /**
   * Finds messages and puts them in order (RFC 5256 §3), by the first criterion, among equals by the next. Rejects with a `UsageError`
   * where the server does not list SORT, and with a `WireError` (`reply-too-long`) where it names more than 8,000,000 messages in a few octets.
   *
   * @example
   * ```ts
   * import type { Mailbox } from '@postern/imap';
   * declare const mailbox: Mailbox;
   * const latest = await mailbox.sort(['reverse date', 'subject'], { seen: false });
   * if (latest.ok) console.log(latest.value.numbers); // [ 5, 3, 4, 1, 2 ]
   * ```
   */
  sort(order: readonly SortCriterion[], keys?: SearchKeys, options?: MessageOptions): Promise<Answer<Sorted>>;
  /**
   * Finds messages and puts them into threads (RFC 5256 §3). Rejects with a `UsageError` where the server does not list the algorithm,
   * `THREAD=REFERENCES` or `THREAD=ORDEREDSUBJECT`.
   *
   * @example
   * ```ts
   * import type { Mailbox } from '@postern/imap';
   * declare const mailbox: Mailbox;
   * const threads = await mailbox.thread('references');
   * if (threads.ok) for (const { numbers, branches } of threads.value) console.log(numbers, branches.length);
   * ```
   */
  thread(
    algorithm: ThreadAlgorithm,
    keys?: SearchKeys,
    options?: MessageOptions,
  ): Promise<Answer<readonly Thread[]>>;
  /** Changes flags (RFC 9051 §6.4.6). What another changed meanwhile is `modified` where `unchangedSince` is given. */
  store(set: MessageSet, change: FlagChange | LabelChange, options?: StoreOptions): Promise<Answer<Stored>>;
  /** The value is absent where the server does not tell (RFC 4315). */
  copy(
    set: MessageSet,
    to: string | MailboxName,
    options?: MessageOptions,
  ): Promise<Answer<Copied | undefined>>;
  /**
   * Moves messages, with MOVE (RFC 6851) or, where the server lacks it, in its steps: COPY, `\Deleted`, and UID EXPUNGE (RFC 4315). Without
   * UIDPLUS the originals stay, marked, unless `withoutUidPlus` says otherwise. What came of the originals is in the
   * value, or after a refusal in `partial`: a MOVE that fails may have moved some.
   *
   * @example
   * ```ts
   * import type { Mailbox } from '@postern/imap';
   * declare const mailbox: Mailbox;
   * const moved = await mailbox.move([4, 7, 8], 'Archive');
   * if (moved.ok) console.log(moved.value.originals, `${moved.value.copied?.target}`); // gone 20:22
   * ```
   */
  move(set: MessageSet, to: string | MailboxName, options?: MoveOptions): Promise<Answer<Moved>>;
  /** Removes all messages with `\Deleted`; with `uids` only those of them (RFC 4315 §2.1). */
  expunge(options?: CallOptions & { readonly uids?: MessageSet }): Promise<Answer<undefined>>;
  /**
   * Tells what happens from now on, with IDLE, for as long as the loop goes on (RFC 9051 §6.3.13). Other calls may be made meanwhile. Ends
   * when the server refuses. Throws a `UsageError` where the server does not offer it.
   */
  watch(options?: WatchOptions): AsyncGenerator<Change, StatusResponse | undefined, undefined>;
  /** Removes messages with `\Deleted` and leaves the mailbox (RFC 9051 §6.4.1). */
  close(options?: CallOptions): Promise<Answer<undefined>>;
  /** Leaves the mailbox and removes nothing (RFC 9051 §6.4.2). */
  unselect(options?: CallOptions): Promise<Answer<undefined>>;
}

/** A mailbox whose messages were asked for while it was selected: the option `fetch` of `select` and `examine`. */
export interface FetchedMailbox extends Mailbox {
  /** These messages, once. */
  readonly fetched: FetchStream;
}
