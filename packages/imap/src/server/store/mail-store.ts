/** A message in a mailbox. Never changed in place: with other flags it is another object. */
export interface StoredMessage {
  /** Ascending, and never used twice while UIDVALIDITY stays (RFC 9051 §2.3.1.1). */
  readonly uid: number;
  /** The message with CRLF line ends. */
  readonly content: Uint8Array;
  /** `\Seen` and the like, and keywords. */
  readonly flags: readonly string[];
  /** As IMAP writes it: `17-Jul-1996 02:44:25 -0700` (RFC 9051 §2.3.3). */
  readonly internalDate: string;
  /** Which change of the mailbox made it what it is (RFC 7162 §3.1). */
  readonly modSeq: bigint;
  /** What its octets are called, in every mailbox that has a copy of it (RFC 8474 §5.1). */
  readonly emailId: string;
}

/** A message before a mailbox has it. */
export interface NewMessage {
  readonly content: Uint8Array;
  /** Default: none. */
  readonly flags?: readonly string[];
  /** Default: the store's time. */
  readonly internalDate?: string;
  /** For a copy: that of the message. Default: a new one. */
  readonly emailId?: string;
}

/** What is known of a message before its octets have come. */
export interface MessageHead extends Omit<NewMessage, 'content' | 'emailId'> {
  /** How many octets will come. */
  readonly octets: number;
}

/** Messages on their way into a mailbox, all or none of them (RFC 3502). Nobody sees any before `commit`. */
export interface IncomingMessages {
  /** The next message begins, and the one before it is whole. Says why it is not wanted before an octet of it is asked for. */
  begin(head: MessageHead): StoreRefusal | undefined;
  /**
   * The next octets of it, never more than its head announced. They are lent: a store that keeps them copies them before it returns. No more
   * are read from the client before that, so what a client sends is never held anywhere but here.
   */
  write(octets: Uint8Array): void;
  /** Adds them to the mailbox and gives their UIDs, or says why not and forgets them. The last of the calls. */
  commit(): readonly number[] | StoreRefusal;
  /** Forgets them. The last of the calls. */
  abandon(): void;
}

/** A mailbox that outlives the sessions that open it. */
export interface Mailbox {
  /** In modified UTF-7 (RFC 3501 §5.1.3); IMAP4rev2 is told it in UTF-8. Levels are parted by `/`. */
  readonly name: string;
  /** What the mailbox is called for good, whatever its name (RFC 8474 §4). */
  readonly mailboxId: string;
  readonly uidValidity: number;
  readonly uidNext: number;
  /** The last change (RFC 7162 §3.1.2.1); at least 1. */
  readonly highestModSeq: bigint;
  /** What it is for: `\Sent` and the like (RFC 6154 §2). */
  readonly use: readonly string[];
  /** Keywords that a message of it has or had. */
  readonly keywords: readonly string[];
  /** In the order of their UIDs. */
  readonly messages: readonly StoredMessage[];
  /** The message of a UID, if it is there. */
  find(uid: number): StoredMessage | undefined;
  /** Adds messages, all or none, and gives their UIDs, or says why not. */
  append(messages: readonly NewMessage[]): readonly number[] | StoreRefusal;
  /** Gets ready for messages that a client sends, piece by piece. One of `commit` and `abandon` always follows. */
  receive(): IncomingMessages;
  /** Replaces the flags of one message, or says why not; of one that is gone nothing. */
  setFlags(uid: number, flags: readonly string[]): StoreRefusal | undefined;
  /** Removes messages for good. */
  expunge(uids: readonly number[]): void;
  /** UIDs removed after this change, in ascending order; more than these where that is not known any more (RFC 7162 §3.2.5.1). */
  expungedSince(modSeq: bigint): readonly number[];
}

/** Why a store does not do something: a response code (RFC 5530 §3, RFC 9051 §7.1) and words for people. */
export interface StoreRefusal {
  readonly code: 'ALREADYEXISTS' | 'CANNOT' | 'HASCHILDREN' | 'LIMIT' | 'NONEXISTENT' | 'OVERQUOTA';
  readonly text: string;
}

/** The mailboxes of one account. Every session that is given the same store sees what the others change. */
export interface MailStore {
  /** In the order of their names, INBOX first. */
  readonly mailboxes: readonly Mailbox[];
  /** Names that were subscribed, also of mailboxes that are gone (RFC 9051 §6.3.7). */
  readonly subscriptions: ReadonlySet<string>;
  /** The mailbox of a name, written as {@link Mailbox.name} is. */
  find(name: string): Mailbox | undefined;
  /** Makes a mailbox, and those above it that are missing. */
  create(name: string, use?: readonly string[]): StoreRefusal | undefined;
  /** Removes a mailbox and its messages; its subscription stays (RFC 9051 §6.3.5). */
  delete(name: string): StoreRefusal | undefined;
  /** Renames it and those below it; INBOX stays, and its messages go (RFC 9051 §6.3.6). */
  rename(from: string, to: string): StoreRefusal | undefined;
  /** Subscribes a name, of a mailbox or not (RFC 9051 §6.3.7). */
  subscribe(name: string): StoreRefusal | undefined;
  /** Takes a subscription back; without one nothing happens (RFC 9051 §6.3.8). */
  unsubscribe(name: string): void;
  /** Calls the listener after every change of a mailbox, until what it gives back is called. */
  watch(listener: () => void): () => void;
}

/** Whether a store refused. */
export function isRefusal(answer: readonly number[] | StoreRefusal | undefined): answer is StoreRefusal {
  return answer !== undefined && 'code' in answer;
}
