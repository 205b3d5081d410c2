import type {
  IncomingMessages,
  Mailbox,
  MessageHead,
  NewMessage,
  StoredMessage,
  StoreRefusal,
} from './mail-store.ts';

/** How many expunged UIDs a mailbox remembers, for clients that come back (RFC 7162 §5). */
const maxRemembered = 10_000;

/** How many keywords a mailbox can have: each stays. */
const maxKeywords = 200;

/** What a mailbox shares with its store. */
export interface Household {
  /** Room for so many octets more; what is not there is refused. */
  readonly reserve: (octets: number) => boolean;
  readonly changed: () => void;
  readonly internalDate: () => string;
  /** One that no message of the store has. */
  readonly emailId: () => string;
}

const noRoom: StoreRefusal = { code: 'OVERQUOTA', text: 'there is no room' };

/** Messages on their way: each has its room from the beginning, and its octets go to where they stay. */
class Incoming implements IncomingMessages {
  readonly #household: Household;
  readonly #add: (messages: readonly NewMessage[]) => readonly number[] | StoreRefusal;
  readonly #messages: NewMessage[] = [];
  #octets = 0;
  #filled = 0;

  constructor(
    household: Household,
    add: (messages: readonly NewMessage[]) => readonly number[] | StoreRefusal,
  ) {
    this.#household = household;
    this.#add = add;
  }

  begin({ octets, ...rest }: MessageHead): StoreRefusal | undefined {
    if (!this.#household.reserve(octets)) return noRoom;
    this.#octets += octets;
    this.#filled = 0;
    this.#messages.push({ content: new Uint8Array(octets), ...rest });
    return undefined;
  }

  write(octets: Uint8Array): void {
    this.#messages.at(-1)?.content.set(octets, this.#filled);
    this.#filled += octets.length;
  }

  commit(): readonly number[] | StoreRefusal {
    const uids = this.#add(this.#messages);
    if ('code' in uids) this.abandon();
    return uids;
  }

  abandon(): void {
    this.#household.reserve(-this.#octets);
    this.#messages.length = 0;
    this.#octets = 0;
  }
}

/** A mailbox in memory. */
export class MemoryMailbox implements Mailbox {
  name: string;
  use: readonly string[];
  readonly uidValidity: number;
  readonly mailboxId: string;
  uidNext = 1;
  highestModSeq = 1n;
  readonly #household: Household;
  readonly #keywords = new Map<string, string>();
  #byUid = new Map<number, StoredMessage>();
  /** Made anew when asked for after a change. */
  #messages: readonly StoredMessage[] | undefined;
  #expunged: { readonly uid: number; readonly modSeq: bigint }[] = [];
  /** Up to this change expunged UIDs are forgotten. */
  #forgotten = 0n;

  constructor(name: string, uidValidity: number, use: readonly string[], household: Household) {
    this.name = name;
    this.uidValidity = uidValidity;
    // Of the numbers that a store gives its mailboxes none comes twice.
    this.mailboxId = `F${uidValidity}`;
    this.use = use;
    this.#household = household;
  }

  get messages(): readonly StoredMessage[] {
    // UIDs ascend, and a map keeps the order of insertion, also of what is replaced.
    this.#messages ??= [...this.#byUid.values()];
    return this.#messages;
  }

  get keywords(): readonly string[] {
    return [...this.#keywords.values()];
  }

  find(uid: number): StoredMessage | undefined {
    return this.#byUid.get(uid);
  }

  append(messages: readonly NewMessage[]): readonly number[] | StoreRefusal {
    const octets = messages.reduce((sum, { content }) => sum + content.length, 0);
    if (!this.#household.reserve(octets)) return noRoom;
    const uids = this.#add(messages);
    if ('code' in uids) this.#household.reserve(-octets);
    return uids;
  }

  receive(): IncomingMessages {
    return new Incoming(this.#household, (messages) => this.#add(messages));
  }

  /** Adds messages for which there is room already. */
  #add(messages: readonly NewMessage[]): readonly number[] | StoreRefusal {
    if (this.uidNext + messages.length > 0xff_ff_ff_ff)
      return { code: 'LIMIT', text: 'there are no UIDs left' };
    const refusal = this.#learn(messages.flatMap(({ flags = [] }) => flags));
    if (refusal) return refusal;
    const uids = messages.map((message) => {
      const { content, flags = [], internalDate = this.#household.internalDate() } = message;
      const { emailId = this.#household.emailId() } = message;
      const uid = this.uidNext;
      this.uidNext += 1;
      this.highestModSeq += 1n;
      this.#byUid.set(uid, { uid, content, flags, internalDate, modSeq: this.highestModSeq, emailId });
      return uid;
    });
    this.#change();
    return uids;
  }

  setFlags(uid: number, flags: readonly string[]): StoreRefusal | undefined {
    const message = this.#byUid.get(uid);
    if (!message) return undefined;
    const refusal = this.#learn(flags);
    if (refusal) return refusal;
    this.highestModSeq += 1n;
    this.#byUid.set(uid, { ...message, flags, modSeq: this.highestModSeq });
    this.#change();
    return undefined;
  }

  expunge(uids: readonly number[]): void {
    const gone = uids.filter((uid) => this.#byUid.has(uid));
    if (gone.length === 0) return;
    this.highestModSeq += 1n;
    for (const uid of gone) {
      this.#household.reserve(-(this.#byUid.get(uid)?.content.length ?? 0));
      this.#byUid.delete(uid);
      this.#expunged.push({ uid, modSeq: this.highestModSeq });
    }
    if (this.#expunged.length > 2 * maxRemembered) {
      const dropped = this.#expunged.splice(0, this.#expunged.length - maxRemembered);
      this.#forgotten = dropped.at(-1)?.modSeq ?? this.#forgotten;
    }
    this.#change();
  }

  expungedSince(modSeq: bigint): readonly number[] {
    if (modSeq >= this.#forgotten)
      return this.#expunged
        .filter((entry) => entry.modSeq > modSeq)
        .map(({ uid }) => uid)
        .toSorted((left, right) => left - right);
    return Array.from({ length: this.uidNext - 1 }, (_, index) => index + 1).filter(
      (uid) => !this.#byUid.has(uid),
    );
  }

  /** Takes note of keywords, if there are not too many. */
  #learn(flags: readonly string[]): StoreRefusal | undefined {
    const fresh = flags.filter((flag) => !flag.startsWith('\\') && !this.#keywords.has(flag.toLowerCase()));
    if (this.#keywords.size + fresh.length > maxKeywords)
      return { code: 'LIMIT', text: 'there are too many keywords' };
    for (const flag of fresh) this.#keywords.set(flag.toLowerCase(), flag);
    return undefined;
  }

  #change(): void {
    this.#messages = undefined;
    this.#household.changed();
  }
}
