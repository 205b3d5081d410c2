import { isWireError, UsageError, unlessAborted } from '@postern/wire';
import { appendCommand, Feed } from './appending.ts';
import type { ContentLine } from './appending.ts';
import type { Argument } from '../arguments.ts';
import type { MailboxCommand } from '../commands.ts';
import { Conversation, farewells } from '../conversation.ts';
import type { Completed } from '../conversation.ts';
import type { FetchSource, FetchStream } from './fetch-stream.ts';
import type { Answer, CallOptions } from '../imap.ts';
import { KeptNumbers } from './kept-numbers.ts';
import { Listing } from './listing.ts';
import type { LoginGroup, Outcome } from '../login-group.ts';
import type { FetchedMailbox, Mailbox } from './mailbox.ts';
import { answer } from './mailbox-answer.ts';
import type { MailboxName } from '../mailbox-name.ts';
import type {
  Appended,
  AppendOptions,
  Created,
  CreateOptions,
  FetchingOptions,
  Listed,
  ListOptions,
  LsubOptions,
  NewMessage,
  SelectOptions,
  StatusItem,
  StreamedMessage,
  SubscribedName,
} from './mailbox-options.ts';
import { checkStatusItems, statusWord } from './mailbox-options.ts';
import type { Namespaces, SpecialUse } from '../parse/list.ts';
import type { MailboxStatus } from '../parse/mailbox-status.ts';
import type { Untagged } from '../parse/untagged.ts';
import type { SelectedMailbox } from '../transition/selected.ts';
import { fetchBehindSelect, SelectedCalls } from './selected-calls.ts';
import type { MailboxSource, Ran } from './selected-calls.ts';
import type { TurnOptions } from '../turns.ts';

/** The calls about mailboxes: from their names to the selection of one (RFC 9051 §6.3). */
export abstract class MailboxCalls extends Conversation implements MailboxSource, ContentLine {
  readonly #listing = new Listing(this);
  /** How often a mailbox was selected. */
  selection = 0;
  readonly kept: KeptNumbers = new KeptNumbers();

  constructor(...given: ConstructorParameters<typeof Conversation>) {
    super(...given);
    this.listen((event) => {
      this.kept.hear(event);
    });
  }

  get mailbox(): SelectedMailbox | undefined {
    return this.machine.mailbox;
  }

  get speaksUtf8(): boolean {
    return this.machine.speaksUtf8;
  }

  offers(capability: string): boolean {
    return this.capabilities.atoms.includes(capability);
  }

