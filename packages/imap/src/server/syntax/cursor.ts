import { readString } from '../../parse/tokens.ts';
import { modifiedUtf7 } from './naming.ts';
import type { Naming } from './naming.ts';

/** Why a command cannot be read. Thrown by {@link Cursor} and caught where the command is answered with BAD, nowhere else. */
export class BadSyntax extends Error {
  override readonly name = 'BadSyntax';
}

/** RFC 9051 §9. Eight-bit octets are no atom; they need quotes or a literal. */
const atom = /[!#$&'+-[^-z|}~]+/y;
const astringChars = /[!#$&'+-[\]^-z|}~]+/y;
const listChars = /[!#$%&'*-[\]^-z|}~]+/y;
const flag = /\\?[!#$&'+-[^-z|}~]+/y;
const quoted = /"((?:[^"\\\r\n]|\\["\\])*)"/y;
const digits = /\d{1,19}(?!\d)/y;

/**
 * Reads the argument of a command strictly (RFC 9051 §9), from left to right, held as one latin1 string. What does not fit
 * throws {@link BadSyntax}.
 */
export class Cursor {
  readonly text: string;
  readonly #naming: Naming;
  #at = 0;

  constructor(text: string, naming: Naming = modifiedUtf7) {
    this.text = text;
    this.#naming = naming;
  }

  get atEnd(): boolean {
    return this.#at === this.text.length;
  }

  /** Whether a digit or `*` comes next: the beginning of a set of numbers. */
  get seesNumber(): boolean {
    return /[\d*]/.test(this.text[this.#at] ?? '');
  }

  /** The characters to come, without taking them. */
  sees(text: string): boolean {
    return this.text.startsWith(text, this.#at);
  }

  /** Takes the characters if they come next. */
  takes(text: string): boolean {
    const there = this.sees(text);
    if (there) this.#at += text.length;
    return there;
  }

  expect(text: string): void {
    if (!this.takes(text)) throw new BadSyntax(text === ' ' ? 'a space is missing' : `expected ${text}`);
  }

  space(): void {
    this.expect(' ');
  }

  end(): void {
    if (!this.atEnd) throw new BadSyntax('there is more than the command takes');
  }

  /** Takes what a sticky pattern matches. */
  match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.text) ?? undefined;
    if (found) this.#at = pattern.lastIndex;
    return found;
  }

  /** An atom, in upper case: all that are not strings are case-insensitive. */
  word(): string {
    return this.#one(atom, 'a word is missing').toUpperCase();
  }

  /** A word that is one of these. */
  oneOf<Word extends string>(words: readonly Word[]): Word {
    const word = this.word();
    const found = words.find((known) => known === word);
    if (found === undefined) throw new BadSyntax('a word is not known');
    return found;
  }

  flag(): string {
    return this.#one(flag, 'a flag is missing');
  }

  astring(): string {
    return this.#string() ?? this.#one(astringChars, 'a string is missing');
  }

  /** RFC 9051 §9 string: quotes or a literal. */
  string(): string {
    const read = this.#string();
    if (read === undefined) throw new BadSyntax('a string is missing');
    return read;
  }

  nstring(): string | undefined {
    return this.match(/nil(?=[ )]|$)/iy) ? undefined : this.string();
  }

  /** A mailbox name as the store has it; INBOX is case-insensitive (RFC 9051 §5.1). */
  mailbox(): string {
    const name = this.astring();
    return name.toUpperCase() === 'INBOX' ? 'INBOX' : this.#naming.read(name);
  }

  /** A pattern of LIST (RFC 9051 §9 list-mailbox). */
  pattern(): string {
    return this.#string() ?? this.#one(listChars, 'a pattern is missing');
  }

  /** A number of at most 32 bits. */
  number(): number {
    const value = Number(this.#one(digits, 'a number is missing'));
    if (value > 0xff_ff_ff_ff) throw new BadSyntax('a number is too large');
    return value;
  }

  /** A number of at most 63 bits (RFC 7162 §7 mod-sequence-valzer). */
  modSeq(): bigint {
    const value = BigInt(this.#one(digits, 'a number is missing'));
    if (value > 0x7f_ff_ff_ff_ff_ff_ff_ffn) throw new BadSyntax('a number is too large');
    return value;
  }

  /** A list in parentheses; `atLeast` of them have to be there. */
  list<Item>(item: () => Item, atLeast: 0 | 1): readonly Item[] {
    const items: Item[] = [];
    this.expect('(');
    if (this.takes(')')) {
      if (atLeast > 0) throw new BadSyntax('the list is empty');
      return items;
    }
    do items.push(item());
    while (this.takes(' '));
    this.expect(')');
    return items;
  }

  #string(): string | undefined {
    if (this.sees('"')) {
      const found = this.match(quoted);
      if (!found) throw new BadSyntax('a quoted string does not end');
      return (found[1] ?? '').replaceAll(/\\(["\\])/g, '$1');
    }
    if (!this.sees('{') && !this.sees('~{')) return undefined;
    const read = readString(this.text, this.#at);
    if (!read) throw new BadSyntax('a literal is not whole');
    this.#at = read.end;
    return read.value;
  }

  #one(pattern: RegExp, why: string): string {
    const found = this.match(pattern);
    if (!found) throw new BadSyntax(why);
    return found[0];
  }
}
