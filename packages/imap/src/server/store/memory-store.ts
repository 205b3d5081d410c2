import { utf8 } from '@postern/wire';
import { dateTimeText } from '../syntax/date-time.ts';
import type { MailStore, NewMessage, StoreRefusal } from './mail-store.ts';
import { MemoryMailbox } from './memory-mailbox.ts';
import type { Household } from './memory-mailbox.ts';

/** What a store in memory begins with. */
export interface MemoryMailStoreOptions {
  /** The messages of each mailbox by its name; a text is a message without flags. INBOX is always there. Default: INBOX, empty. */
  readonly mailboxes?: Readonly<Record<string, readonly (string | NewMessage)[]>>;
  /** What mailboxes are for, by their names: `\Sent` and the like (RFC 6154 §2). Default: nothing. */
  readonly uses?: Readonly<Record<string, readonly string[]>>;
  /** The time in milliseconds since 1970, for messages that come without. Default: always 0. */
  readonly wallClock?: () => number;
  /** Room for messages, in octets. Default 256 MiB: memory is what it is made of. */
  readonly maxOctets?: number;
  /** How many mailboxes, and how many subscriptions. Default 1,000. */
  readonly maxMailboxes?: number;
}

/**
 * Makes a store in memory: the mailboxes of one account.
 *
 * @example
 * ```ts run
 * import { memoryMailStore } from '@postern/imap/server';
 * const store = memoryMailStore({ mailboxes: { INBOX: ['Subject: hi\r\n\r\nhello\r\n'], Sent: [] } });
 * console.log(store.find('INBOX')?.messages.length); // 1
 * ```
 */
export function memoryMailStore(options: MemoryMailStoreOptions = {}): MailStore {
  return new MemoryMailStore(options);
}

/** Longest name of a mailbox in octets, and how many levels it may have. */
const maxName = 500;
const maxLevels = 20;

class MemoryMailStore implements MailStore {
  readonly #mailboxes = new Map<string, MemoryMailbox>();
  readonly #subscriptions = new Set<string>();
  readonly #listeners = new Set<() => void>();
  readonly #household: Household;
  readonly #max: number;
  #octets: number;
  #uidValidity = 1;
  #emails = 0;

  constructor(options: MemoryMailStoreOptions) {
    const { mailboxes = {}, uses = {}, wallClock = () => 0, maxOctets = 256 * 1024 * 1024 } = options;
    this.#max = options.maxMailboxes ?? 1000;
    this.#octets = maxOctets;
    this.#household = {
      reserve: (octets) => {
        if (octets > this.#octets) return false;
        this.#octets -= octets;
        return true;
      },
      changed: () => {
        for (const listener of this.#listeners) listener();
      },
      internalDate: () => dateTimeText(wallClock()),
      emailId: () => {
        this.#emails += 1;
        return `M${this.#emails}`;
      },
    };
    this.#add('INBOX', uses['INBOX'] ?? []);
    for (const name of Object.keys({ ...mailboxes, ...uses })) {
      if (!this.#mailboxes.has(name)) this.create(name, uses[name]);
      const messages = (mailboxes[name] ?? []).map((message) =>
        typeof message === 'string' ? { content: utf8(message) } : message,
      );
      if (messages.length > 0) this.find(name)?.append(messages);
    }
  }

  get mailboxes(): readonly MemoryMailbox[] {
    const [inbox, ...others] = this.#mailboxes.values();
    return inbox ? [inbox, ...others.toSorted(({ name: a }, { name: b }) => (a < b ? -1 : 1))] : [];
  }

  get subscriptions(): ReadonlySet<string> {
    return this.#subscriptions;
  }

  find(name: string): MemoryMailbox | undefined {
    return this.#mailboxes.get(name);
  }

  create(name: string, use: readonly string[] = []): StoreRefusal | undefined {
    // RFC 9051 §6.3.4: a delimiter at the end only says that there will be more below.
    const wanted = name.endsWith('/') ? name.slice(0, -1) : name;
    const refusal = this.#refuses(wanted);
    if (refusal) return refusal;
    const levels = wanted.split('/');
    for (let depth = 1; depth < levels.length; depth += 1) {
      const above = levels.slice(0, depth).join('/');
      if (!this.#mailboxes.has(above)) this.#add(above, []);
    }
    this.#add(wanted, use);
    return undefined;
  }

  delete(name: string): StoreRefusal | undefined {
    const mailbox = this.#mailboxes.get(name);
    if (!mailbox) return noMailbox;
    // RFC 9051 §6.3.5
    if (name === 'INBOX') return { code: 'CANNOT', text: 'INBOX stays' };
    if (this.#below(name).length > 0) return { code: 'HASCHILDREN', text: 'there are mailboxes below it' };
    this.#mailboxes.delete(name);
    // Whoever has it open sees it become empty.
    mailbox.expunge(mailbox.messages.map(({ uid }) => uid));
    return undefined;
  }

  rename(from: string, to: string): StoreRefusal | undefined {
    const mailbox = this.#mailboxes.get(from);
    if (!mailbox) return noMailbox;
    if (to.startsWith(`${from}/`)) return { code: 'CANNOT', text: 'a mailbox cannot be below itself' };
    const below = from === 'INBOX' ? [] : this.#below(from);
    const tooLong = below.map((child) => this.#refuses(to + child.name.slice(from.length))).find(Boolean);
    const refusal = tooLong ?? this.create(to);
    if (refusal) return refusal;
    if (from === 'INBOX') {
      const moved = mailbox.messages;
      mailbox.expunge(moved.map(({ uid }) => uid));
      this.#mailboxes.get(to)?.append(moved);
      return undefined;
    }
    for (const each of [mailbox, ...below]) {
      this.#mailboxes.delete(each.name);
      each.name = to + each.name.slice(from.length);
      this.#mailboxes.set(each.name, each);
    }
    return undefined;
  }

  subscribe(name: string): StoreRefusal | undefined {
    if (this.#subscriptions.size >= this.#max)
      return { code: 'LIMIT', text: 'there are too many subscriptions' };
    this.#subscriptions.add(name);
    return undefined;
  }

  unsubscribe(name: string): void {
    this.#subscriptions.delete(name);
  }

  watch(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #refuses(name: string): StoreRefusal | undefined {
    if (this.#mailboxes.has(name)) return { code: 'ALREADYEXISTS', text: 'there is such a mailbox' };
    const levels = name.split('/');
    // Control characters would let one name look like another.
    // oxlint-disable-next-line no-control-regex
    const wrong = levels.includes('') || /[\u0000-\u001f\u007f%*]/.test(name);
    if (wrong || name.length > maxName || levels.length > maxLevels)
      return { code: 'CANNOT', text: 'a mailbox cannot have this name' };
    if (this.#mailboxes.size + levels.length > this.#max)
      return { code: 'LIMIT', text: 'there are too many mailboxes' };
    return undefined;
  }

  #below(name: string): readonly MemoryMailbox[] {
    return this.mailboxes.filter((other) => other.name.startsWith(`${name}/`));
  }

  #add(name: string, use: readonly string[]): void {
    // A name that comes again has another number: what clients remember of it is void (RFC 9051 §2.3.1.1).
    this.#mailboxes.set(name, new MemoryMailbox(name, this.#uidValidity, use, this.#household));
    this.#uidValidity += 1;
  }
}

const noMailbox: StoreRefusal = { code: 'NONEXISTENT', text: 'no such mailbox' };
