import { UsageError } from '@postern/wire';
import type { Milliseconds } from '@postern/wire';
import type { Argument } from '../arguments.ts';
import type { MailboxCommand } from '../commands.ts';
import type { Completed } from '../conversation.ts';
import { pickContent, pickMessages } from './fetch-stream.ts';
import type { FetchSource, FetchStream } from './fetch-stream.ts';
import { found, searchCommand, sortCommand, sorted, threadCommand, threaded } from './finding.ts';
import type { Found, SearchOptions, SortCriterion, Sorted, ThreadAlgorithm } from './finding.ts';
import type { Answer, CallOptions } from '../imap.ts';
import type {
  Copied,
  DownloadOptions,
  FetchOptions,
  FlagChange,
  LabelChange,
  Mailbox,
  MessageOptions,
  Moved,
  MoveOptions,
  Stored,
  StoreOptions,
} from './mailbox.ts';
import type { MailboxName } from '../mailbox-name.ts';
import { answer } from './mailbox-answer.ts';
import type { KeptNumbers } from './kept-numbers.ts';
import type { MessageNumbers } from './message-numbers.ts';
import { setArgument, setArguments } from '../message-set.ts';
import type { MessageSet } from '../message-set.ts';
import { NumberSet } from '../parse/number-set.ts';
import type { Thread } from '../parse/search.ts';
import type { Untagged } from '../parse/untagged.ts';
import { namesNumbers } from '../search-keys.ts';
import type { SearchKeys } from '../search-keys.ts';
import type { SelectedMailbox } from '../transition/selected.ts';
import type { StatusResponse } from '../parse/status.ts';
import type { TurnOptions } from '../turns.ts';
import { copyAll, moveAll, sayEach } from './transfer.ts';
import type { TransferSource } from './transfer.ts';
import { watch } from './watch.ts';
import type { Change, WatchOptions, WatchSource } from './watch.ts';

/** The dialogue that a mailbox belongs to. */
export interface MailboxSource extends Pick<WatchSource, 'listen' | 'maxDataBytes'> {
  idle(signal: AbortSignal, renewAfter: Milliseconds, options?: TurnOptions): ReturnType<WatchSource['idle']>;
  readonly mailbox: SelectedMailbox | undefined;
  /** Changes with every selection. */
  readonly selection: number;
  readonly kept: KeptNumbers;
  offers(capability: string): boolean;
  /** Whether strings and names are UTF-8 on both sides. */
  readonly speaksUtf8: boolean;
  run(command: MailboxCommand, options?: TurnOptions): Promise<Ran>;
  runAlone(command: MailboxCommand, options?: TurnOptions): Promise<Ran>;
  stream<T>(
    commands: readonly [MailboxCommand, ...MailboxCommand[]],
    pick: FetchSource<T>['pick'],
    options?: TurnOptions,
  ): FetchStream<T>;
}

/** What came of a command. */
export interface Ran {
  readonly completed: Completed;
  readonly data: readonly Untagged[];
}

const atom = (text: string): Argument => ({ type: 'atom', text });

/** {@link Mailbox} over a dialogue. */
export class SelectedCalls implements Mailbox, TransferSource {
  readonly changes: readonly Untagged[];
  fetched: FetchStream | undefined = undefined;
  readonly #source: MailboxSource;
  readonly #selection: number;
  readonly #numbers: MessageNumbers;

  constructor(source: MailboxSource, changes: readonly Untagged[]) {
    this.#source = source;
    this.#selection = source.selection;
    this.#numbers = source.kept.numbers;
    this.changes = changes.filter(({ type }) => type === 'fetch' || type === 'vanished');
  }

