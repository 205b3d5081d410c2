import { UsageError } from '@postern/wire';
import type { Argument } from './arguments.ts';
import type { MailboxCommand } from './commands.ts';
import type { Completed } from './conversation.ts';
import { pickContent, pickMessages } from './fetch-stream.ts';
import type { FetchSource, FetchStream } from './fetch-stream.ts';
import type { Answer, CallOptions } from './imap.ts';
import type { MailboxName } from './mailbox-name.ts';
import { answer } from './mailbox-answer.ts';
import { setArgument } from './message-set.ts';
import type { MessageSet } from './message-set.ts';
import type { CodeData } from './parse/code.ts';
import type { FetchData } from './parse/fetch.ts';
import { NumberSet, setOf } from './parse/number-set.ts';
import type { Untagged } from './parse/untagged.ts';
import { searchArguments } from './search-keys.ts';
import type { SearchKeys } from './search-keys.ts';
import type { SelectedMailbox } from './selected.ts';
import type { StatusResponse } from './status.ts';
import { watch } from './watch.ts';
import type { Change, WatchOptions, WatchSource } from './watch.ts';

/** Options of calls that name messages. */
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

/** The outcome of `search`. */
export interface Found {
  /** UIDs, or numbers where those were asked for. */
  readonly numbers: NumberSet;
  readonly count: number;
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly modSequence: bigint | undefined;
}

/**
 * The selected mailbox. It can be used until another is selected or it is closed; later calls throw a `UsageError`. Disposal leaves it
 * with UNSELECT where the server can (RFC 9051 §6.4.2), and otherwise lets it be: CLOSE would delete messages.
 */
export interface Mailbox extends AsyncDisposable {
  /** What is known of it now; it follows everything that the server tells. */
  readonly state: SelectedMailbox;
  /** What the server told while it was selected: with `resync`, what has changed. */
  readonly changes: readonly Untagged[];
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
  search(keys: SearchKeys, options?: MessageOptions): Promise<Answer<Found>>;
  store(set: MessageSet, change: FlagChange, options?: StoreOptions): Promise<Answer<Stored>>;
  /** The value is absent where the server does not tell (RFC 4315). */
  copy(
    set: MessageSet,
    to: string | MailboxName,
    options?: MessageOptions,
  ): Promise<Answer<Copied | undefined>>;
  /** MOVE (RFC 6851). Where the server lacks it this throws a `UsageError`: copying and deleting is a choice of the caller. */
  move(
    set: MessageSet,
    to: string | MailboxName,
    options?: MessageOptions,
  ): Promise<Answer<Copied | undefined>>;
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

/** The dialogue that a mailbox belongs to. */
export interface MailboxSource extends WatchSource {
  readonly mailbox: SelectedMailbox | undefined;
  /** Changes with every selection. */
  readonly selection: number;
  offers(capability: string): boolean;
  run(command: MailboxCommand, options?: CallOptions): Promise<Ran>;
  runAlone(command: MailboxCommand, options?: CallOptions): Promise<Ran>;
  stream<T>(command: MailboxCommand, pick: FetchSource<T>['pick'], options?: CallOptions): FetchStream<T>;
}

/** What came of a command. */
export interface Ran {
  readonly completed: Completed;
  readonly data: readonly Untagged[];
}

const atom = (text: string): Argument => ({ type: 'atom', text });

/** {@link Mailbox} over a dialogue. */
export class SelectedCalls implements Mailbox {
  readonly changes: readonly Untagged[];
  readonly #source: MailboxSource;
  readonly #selection: number;

  constructor(source: MailboxSource, changes: readonly Untagged[]) {
    this.#source = source;
    this.#selection = source.selection;
    this.changes = changes.filter(({ type }) => type === 'fetch' || type === 'vanished');
  }