  /** Sends a command beside others and collects what comes. */
  async run(command: MailboxCommand, options?: TurnOptions): Promise<Ran> {
    this.refuseInLoop(command);
    return this.share(options?.signal, () => this.#ran(command, options));
  }

  /** The same with nothing beside it. */
  async runAlone(command: MailboxCommand, options?: TurnOptions): Promise<Ran> {
    this.refuseInLoop(command);
    return this.beAlone(options?.signal, () => this.#ran(command, options));
  }

  async #ran(command: MailboxCommand, options: TurnOptions | undefined): Promise<Ran> {
    options?.atTurn?.();
    const data: Untagged[] = [];
    return { completed: await this.ask(command, options?.signal, data), data };
  }

  stream<T>(
    commands: readonly [MailboxCommand, ...MailboxCommand[]],
    pick: FetchSource<T>['pick'],
    options?: TurnOptions,
  ): FetchStream<T> {
    return this.openFetch(commands, pick, options);
  }

  async namespace(options?: CallOptions): Promise<Answer<Namespaces>> {
    const { completed, data } = await this.run({ verb: 'NAMESPACE' }, options);
    const found = data.findLast((entry) => entry.type === 'namespace')?.namespaces;
    return answer(completed, found ?? { personal: undefined, otherUsers: undefined, shared: undefined });
  }

  async list(options: ListOptions & CallOptions = {}): Promise<Answer<readonly Listed[]>> {
    checkStatusItems(options.status ?? [], this.capabilities.atoms);
    return this.#listing.list(options);
  }

  async lsub(options: LsubOptions & CallOptions = {}): Promise<Answer<readonly SubscribedName[]>> {
    const { revisions } = this.capabilities;
    // RFC 9051 Appendix E: IMAP4rev2 has no LSUB.
    if (
      this.machine.enabled.includes('IMAP4REV2') ||
      (revisions.length === 1 && revisions[0] === 'IMAP4rev2')
    )
      throw new UsageError('IMAP4rev2 has no LSUB', 'RFC 9051 Appendix E', 'argument-refused');
    return this.#listing.lsub(options);
  }

  async status(
    mailbox: string | MailboxName,
    items: readonly StatusItem[],
    options?: CallOptions,
  ): Promise<Answer<MailboxStatus | undefined>> {
    checkStatusItems(items, this.capabilities.atoms);
    const words = items.map((item): Argument => ({ type: 'atom', text: statusWord(item) }));
    const { completed, data } = await this.run(
      { verb: 'STATUS', arguments: [named(mailbox), { type: 'list', items: words }] },
      options,
    );
    return answer(completed, data.findLast((entry) => entry.type === 'mailbox-status')?.status);
  }

  async create(
    mailbox: string | MailboxName,
    options: CreateOptions & CallOptions = {},
  ): Promise<Answer<Created>> {
    const { uses = [] } = options;
    if (uses.length > 0 && !this.offers('CREATE-SPECIAL-USE'))
      throw new UsageError('CREATE-SPECIAL-USE is not offered', 'RFC 6154 §3', 'argument-refused');
    const list: Argument[] = [named(mailbox)];
    if (uses.length > 0) list.push({ type: 'atom', text: `(USE (${uses.map(useWord).join(' ')}))` });
    const { completed } = await this.run({ verb: 'CREATE', arguments: list }, options);
    const data = completed.response.code?.data;
    return answer(completed, { mailboxId: data?.name === 'MAILBOXID' ? data.id : undefined });
  }

  delete(mailbox: string | MailboxName, options?: CallOptions): Promise<Answer<undefined>> {
    return this.#plain('DELETE', [named(mailbox)], options);
  }

  rename(
    from: string | MailboxName,
    to: string | MailboxName,
    options?: CallOptions,
  ): Promise<Answer<undefined>> {
    return this.#plain('RENAME', [named(from), named(to)], options);
  }

  subscribe(mailbox: string | MailboxName, options?: CallOptions): Promise<Answer<undefined>> {
    return this.#plain('SUBSCRIBE', [named(mailbox)], options);
  }

  unsubscribe(mailbox: string | MailboxName, options?: CallOptions): Promise<Answer<undefined>> {
    return this.#plain('UNSUBSCRIBE', [named(mailbox)], options);
  }

  /** RFC 5161 §3.1: resolves with what is newly on; what is not named is not. */
  async enable(capabilities: readonly string[], options?: CallOptions): Promise<Answer<readonly string[]>> {
    const words = capabilities.map((text): Argument => ({ type: 'atom', text }));
    const { completed, data } = await this.run({ verb: 'ENABLE', arguments: words }, options);
    return answer(
      completed,
      data.flatMap((entry) => (entry.type === 'enabled' ? entry.capabilities : [])),
    );
  }

  append(
    mailbox: string | MailboxName,
    message: Uint8Array | StreamedMessage,
    options: AppendOptions & CallOptions = {},
  ): Promise<Answer<Appended | undefined>> {
    return this.#append(mailbox, [{ ...options, message }], options);
  }

  async appendAll(
    mailbox: string | MailboxName,
    messages: readonly NewMessage[],
    options: CallOptions = {},
  ): Promise<Answer<Appended | undefined>> {
    if (messages.length === 0)
      throw new UsageError('there are no messages', 'RFC 3502 §6.3.11', 'argument-refused');
    if (messages.length > 1 && !this.offers('MULTIAPPEND'))
      throw new UsageError('MULTIAPPEND is not offered', 'RFC 3502 §4', 'argument-refused');
    return this.#append(mailbox, messages, options);
  }

  /** RFC 9051 §6.3.12, RFC 3502. */
  async #append(
    mailbox: string | MailboxName,
    messages: readonly NewMessage[],
    options: CallOptions,
  ): Promise<Answer<Appended | undefined>> {
    const append = appendCommand(mailbox, messages, this.capabilities, this.machine.enabled);
    const feed = new Feed(this, append);
    try {
      // A source that cannot be read at all is found out before anything is sent.
      await unlessAborted(append.sources[0]?.prime() ?? Promise.resolve(), options.signal);
      const { completed } = await this.run(append.command, options);
      if (feed.failure) throw feed.failure.error;
      const data = completed.response.code?.data;
      return answer(completed, data?.name === 'APPENDUID' ? data : undefined);
    } finally {
      feed.close();
    }
  }

  select(mailbox: string | MailboxName, options: FetchingOptions): Promise<Answer<FetchedMailbox>>;
  select(mailbox: string | MailboxName, options?: SelectOptions & CallOptions): Promise<Answer<Mailbox>>;
  select(mailbox: string | MailboxName, options: SelectOptions & CallOptions = {}): Promise<Answer<Mailbox>> {
    return this.#select('SELECT', mailbox, options);
  }