  get state(): SelectedMailbox {
    const { mailbox, selection } = this.#source;
    if (!mailbox || selection !== this.#selection)
      throw new UsageError('the mailbox is not selected any more', 'RFC 9051 §6.3.2');
    return mailbox;
  }

  get numbers(): MessageNumbers {
    void this.state;
    this.#source.kept.learn();
    return this.#numbers;
  }

  fetch(set: MessageSet, items: readonly string[], options: FetchOptions = {}): FetchStream {
    const rest: Argument[] = [itemList(items)];
    const { changedSince, vanished } = options;
    if (changedSince !== undefined) {
      this.#needsModSequences();
      if (changedSince < 1n)
        throw new UsageError('changedSince begins at 1', 'RFC 7162 §3.1.4', 'argument-refused');
      rest.push(atom(`(CHANGEDSINCE ${changedSince}${vanished === true ? ' VANISHED' : ''})`));
    }
    const [first, ...more] = setArguments(set, options.by);
    const command = (part: Argument): MailboxCommand => this.#command('FETCH', options, [part, ...rest]);
    return this.#source.stream([command(first), ...more.map(command)], pickMessages, this.#turn(options));
  }

  download(message: number, section = '', options: DownloadOptions = {}): FetchStream<Uint8Array> {
    const { item = 'BODY', borrow = false } = options;
    if (!/^(?:[1-9]\d*(?:\.[1-9]\d*)*(?:\.(?:MIME|HEADER|TEXT))?|HEADER|TEXT|)$/i.test(section))
      throw new UsageError('no part of a message', 'RFC 9051 §6.4.5.1', 'argument-refused');
    const list = [setArgument(message), { type: 'list', items: [atom(`${item}.PEEK[${section}]`)] } as const];
    return this.#source.stream(
      [{ ...this.#command('FETCH', options, list), streamAbove: 65_536, streamBorrowed: borrow }],
      pickContent,
      this.#turn(options),
    );
  }

  async search(keys: SearchKeys, options: SearchOptions = {}): Promise<Answer<Found>> {
    const list = searchCommand(this.#source, keys, options);
    const command = { ...this.#command('SEARCH', options, list), numbers: namesNumbers(keys) };
    return found(await this.#source.run(command, this.#turn(options)));
  }

  async sort(
    order: readonly SortCriterion[],
    keys: SearchKeys = {},
    options: MessageOptions = {},
  ): Promise<Answer<Sorted>> {
    const list = sortCommand(this.#source, order, keys);
    const command = { ...this.#command('SORT', options, list), numbers: namesNumbers(keys) };
    return sorted(await this.#source.run(command, this.#turn(options)));
  }

  async thread(
    algorithm: ThreadAlgorithm,
    keys: SearchKeys = {},
    options: MessageOptions = {},
  ): Promise<Answer<readonly Thread[]>> {
    const list = threadCommand(this.#source, algorithm, keys);
    const command = { ...this.#command('THREAD', options, list), numbers: namesNumbers(keys) };
    return threaded(await this.#source.run(command, this.#turn(options)));
  }

  async store(
    set: MessageSet,
    change: FlagChange | LabelChange,
    options: StoreOptions = {},
  ): Promise<Answer<Stored>> {
    const sign = { add: '+', remove: '-', replace: '' }[change.how];
    const list: Argument[] = [];
    if (options.unchangedSince !== undefined) {
      this.#needsModSequences();
      list.push(atom(`(UNCHANGEDSINCE ${options.unchangedSince})`));
    }
    const silent = options.silent === true ? '.SILENT' : '';
    if ('labels' in change) {
      if (!this.#source.offers('X-GM-EXT-1'))
        throw new UsageError('X-GM-EXT-1 is not offered', 'X-GM-EXT-1', 'argument-refused');
      list.push(atom(`${sign}X-GM-LABELS${silent}`), { type: 'list', items: change.labels.map(label) });
    } else list.push(atom(`${sign}FLAGS${silent}`), { type: 'list', items: change.flags.map(flag) });
    const { all, last } = await sayEach(this, 'STORE', setArguments(set, options.by), list, options);
    const codes = all.map(({ completed }) => completed.response.code?.data);
    const modified = codes.flatMap((code) => (code?.name === 'MODIFIED' ? code.numbers.ranges : []));
    return answer(last.completed, {
      messages: all.flatMap(({ data }) =>
        data.flatMap((entry) => (entry.type === 'fetch' ? [entry.message] : [])),
      ),
      modified: modified.length > 0 ? new NumberSet(modified) : undefined,
    });
  }

  async copy(
    set: MessageSet,
    to: string | MailboxName,
    options: MessageOptions = {},
  ): Promise<Answer<Copied | undefined>> {
    return copyAll(this, setArguments(set, options.by), to, options);
  }

  async move(set: MessageSet, to: string | MailboxName, options: MoveOptions = {}): Promise<Answer<Moved>> {
    return moveAll(this, setArguments(set, options.by), to, options);
  }

  async expunge(options: CallOptions & { readonly uids?: MessageSet } = {}): Promise<Answer<undefined>> {
    const { uids } = options;
    if (uids === undefined)
      return answer((await this.say('EXPUNGE', [], { ...options, by: 'number' })).completed, undefined);
    if (!this.offers('UIDPLUS') && !this.offers('IMAP4REV2'))
      throw new UsageError('UIDPLUS is not offered', 'RFC 4315 §2.1', 'argument-refused');
    const { last } = await sayEach(this, 'EXPUNGE', setArguments(uids), [], options);
    return answer(last.completed, undefined);
  }

  watch(options?: WatchOptions): AsyncGenerator<Change, StatusResponse | undefined, undefined> {
    void this.state;
    if (!this.#source.offers('IDLE') && !this.#source.offers('IMAP4REV2'))
      throw new UsageError('IDLE is not offered', 'RFC 9051 §6.3.13', 'argument-refused');
    const source = this.#source;
    return watch(
      {
        maxDataBytes: source.maxDataBytes,
        // What is told of another mailbox is none of ours.
        listen: (hear) =>
          source.listen((event) => {
            if (source.selection === this.#selection) hear(event);
          }),
        idle: (signal, renewAfter) => source.idle(signal, renewAfter, this.#turn(undefined)),
      },
      options,
    );
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
    if (!mailbox || selection !== this.#selection || !this.#canUnselect) return;
    // A courtesy: what broke has been told to the calls that it broke, and must not be covered up by this.
    await this.#leave('UNSELECT', undefined).catch(() => undefined);
  }

  get #canUnselect(): boolean {
    return this.#source.offers('UNSELECT') || this.#source.offers('IMAP4REV2');
  }

  async #leave(verb: 'CLOSE' | 'UNSELECT', options: CallOptions | undefined): Promise<Answer<undefined>> {
    const { completed } = await this.#source.runAlone(
      this.#command(verb, { by: 'number' }, []),
      this.#turn(options),
    );
    return answer(completed, undefined);
  }

  offers(capability: string): boolean {
    return this.#source.offers(capability);
  }

  say(verb: MailboxCommand['verb'], list: readonly Argument[], options: MessageOptions): Promise<Ran> {
    return this.#source.run(this.#command(verb, options, list), this.#turn(options));
  }

  /** Another mailbox may be selected until the turn comes; there these UIDs and numbers are of other messages. */
  #turn(options: CallOptions | undefined): TurnOptions {
    return {
      ...options,
      atTurn: () => {
        void this.state;
      },
    };
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

/** UID FETCH for right behind a SELECT. */
export function fetchBehindSelect(uids: MessageSet, items: readonly string[]): MailboxCommand {
  return { verb: 'FETCH', uid: true, behindSelect: true, arguments: [setArgument(uids), itemList(items)] };
}

function itemList(items: readonly string[]): Argument {
  return { type: 'list', items: items.map(fetchItem) };
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

/** A label of Gmail: those of the system look like flags, the rest is written like names of mailboxes. */
function label(text: string): Argument {
  return /^\\[A-Za-z]+$/.test(text) ? atom(text) : { type: 'mailbox', name: text };
}