  get state(): SelectedMailbox {
    const { mailbox, selection } = this.#source;
    if (!mailbox || selection !== this.#selection)
      throw new UsageError('the mailbox is not selected any more', 'RFC 9051 §6.3.2');
    return mailbox;
  }

  fetch(set: MessageSet, items: readonly string[], options: FetchOptions = {}): FetchStream {
    const list = [setArgument(set), { type: 'list', items: items.map(fetchItem) } as const];
    const { changedSince, vanished } = options;
    if (changedSince !== undefined) {
      this.#needsModSequences();
      if (changedSince < 1n)
        throw new UsageError('changedSince begins at 1', 'RFC 7162 §3.1.4', 'argument-refused');
      return this.#source.stream(
        this.#command('FETCH', options, [
          ...list,
          atom(`(CHANGEDSINCE ${changedSince}${vanished === true ? ' VANISHED' : ''})`),
        ]),
        pickMessages,
        options,
      );
    }
    return this.#source.stream(this.#command('FETCH', options, list), pickMessages, options);
  }

  download(message: number, section = '', options: DownloadOptions = {}): FetchStream<Uint8Array> {
    const { item = 'BODY', borrow = false } = options;
    if (!/^(?:[1-9]\d*(?:\.[1-9]\d*)*(?:\.(?:MIME|HEADER|TEXT))?|HEADER|TEXT|)$/i.test(section))
      throw new UsageError('no part of a message', 'RFC 9051 §6.4.5.1', 'argument-refused');
    const list = [setArgument(message), { type: 'list', items: [atom(`${item}.PEEK[${section}]`)] } as const];
    return this.#source.stream(
      { ...this.#command('FETCH', options, list), streamAbove: 65_536, streamBorrowed: borrow },
      pickContent,
      options,
    );
  }

  async search(keys: SearchKeys, options: MessageOptions = {}): Promise<Answer<Found>> {
    const list = searchArguments(keys, (name) => this.#source.offers(name));
    const extended = this.#source.offers('ESEARCH') || this.#source.offers('IMAP4REV2');
    const command = this.#command('SEARCH', options, [
      ...(extended ? [atom('RETURN'), atom('(MIN MAX COUNT ALL)')] : []),
      ...list,
    ]);
    const { completed, data } = await this.#source.run(command, options);
    return answer(completed, found(data, completed.tag));
  }

  async store(set: MessageSet, change: FlagChange, options: StoreOptions = {}): Promise<Answer<Stored>> {
    const sign = { add: '+', remove: '-', replace: '' }[change.how];
    const list: Argument[] = [setArgument(set)];
    if (options.unchangedSince !== undefined) {
      this.#needsModSequences();
      list.push(atom(`(UNCHANGEDSINCE ${options.unchangedSince})`));
    }
    list.push(atom(`${sign}FLAGS${options.silent === true ? '.SILENT' : ''}`), {
      type: 'list',
      items: change.flags.map(flag),
    });
    const { completed, data } = await this.#source.run(this.#command('STORE', options, list), options);
    const code = completed.response.code?.data;
    return answer(completed, {
      messages: data.flatMap((entry) => (entry.type === 'fetch' ? [entry.message] : [])),
      modified: code?.name === 'MODIFIED' ? code.numbers : undefined,
    });
  }

  copy(
    set: MessageSet,
    to: string | MailboxName,
    options: MessageOptions = {},
  ): Promise<Answer<Copied | undefined>> {
    return this.#transfer('COPY', set, to, options);
  }

  async move(
    set: MessageSet,
    to: string | MailboxName,
    options: MessageOptions = {},
  ): Promise<Answer<Copied | undefined>> {
    if (!this.#source.offers('MOVE') && !this.#source.offers('IMAP4REV2'))
      throw new UsageError('MOVE is not offered', 'RFC 6851 §3.1', 'argument-refused');
    return this.#transfer('MOVE', set, to, options);
  }

  async expunge(options: CallOptions & { readonly uids?: MessageSet } = {}): Promise<Answer<undefined>> {
    const { uids } = options;
    if (uids !== undefined && !this.#source.offers('UIDPLUS') && !this.#source.offers('IMAP4REV2'))
      throw new UsageError('UIDPLUS is not offered', 'RFC 4315 §2.1', 'argument-refused');
    const command =
      uids === undefined
        ? this.#command('EXPUNGE', { by: 'number' }, [])
        : this.#command('EXPUNGE', { by: 'uid' }, [setArgument(uids)]);
    return answer((await this.#source.run(command, options)).completed, undefined);
  }

  watch(options?: WatchOptions): AsyncGenerator<Change, StatusResponse | undefined, undefined> {
    void this.state;
    if (!this.#source.offers('IDLE') && !this.#source.offers('IMAP4REV2'))
      throw new UsageError('IDLE is not offered', 'RFC 9051 §6.3.13', 'argument-refused');
    return watch(this.#source, options);
  }

  close(options?: CallOptions): Promise<Answer<undefined>> {
    return this.#leave('CLOSE', options);
  }

  async unselect(options?: CallOptions): Promise<Answer<undefined>> {
    if (!this.#canUnselect)
      throw new UsageError('UNSELECT is not offered', 'RFC 3691 §2', 'argument-refused');
    return this.#leave('UNSELECT', options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { mailbox, selection } = this.#source;
    if (mailbox && selection === this.#selection && this.#canUnselect)
      await this.#leave('UNSELECT', undefined);
  }

  get #canUnselect(): boolean {
    return this.#source.offers('UNSELECT') || this.#source.offers('IMAP4REV2');
  }

  async #leave(verb: 'CLOSE' | 'UNSELECT', options: CallOptions | undefined): Promise<Answer<undefined>> {
    const { completed } = await this.#source.runAlone(this.#command(verb, { by: 'number' }, []), options);
    return answer(completed, undefined);
  }

  async #transfer(
    verb: 'COPY' | 'MOVE',
    set: MessageSet,
    to: string | MailboxName,
    options: MessageOptions,
  ): Promise<Answer<Copied | undefined>> {
    const list: Argument[] = [setArgument(set), { type: 'mailbox', name: to }];
    const { completed, data } = await this.#source.run(this.#command(verb, options, list), options);
    // RFC 6851 §4.3: MOVE tells it before the messages go; Gmail with the completion.
    const codes = [
      ...data.flatMap((entry) => (entry.type === 'status' ? [entry.response.code?.data] : [])),
      completed.response.code?.data,
    ];
    return answer(
      completed,
      codes.findLast((code) => code?.name === 'COPYUID'),
    );
  }

  #command(
    verb: MailboxCommand['verb'],
    { by = 'uid' }: { readonly by?: 'uid' | 'number' },
    list: readonly Argument[],
  ): MailboxCommand {
    // Throws where another mailbox is selected meanwhile.
    void this.state;
    return { verb, uid: by === 'uid', arguments: list };
  }

  /** RFC 7162 §3.1.2.2. */
  #needsModSequences(): void {
    if (this.state.modSequences === 'not-kept')
      throw new UsageError('the mailbox keeps no mod-sequences', 'RFC 7162 §3.1.2.2', 'argument-refused');
  }
}

/** RFC 9051 §6.4.5: what is asked for. Macros are not used, and RFC822 belongs to IMAP4rev1. */
function fetchItem(item: string): Argument {
  if (/^(?:ALL|FAST|FULL|RFC822(?:\.HEADER|\.TEXT)?)$/i.test(item))
    throw new UsageError(
      `${item} is not asked for: name the items, BODY.PEEK[] for content`,
      'RFC 9051 §6.4.5',
      'argument-refused',
    );
  return atom(item);
}

/** RFC 9051 §9, flag. `\Recent` is the server's alone. */
function flag(text: string): Argument {
  if (!/^\\?[^\s(){%*"\\\]]+$/.test(text) || /^\\recent$/i.test(text))
    throw new UsageError('no flag that can be stored', 'RFC 9051 §2.3.2', 'argument-refused');
  return atom(text);
}

/** Either form of result, whichever the server chose (RFC 9051 §6.4.4, §7.3.4). */
function found(data: readonly Untagged[], tag: string): Found {
  const extended = data.findLast(
    (entry) =>
      entry.type === 'extended-search' && (entry.result.tag === undefined || entry.result.tag === tag),
  );
  if (extended?.type === 'extended-search') {
    const { all = new NumberSet([]), count = all.size, min, max, modSequence } = extended.result;
    return { numbers: all, count, min, max, modSequence };
  }
  const plain = data.findLast((entry) => entry.type === 'search');
  const numbers = setOf(plain?.type === 'search' ? plain.result.numbers : []);
  const modSequence = plain?.type === 'search' ? plain.result.modSequence : undefined;
  const { ranges } = numbers;
  return { numbers, count: numbers.size, min: ranges[0]?.from, max: ranges.at(-1)?.to, modSequence };
}
