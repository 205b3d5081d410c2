import type { Mailbox, StoredMessage } from './store/mail-store.ts';
import { BadSyntax } from './syntax/cursor.ts';
import { numberSetText, rangesOf } from './syntax/number-set.ts';
import type { NumberSet } from './syntax/number-set.ts';

/** How a client wants to be told of changes. */
export interface Telling {
  /** Not while FETCH, STORE or SEARCH run: their sequence numbers would mean other messages (RFC 9051 §7.5.1). */
  readonly expunges: 'now' | 'later';
  /** RFC 7162 §3.2.10: UIDs in place of sequence numbers. */
  readonly vanished: boolean;
  readonly withUid: boolean;
  /** RFC 7162 §3.1 */
  readonly withModSeq: boolean;
}

/**
 * A mailbox as one client was told that it is: the sequence numbers are those that the client counts. Other sessions change
 * the mailbox meanwhile; {@link View.news} tells the difference at the moments that are allowed, and only then the view moves.
 */
export class View {
  readonly mailbox: Mailbox;
  readonly access: 'READ-WRITE' | 'READ-ONLY';
  /** UIDs of the last saved search result (RFC 5182). */
  saved: readonly number[] = [];
  #messages: StoredMessage[];
  /** Up to this change there is nothing to tell. */
  #told: bigint;
  /** How many keywords the client knows of; they only become more. */
  #keywords: number;

  constructor(mailbox: Mailbox, access: 'READ-WRITE' | 'READ-ONLY') {
    this.mailbox = mailbox;
    this.access = access;
    this.#messages = [...mailbox.messages];
    this.#told = mailbox.highestModSeq;
    this.#keywords = mailbox.keywords.length;
  }

  /** By sequence number less one; a message that is gone and not told stays as it was. */
  get messages(): readonly StoredMessage[] {
    return this.#messages;
  }

  /** The messages of a set, as sequence numbers less one in ascending order. Numbers that no message has are refused, UIDs left out. */
  select(set: NumberSet, by: 'number' | 'uid'): readonly number[] {
    if (set === 'saved') {
      const saved = new Set(this.saved);
      return this.#indexes((message) => saved.has(message.uid));
    }
    const count = this.#messages.length;
    if (by === 'uid') {
      const ranges = rangesOf(set, this.#messages.at(-1)?.uid ?? 0);
      let next = 0;
      return this.#indexes(({ uid }) => {
        while (uid > (ranges[next]?.[1] ?? Infinity)) next += 1;
        return uid >= (ranges[next]?.[0] ?? Infinity);
      });
    }
    const ranges = rangesOf(set, count);
    // RFC 9051 §9 seq-number: one that no message has is an error, and so is `*` where there is none.
    if (ranges.some(([from, to]) => from < 1 || to > count)) throw new BadSyntax('there is no such message');
    return ranges.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, at) => from - 1 + at));
  }

  /** Changes made for this client, which it is told of otherwise or wants not to be told of. Gives what the changes give. */
  change<Result>(indexes: readonly number[], make: () => Result): Result {
    const before = this.mailbox.highestModSeq;
    const result = make();
    for (const index of indexes) {
      const message = this.#messages[index];
      const current = message && this.mailbox.find(message.uid);
      if (current) this.#messages[index] = current;
    }
    if (this.#told === before) this.#told = this.mailbox.highestModSeq;
    return result;
  }

  /** What has changed since it was told last, as untagged responses; from now on it is told. */
  news(telling: Telling): readonly string[] {
    const lines: string[] = [...this.newKeywords()];
    if (this.mailbox.highestModSeq === this.#told) return lines;
    const gone = this.#indexes(({ uid }) => this.mailbox.find(uid) === undefined);
    const later = telling.expunges === 'later' && gone.length > 0;
    if (!later && gone.length > 0) {
      if (telling.vanished)
        lines.push(`* VANISHED ${numberSetText(gone.map((index) => this.#messages[index]?.uid ?? 0))}`);
      // From the last to the first, so that no number moves before it is told.
      else for (const index of gone.toReversed()) lines.push(`* ${index + 1} EXPUNGE`);
      this.#messages = this.#messages.filter(({ uid }) => this.mailbox.find(uid) !== undefined);
    }
    for (const [index, message] of this.#messages.entries()) {
      const current = this.mailbox.find(message.uid);
      if (!current || current === message) continue;
      this.#messages[index] = current;
      lines.push(flagsLine(index, current, telling));
    }
    const last = this.#messages.at(-1)?.uid ?? 0;
    const { messages } = this.mailbox;
    let fresh = messages.length;
    while (fresh > 0 && (messages[fresh - 1]?.uid ?? 0) > last) fresh -= 1;
    if (fresh < messages.length) {
      for (const message of messages.slice(fresh)) this.#messages.push(message);
      lines.push(`* ${this.#messages.length} EXISTS`);
    }
    if (!later) this.#told = this.mailbox.highestModSeq;
    return lines;
  }

  /** RFC 9051 §7.3.5: the flags of the mailbox, where there are more than the client was told; before a message has them. */
  newKeywords(): readonly string[] {
    const { keywords } = this.mailbox;
    if (keywords.length === this.#keywords) return [];
    this.#keywords = keywords.length;
    return flagsOf(this.mailbox, this.access);
  }

  #indexes(wanted: (message: StoredMessage) => boolean): readonly number[] {
    const found: number[] = [];
    for (const [index, message] of this.#messages.entries()) if (wanted(message)) found.push(index);
    return found;
  }
}

/** Flags that every mailbox takes (RFC 9051 §2.3.2). */
export const systemFlags: readonly string[] = ['\\Answered', '\\Flagged', '\\Deleted', '\\Seen', '\\Draft'];

/** The flags of a mailbox, and which of them are kept (RFC 9051 §7.3.5, §7.1 PERMANENTFLAGS). */
export function flagsOf({ keywords }: Mailbox, access: View['access']): readonly [string, string] {
  const flags = [...systemFlags, ...keywords].join(' ');
  return [
    `* FLAGS (${flags})`,
    access === 'READ-ONLY'
      ? '* OK [PERMANENTFLAGS ()] none are kept'
      : String.raw`* OK [PERMANENTFLAGS (${flags} \*)] these are kept`,
  ];
}

/** FETCH with the flags of a message (RFC 9051 §7.5.2). */
export function flagsLine(
  index: number,
  { uid, flags, modSeq }: StoredMessage,
  { withUid, withModSeq }: Pick<Telling, 'withUid' | 'withModSeq'>,
): string {
  const more = `${withUid ? ` UID ${uid}` : ''}${withModSeq ? ` MODSEQ (${modSeq})` : ''}`;
  return `* ${index + 1} FETCH (FLAGS (${flags.join(' ')})${more})`;
}
