import { concatBytes, createLineSplitter, latin1, sample } from '@postern/wire';
import type { LineSplitter, Reason } from '@postern/wire';
import type { Leniency } from './leniency.ts';
import { parseUntagged } from './untagged.ts';
import type { ParseOptions, Untagged } from './untagged.ts';
import { parseStatus } from './status.ts';
import type { StatusResponse } from './status.ts';
import { octets } from './tokens.ts';

/** How much of a response is read before it is too much. */
export interface ReplyLimits {
  /** All lines of one response together, literals left out. Default 1 MiB: room for every honest list of flags or names. */
  readonly maxLineBytes: number;
  /** All literals of one response together. Default 64 MiB. */
  readonly maxLiteralBytes: number;
  /**
   * All untagged responses that come while one command waits for its completion. Default 128 MiB, two of the largest literals;
   * beyond it the dialogue ends with `reply-too-long`, because somebody may be collecting them.
   */
  readonly maxDataBytes: number;
  /**
   * Each of these, before a login. Default 64 KiB: nothing but status lines and capabilities counts then (RFC 9051 §11.3),
   * and a stranger gets no memory of ours.
   */
  readonly maxEarlyBytes: number;
  /** Deepest nesting of parentheses in one response, THREAD aside: it may branch 1,000 times. Default 64: no honest structure of a message is as deep. */
  readonly maxDepth: number;
}

/** The defaults, with room for every honest server and none for an endless one. */
export const replyLimits: ReplyLimits = {
  maxLineBytes: 1024 * 1024,
  maxLiteralBytes: 64 * 1024 * 1024,
  maxDataBytes: 128 * 1024 * 1024,
  maxEarlyBytes: 64 * 1024,
  maxDepth: 64,
};

/** A literal whose octets are not in a response's text: where they would begin, and how many they are. */
export interface StreamedLiteral {
  readonly at: number;
  readonly octets: number;
}

/** What the reader found next. */
export type ReplyItem =
  /** A whole response without its last CRLF, one character per octet, literals where they stand. */
  | { readonly type: 'response'; readonly text: string; readonly streamed?: readonly StreamedLiteral[] }
  /** A large literal begins: `head` is the response up to it. Its octets follow in chunks, and are no part of the response. */
  | { readonly type: 'literal-begin'; readonly head: string; readonly octets: number }
  /** Borrowed: valid until the next call. */
  | { readonly type: 'literal-chunk'; readonly bytes: Uint8Array }
  | { readonly type: 'literal-end' }
  | { readonly type: 'fault'; readonly reason: Reason; readonly bytes: Uint8Array; readonly rule: string };

/** RFC 9051 §9: the largest number64. */
const maxNumber64 = 2n ** 63n - 1n;

/**
 * Puts responses together out of bytes in any segmentation (RFC 9051 §2.2, §4.3): a line, and where it ends in a literal's
 * marker so many octets and another line, and so on. Status responses and continuations hold no literal, whatever their
 * text ends in.
 */
export class ResponseReader {
  readonly #splitter: LineSplitter;
  readonly #limits: ReplyLimits;
  #lines: string[] = [];
  #lineBytes = 0;
  #literal: { left: number; held: Uint8Array; heldLength: number } | undefined;
  /** Octets that are left of a literal which is handed on in chunks. */
  #streaming: number | undefined;
  #streamed: StreamedLiteral[] = [];
  #literalBytes = 0;