  examine(mailbox: string | MailboxName, options: FetchingOptions): Promise<Answer<FetchedMailbox>>;
  examine(mailbox: string | MailboxName, options?: SelectOptions & CallOptions): Promise<Answer<Mailbox>>;
  examine(
    mailbox: string | MailboxName,
    options: SelectOptions & CallOptions = {},
  ): Promise<Answer<Mailbox>> {
    return this.#select('EXAMINE', mailbox, options);
  }

  async #select(
    verb: 'SELECT' | 'EXAMINE',
    mailbox: string | MailboxName,
    options: SelectOptions & CallOptions,
  ): Promise<Answer<Mailbox>> {
    const list: Argument[] = [named(mailbox)];
    const { resync, fetch, signal } = options;
    if (resync && fetch)
      throw new UsageError('resync and fetch together', 'RFC 7162 §3.2.5', 'argument-refused');
    if (resync) {
      if (!this.machine.enabled.includes('QRESYNC'))
        throw new UsageError('QRESYNC is not enabled', 'RFC 7162 §3.2.5', 'argument-refused');
      const { uidValidity, modSequence } = resync;
      list.push({ type: 'atom', text: `(QRESYNC (${uidValidity} ${modSequence}))` });
    } else if (options.condstore === true) {
      list.push({ type: 'atom', text: '(CONDSTORE)' });
    }
    const name = typeof mailbox === 'string' ? mailbox : mailbox.name;
    const command: MailboxCommand = { verb, mailbox: name, arguments: list };
    const behind = fetch && fetchBehindSelect(fetch.uids, fetch.items);
    this.refuseInLoop(command);
    const data: Untagged[] = [];
    let fetched: FetchStream | undefined;
    let completion: Promise<Completed> | undefined;
    const sent = (fetching: boolean): Promise<Completed> => {
      // From here on the mailbox before is none any more, whatever the answer (RFC 9051 §6.3.2).
      this.selection += 1;
      this.kept.begin();
      completion = this.completion(command, signal, data);
      if (behind && fetching) fetched = this.followSelect(behind, completion, signal);
      return completion;
    };
    const group = this.loginGroup;
    const turn = this.beAlone(signal, async (): Promise<Outcome> => {
      if (completion) return completion;
      if (group?.refusal) return group.refusal;
      signal?.throwIfAborted();
      if (this.over) await this.refuseCall();
      // Beside another mailbox it could not be told whose messages come (RFC 9051 §7.1, CLOSED).
      const fetching = behind !== undefined && !this.mailbox;
      this.dialogue.send(command, ...(fetching ? [behind] : []));
      return sent(fetching);
    });
    group?.join({
      commands: behind ? [command, behind] : [command],
      aborted: () => signal?.aborted === true,
      sent: () => {
        const left = sent(true);
        // Whoever waits for the turn is told.
        left.catch(() => undefined);
        return left;
      },
    });
    const completed = group ? await unlessRefused(group, turn) : await turn;
    this.kept.settle();
    const selected = new SelectedCalls(this, data);
    const { response, reason } = completed;
    if (response.status === 'OK') {
      selected.fetched = fetched ?? (fetch && selected.fetch(fetch.uids, fetch.items, options));
      return { ok: true, value: selected, reply: response };
    }
    await fetched?.return();
    return { ok: false, reply: response, ...(reason ? { reason } : {}) };
  }

  async #plain(
    verb: MailboxCommand['verb'],
    list: readonly Argument[],
    options: CallOptions | undefined,
  ): Promise<Answer<undefined>> {
    const { completed } = await this.run({ verb, arguments: list }, options);
    return answer(completed, undefined);
  }
}

/**
 * What a call behind a login comes to: where the login was refused, that is its answer, whatever the server said to a command that it
 * could not take, and also where it said nothing more or closed.
 */
async function unlessRefused(group: LoginGroup, turn: Promise<Outcome>): Promise<Outcome> {
  try {
    const completed = await turn;
    return group.refusal ?? completed;
  } catch (error) {
    const gone = isWireError(error) && (error.fault.kind === 'timeout' || farewells.includes(error.code));
    if (group.refusal && gone) return group.refusal;
    throw error;
  }
}

function named(name: string | MailboxName): Argument {
  return { type: 'mailbox', name };
}

/** RFC 6154 §2: `\\Sent` for `sent`. */
function useWord(use: SpecialUse): string {
  return `\\${use.charAt(0).toUpperCase()}${use.slice(1)}`;
}
