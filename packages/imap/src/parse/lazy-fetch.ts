import { WireError } from '@postern/wire';
import type { BodyStructure } from './body-structure.ts';
import type { Envelope } from './envelope.ts';
import { Fetched, fetchItem } from './fetch.ts';
import type { FetchData } from './fetch.ts';
import type { Number64 } from './numbers.ts';
import {
  another,
  BRACKET,
  CLOSE,
  closes,
  codeAt,
  finish,
  OPEN,
  open,
  peek,
  release,
  Scan,
  space,
} from './scan.ts';
import { skip } from './skip.ts';
import type { ScanOptions } from './scan.ts';
import { passOrigin, sectionEnd } from './section.ts';
import type { BinarySize, Section } from './section.ts';

/**
 * What a server told about one message, held as its response's text and read where it is asked for. A value that cannot be read
 * is thrown then, as a `WireError` with `protocol-error`; what is tolerated is not told. Reading everything costs no more than
 * reading at once.
 */
class LazyFetch implements FetchData {
  readonly #text: string;
  readonly #options: ScanOptions;
  readonly #data: Fetched;
  /** Where the items begin that have been found, and by what letter, in lower case. */
  readonly #items: number[] = [];
  /** Where the next item begins; 0 = all are found. */
  #next: number;
  /** The letters whose items are in the data already. */
  #read = '';

  constructor(text: string, at: number, seq: number, options: ScanOptions) {
    this.#text = text;
    this.#options = options;
    this.#data = new Fetched(seq);
    this.#next = at;
  }

  get seq(): number {
    return this.#data.seq;
  }
  get uid(): number | undefined {
    return this.#of('u').uid;
  }
  get flags(): readonly string[] | undefined {
    return this.#of('f').flags;
  }
  get internalDate(): string | undefined {
    return this.#of('i').internalDate;
  }
  get size(): Number64 | undefined {
    return this.#of('r').size;
  }
  get envelope(): Envelope | undefined {
    return this.#of('e').envelope;
  }
  get body(): BodyStructure | undefined {
    return this.#of('b').body;
  }
  get bodyStructure(): BodyStructure | undefined {
    return this.#of('b').bodyStructure;
  }
  get modSequence(): bigint | undefined {
    return this.#of('m').modSequence;
  }
  get emailId(): string | undefined {
    return this.#of('e').emailId;
  }
  get threadId(): string | null | undefined {
    return this.#of('t').threadId;
  }
  get preview(): string | null | undefined {
    return this.#of('p').preview;
  }
  get saveDate(): string | null | undefined {
    return this.#of('s').saveDate;
  }
  get sections(): readonly Section[] | undefined {
    this.#of('r');
    return this.#of('b').sections;
  }
  get binarySizes(): readonly BinarySize[] | undefined {
    return this.#of('b').binarySizes;
  }
  get gmailMessageId(): bigint | undefined {
    return this.#of('x').gmailMessageId;
  }
  get gmailThreadId(): bigint | undefined {
    return this.#of('x').gmailThreadId;
  }
  get gmailLabels(): readonly string[] | undefined {
    return this.#of('x').gmailLabels;
  }

  /** Goes through the whole response, so that only the kind of a value can be wrong later. Throws as readers do. */
  check(): void {
    const scan = new Scan(this.#text, 0, this.#options);
    try {
      while (this.#next > 0) this.#find(scan);
      finish(scan);
    } finally {
      release(scan);
    }
  }

  /** The data, with all items that begin with a letter read. */
  #of(letter: string): Fetched {
    if (this.#read.includes(letter)) return this.#data;
    const scan = new Scan(this.#text, 0, this.#options);
    try {
      const code = letter.charCodeAt(0);
      for (let index = 0; ; index += 1) {
        if (index === this.#items.length) {
          if (this.#next === 0) break;
          this.#find(scan);
          if (index === this.#items.length) break;
        }
        const at = this.#items[index] ?? 0;
        const first = codeAt(scan, at);
        if ((first | 0x20) !== code && first !== OPEN) continue;
        scan.at = at;
        scan.depth = 1;
        // A place that was looked up further on says nothing about what is here.
        scan.backslash = -1;
        scan.cr = -1;
        fetchItem(scan, this.#data);
        // These are alone with their letter, so nothing else has to be found.
        if (letter === 'u' || letter === 'f' || letter === 'i') break;
      }
    } catch (error) {
      throw new WireError(
        {
          kind: 'peer',
          reason: 'protocol-error',
          phase: 'command',
          after: 0,
          evidence: { rule: 'RFC 9051 §7.5.2' },
        },
        { cause: error },
      );
    } finally {
      release(scan);
    }
    this.#read += letter;
    return this.#data;
  }

  /** Finds the next item and passes it. */
  #find(scan: Scan): void {
    scan.at = this.#next;
    if (this.#items.length === 0 && peek(scan) === OPEN && scan.depth === 0) {
      open(scan);
      if (closes(scan)) {
        this.#next = 0;
        return;
      }
    }
    scan.depth = 1;
    this.#items.push(scan.at);
    if (peek(scan) === OPEN) {
      skip(scan);
    } else {
      passName(scan);
      if (peek(scan) !== CLOSE) {
        space(scan);
        skip(scan);
      }
    }
    this.#next = another(scan) ? scan.at : 0;
  }
}

/** Passes the name of an item, and its section in brackets. */
function passName(scan: Scan): void {
  let { at } = scan;
  for (; ; at += 1) {
    const code = codeAt(scan, at);
    if (code <= 0x20 || code === CLOSE || code === OPEN || code === BRACKET) break;
  }
  scan.at = at;
  if (codeAt(scan, at) !== BRACKET) return;
  scan.at = sectionEnd(scan) + 1;
  passOrigin(scan);
}

/** A message whose list of items begins at `at`. Throws as readers do, where `lazy` is `checked`. */
export function lazyFetch(
  text: string,
  at: number,
  seq: number,
  options: ScanOptions & { readonly lazy: string },
): FetchData {
  const message = new LazyFetch(text, at, seq, options);
  if (options.lazy === 'checked') message.check();
  return message;
}