  constructor(limits: ReplyLimits) {
    this.#limits = limits;
    this.#splitter = createLineSplitter({
      maxLineBytes: Math.max(limits.maxLineBytes, limits.maxEarlyBytes),
    });
  }

  /** Takes a chunk; everything of the chunk before must have been read. */
  push(bytes: Uint8Array): void {
    this.#splitter.push(bytes);
  }

  /**
   * The next response or fault; `undefined` when more bytes are needed. `early` = before a login. Content of a message with more octets
   * than `streamAbove` comes in chunks.
   */
  next(early: boolean, streamAbove: number = Infinity): ReplyItem | undefined {
    const { maxLineBytes, maxLiteralBytes, maxEarlyBytes } = this.#limits;
    const lineLimit = early ? maxEarlyBytes : maxLineBytes;
    for (;;) {
      if (this.#streaming !== undefined) return this.#stream(this.#streaming);
      if (this.#literal && !this.#readLiteral()) return undefined;
      const line = this.#splitter.next();
      if (!line) {
        return this.#lineBytes + this.#splitter.restBytes > lineLimit ? this.#tooLong() : undefined;
      }
      if (line.type === 'too-long' || this.#lineBytes + line.bytes.length + 2 > lineLimit)
        return this.#tooLong();
      const { bytes } = line;
      const text = latin1(bytes);
      if (text.includes('\0')) return fault('nul-in-reply', bytes, 'RFC 9051 §9');
      // RFC 9051 §2.2: lines end with CRLF. Beside literals a bare LF would leave it open what is counted.
      if (line.ending === 'lf') return fault('bare-lf', bytes, 'RFC 9051 §2.2');
      this.#lineBytes += bytes.length + 2;
      const announced = literalSize(text);
      const size =
        this.#lines.length === 0 && announced !== undefined && !mayHoldLiteral(text) ? undefined : announced;
      if (size === undefined) {
        if (this.#lines.length === 0) {
          this.#lineBytes = 0;
          return { type: 'response', text };
        }
        const whole = this.#lines.join('') + text;
        const streamed = this.#streamed;
        this.#clearResponse();
        return streamed.length > 0
          ? { type: 'response', text: whole, streamed }
          : { type: 'response', text: whole };
      }
      if (size === 'malformed') return fault('protocol-error', bytes, 'RFC 9051 §4.3');
      // Content that may be streamed is never too large, however little a response may hold.
      const streams = streamAbove < Infinity && size > Math.min(streamAbove, maxLiteralBytes);
      if (streams && size <= Number.MAX_SAFE_INTEGER && isContent(text)) {
        this.#lines = [`${this.#lines.join('')}${text}\r\n`];
        const [head = ''] = this.#lines;
        this.#streaming = size;
        this.#streamed.push({ at: head.length, octets: size });
        return { type: 'literal-begin', head, octets: size };
      }
      this.#literalBytes += size;
      if (this.#literalBytes > (early ? maxEarlyBytes : maxLiteralBytes)) {
        return fault('literal-too-large', bytes, 'RFC 9051 §4.3');
      }
      this.#lines.push(`${text}\r\n`);
      this.#literal = { left: size, held: new Uint8Array(0), heldLength: 0 };
    }
  }

  /** A copy of the first bytes of an unfinished response, for evidence. Default 512 of them. */
  rest(limit = 512): Uint8Array {
    let begun = '';
    for (const line of this.#lines) {
      if (begun.length >= limit) break;
      begun += line.slice(0, limit);
    }
    return sample(concatBytes([octets(begun), this.#splitter.rest(limit)]), limit);
  }

  /** Bytes that came behind the last response, at most 512 of them. */
  behind(): Uint8Array {
    return this.#splitter.rest();
  }

  /** Forgets everything, as after a TLS handshake. */
  clear(): void {
    this.#splitter.clear();
    this.#clearResponse();
  }

  #clearResponse(): void {
    this.#lines = [];
    this.#lineBytes = 0;
    this.#literal = undefined;
    this.#literalBytes = 0;
    this.#streaming = undefined;
    this.#streamed = [];
  }

  #stream(left: number): ReplyItem | undefined {
    if (left === 0) {
      this.#streaming = undefined;
      return { type: 'literal-end' };
    }
    const bytes = this.#splitter.take(left);
    if (bytes.length === 0) return undefined;
    this.#streaming = left - bytes.length;
    return { type: 'literal-chunk', bytes };
  }

  /** Whether the literal is whole now. */
  #readLiteral(): boolean {
    const literal = this.#literal;
    while (literal && literal.left > 0) {
      const taken = this.#splitter.take(literal.left);
      if (taken.length === 0) return false;
      literal.left -= taken.length;
      hold(literal, taken);
    }
    if (literal) this.#lines.push(latin1(literal.held.subarray(0, literal.heldLength)));
    this.#literal = undefined;
    return true;
  }

  #tooLong(): ReplyItem {
    return { type: 'fault', reason: 'line-too-long', bytes: this.rest(), rule: 'RFC 9051 §2.2' };
  }
}

/** Grows by doubling: a peer that drips single octets must not make us copy quadratically, nor one that only announces allocate. */
function hold(literal: { held: Uint8Array; heldLength: number }, bytes: Uint8Array): void {
  const needed = literal.heldLength + bytes.length;
  if (needed > literal.held.length) {
    const grown = new Uint8Array(Math.max(256, needed, literal.held.length * 2));
    grown.set(literal.held.subarray(0, literal.heldLength));
    literal.held = grown;
  }
  literal.held.set(bytes, literal.heldLength);
  literal.heldLength = needed;
}

function fault(reason: Reason, bytes: Uint8Array, rule: string): ReplyItem {
  return { type: 'fault', reason, bytes: sample(bytes), rule };
}

/** RFC 9051 §7: only untagged data holds literals; the text of a status response is free and may end in `{5}`. */
function mayHoldLiteral(text: string): boolean {
  return text.startsWith('* ') && !/^\* (?:OK|NO|BAD|PREAUTH|BYE)(?: |$)/i.test(text);
}

/**
 * The octets announced at a line's end, if any. A sign before the number, or `+` behind it (for clients only, RFC 9051 §4.3),
 * leaves it open how many octets follow.
 */
function literalSize(text: string): number | 'malformed' | undefined {
  if (text.charCodeAt(text.length - 1) !== BRACE_CLOSE) return undefined;
  const digits = text.slice(text.lastIndexOf('{') + 1, -1);
  if (!/^[-+]?\d+[-+]?$/.test(digits)) return undefined;
  if (!/^\d{1,40}$/.test(digits)) return 'malformed';
  const size = BigInt(digits);
  return size > maxNumber64 ? 'malformed' : Number(size);
}

/** RFC 9051 §7.5.2: whether the literal at the end of a line is content of a message, which may be of any size. */
function isContent(text: string): boolean {
  return /(?:\](?:<\d{1,19}>)?|RFC822(?:\.TEXT|\.HEADER)?) ~?\{\d+\}$/i.test(text.slice(-80));
}

