import { UsageError, utf8 } from '@postern/wire';
import { encodeMailboxName } from './mailbox-name.ts';
import type { MailboxName } from './mailbox-name.ts';

/** An argument of a command (RFC 9051 §9). It is written so that no value can begin another command. */
export type Argument =
  /** Written as it stands: words, numbers, sets, items of FETCH. Printable ASCII without quotes and braces. */
  | { readonly type: 'atom'; readonly text: string }
  /** Any text without NUL: quoted where that is possible, else a literal. */
  | { readonly type: 'string'; readonly text: string }
  /** A mailbox: a name for people, which is encoded, or one as a server gave it, which goes back unchanged. */
  | { readonly type: 'mailbox'; readonly name: string | MailboxName }
  /** Octets. `binary` = they may hold NUL (literal8, RFC 3516). */
  | { readonly type: 'literal'; readonly bytes: Uint8Array; readonly binary?: boolean }
  /** A message for APPEND: octets, or how many of them CONTENT will bring. */
  | {
      readonly type: 'message';
      readonly content: Uint8Array | { readonly octets: number };
      /** `binary` = it may hold NUL (RFC 3516 §4.4); `utf8` = so is its header (RFC 6855 §4). */
      readonly form: 'plain' | 'binary' | 'utf8';
      /** Whether the server takes any message of this size, as far as is known; else a large one waits for leave (RFC 7889 §4). */
      readonly sizeKnown: boolean;
    }
  | { readonly type: 'list'; readonly items: readonly Argument[] };

/** What the server understands, as far as arguments depend on it. */
export interface ArgumentContext {
  /** Which literals need no leave: all, those of up to 4096 octets, or none (RFC 7888). */
  readonly literals: 'any' | 'small' | 'none';
  /** Whether strings and names are UTF-8 now (IMAP4rev2 or UTF8=ACCEPT was enabled). */
  readonly utf8: boolean;
}

/** RFC 7888 §5. */
const smallLiteral = 4096;

/** As much of a command as can be written at once. */
interface LinePart {
  /** What it waits for: the `+` of the server (RFC 9051 §4.3), or the content that the part before it announced. */
  readonly after: 'start' | 'leave' | 'content';
  readonly bytes: Uint8Array[];
  /** How many octets of content come behind it. */
  content?: number;
}

/** Puts words and arguments together; a new part begins where something has to come first. */
export class CommandLine {
  readonly parts: LinePart[] = [{ after: 'start', bytes: [] }];
  /** The longest line, literals left out. */
  longest = 0;
  #line = '';
  readonly #context: ArgumentContext;

  constructor(context: ArgumentContext, start: string) {
    this.#context = context;
    this.#line = start;
  }

  add(argument: Argument): void {
    this.#line += ' ';
    this.#value(argument);
  }

  /** The parts, with the line end. */
  end(): readonly Readonly<LinePart>[] {
    this.#line += '\r\n';
    this.#flush();
    return this.parts;
  }

  #value(argument: Argument): void {
    switch (argument.type) {
      case 'atom':
        if (!/^[\x20-\x7e]+$/.test(argument.text) || /["{}]|^ | $/.test(argument.text))
          throw refused('an atom holds something else than printable ASCII', 'RFC 9051 §9');
        this.#line += argument.text;
        return;
      case 'string':
        this.#text(argument.text);
        return;
      case 'mailbox':
        this.#mailbox(argument.name);
        return;
      case 'literal':
        this.#literal(argument.bytes, argument.binary === true);
        return;
      case 'message':
        this.#message(argument);
        return;
      case 'list':
        this.#line += '(';
        argument.items.forEach((item, index) => {
          if (index > 0) this.#line += ' ';
          this.#value(item);
        });
        this.#line += ')';
    }
  }

  #mailbox(name: string | MailboxName): void {
    if (typeof name !== 'string') {
      // RFC 9051 §5.1: a name goes back as it came, whatever it is.
      if (name.octets) this.#literal(name.octets, false);
      else this.#text(name.wire);
      return;
    }
    // RFC 9051 §5.1, RFC 6855 §3: no control characters in names that we write.
    if (/[\p{Cc}\u2028\u2029]/u.test(name))
      throw refused('the name holds control characters', 'RFC 9051 §5.1');
    this.#text(this.#context.utf8 ? name : encodeMailboxName(name));
  }

  #text(text: string): void {
    if (text.includes('\0')) throw refused('a string holds NUL', 'RFC 9051 §9');
    if (!text.isWellFormed()) throw refused('a string holds half a character', 'RFC 9051 §9');
    // Always quoted, so that no value is taken for NIL.
    const plain = !/[\r\n]/.test(text) && (this.#context.utf8 || !/[^\p{ASCII}]/u.test(text));
    if (plain && text.length <= 1024) this.#line += `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
    else this.#literal(utf8(text), false);
  }

  #message({ content, form, sizeKnown }: Extract<Argument, { readonly type: 'message' }>): void {
    if (form === 'utf8') this.#line += 'UTF8 (';
    this.#literal(content, form !== 'plain', sizeKnown);
    if (form === 'utf8') this.#line += ')';
  }

  #literal(content: Uint8Array | { readonly octets: number }, binary: boolean, sizeKnown = true): void {
    const bytes = content instanceof Uint8Array ? content : undefined;
    const octets = content instanceof Uint8Array ? content.length : content.octets;
    if (!binary && bytes?.includes(0)) throw refused('a literal holds NUL', 'RFC 9051 §4.3');
    if (!Number.isSafeInteger(octets) || octets < 0)
      throw refused('that is no number of octets', 'RFC 9051 §4.3');
    const { literals } = this.#context;
    const small = octets <= smallLiteral;
    const free = literals === 'any' ? sizeKnown || small : literals === 'small' && small;
    this.#line += `${binary ? '~' : ''}{${octets}${free ? '+' : ''}}\r\n`;
    this.#flush();
    if (!free) this.parts.push({ after: 'leave', bytes: [] });
    const part = this.parts.at(-1);
    if (bytes) part?.bytes.push(bytes);
    else if (part) {
      part.content = octets;
      this.parts.push({ after: 'content', bytes: [] });
    }
  }

  #flush(): void {
    this.longest = Math.max(this.longest, this.#line.length);
    this.parts.at(-1)?.bytes.push(utf8(this.#line));
    this.#line = '';
  }
}

function refused(why: string, rule: string): UsageError {
  return new UsageError(why, rule, 'argument-refused');
}