/** One response of a server (RFC 9051 §2.2.2, §7). */
export type ImapResponse =
  | { readonly type: 'continuation'; readonly text: string }
  | { readonly type: 'tagged'; readonly tag: string; readonly response: StatusResponse }
  | {
      readonly type: 'untagged';
      readonly data: Untagged;
      /** What was wrong and is borne. */
      readonly tolerated?: readonly Leniency[];
    };

const parseDefaults: ParseOptions = { maxDepth: replyLimits.maxDepth, strict: false, lazy: 'no' };

/**
 * Reads a whole response, held as one string with a character per octet; a reason where it is none, or where it nests deeper than
 * `maxDepth` (default {@link replyLimits}). `strict` (default `false`) bears no mistake of the server.
 *
 * @example
 * ```ts run
 * import { parseResponse } from '@postern/imap';
 * const response = parseResponse('* 12 FETCH (UID 7 FLAGS (\\Seen))');
 * if (response.type === 'untagged' && response.data.type === 'fetch') console.log(response.data.message.uid); // 7
 * ```
 */
export function parseResponse(
  text: string,
  options?: Partial<ParseOptions>,
): ImapResponse | { readonly type: 'fault'; readonly reason: 'protocol-error' | 'too-deep' } {
  return readResponse(text, { ...parseDefaults, ...options });
}

/** The same where every option is given: a machine has them ready for thousands of responses. */
export function readResponse(text: string, how: ParseOptions): ReturnType<typeof parseResponse> {
  const first = text.charCodeAt(0);
  if (first === STAR && text.charCodeAt(1) === SPACE) {
    if (text.charCodeAt(2) === BRACKET) return bareCode(text.slice(2), how);
    const parsed = parseUntagged(text, how);
    if (typeof parsed === 'string') return { type: 'fault', reason: parsed };
    return parsed.tolerated
      ? { type: 'untagged', data: parsed.data, tolerated: parsed.tolerated }
      : { type: 'untagged', data: parsed.data };
  }
  // RFC 9051 §7.6: `+ text`; some servers leave out the space of an empty one.
  if (text === '+' || text.startsWith('+ ')) return { type: 'continuation', text: text.slice(2) };
  if (first === BRACKET) return bareCode(text, how);
  // RFC 9051 §9: a tag is any astring characters but `+`.
  const tag = /^[^\s(){%*"\\+\x7f]+(?= )/.exec(text)?.[0];
  const response = tag === undefined ? undefined : parseStatus(text.slice(tag.length + 1));
  if (tag === undefined || !response || response.status === 'PREAUTH' || response.status === 'BYE') {
    return { type: 'fault', reason: 'protocol-error' };
  }
  return { type: 'tagged', tag, response };
}

const STAR = 0x2a;
const SPACE = 0x20;
const BRACKET = 0x5b;
const BRACE_CLOSE = 0x7d;

/** Exchange and home.pl (MailKit #115) leave out the `OK`, or even the `*`, before a code: `[COPYUID 55 31 6]`. */
function bareCode(text: string, { strict }: ParseOptions): ReturnType<typeof parseResponse> {
  const response = strict ? undefined : parseStatus(`OK ${text}`);
  if (!response?.code?.data) return { type: 'fault', reason: 'protocol-error' };
  return { type: 'untagged', data: { type: 'status', response }, tolerated: ['missing-status'] };
}
