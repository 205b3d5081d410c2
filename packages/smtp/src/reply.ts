import { concatBytes, createLineSplitter, peerText, sample, utf8 } from '@postern/wire';
import type { Line, LineSplitter, Reason } from '@postern/wire';
import { parseEnhanced } from './enhanced.ts';
import type { SmtpDiagnostic } from './events.ts';

/** A reply of a server (RFC 5321 §4.2). Decide by `code` only, never by the text: the text is for people. */
export interface Reply {
  /** Three digits, 200 to 599. */
  readonly code: number;
  /** The enhanced status code, such as `5.1.1` (RFC 3463); the basic code wins where the two disagree. */
  readonly enhanced: string | undefined;
  /** `true` where the enhanced code came although ENHANCEDSTATUSCODES was not offered, so it may be mere text. */
  readonly unadvertised?: true;
  /** The text line by line, codes taken off. UTF-8 where valid, else one character per octet. Print it escaped. */
  readonly lines: readonly string[];
}

/** What a reply means by the first digit of its code, which is all an unknown code tells (RFC 5321 §4.3.2). */
export type ReplyClass = 'positive' | 'continue' | 'transient' | 'permanent';

const classes: Readonly<Record<number, ReplyClass>> = {
  2: 'positive',
  3: 'continue',
  4: 'transient',
  5: 'permanent',
};

/**
 * The class of a reply: `positive` 2xx, `continue` 3xx, `transient` 4xx, `permanent` 5xx.
 *
 * @example
 * ```ts run
 * import { replyClass } from '@postern/smtp';
 * console.log(replyClass({ code: 477, enhanced: undefined, lines: [''] })); // transient
 * ```
 */
export function replyClass(reply: Reply): ReplyClass {
  return classes[Math.floor(reply.code / 100)] ?? 'permanent';
}

/** The reply as text for a report: `550 5.1.1 no such user`, one line per line. The peer's words: print them escaped. */
export function replyText(reply: Reply): string {
  const enhanced = reply.enhanced === undefined ? '' : `${reply.enhanced} `;
  return reply.lines.map((line) => `${reply.code} ${enhanced}${line}`.trimEnd()).join('\n');
}

/** Limits of the reader, in octets and lines. */
export interface ReplyLimits {
  /** Longest line with its end. Default 4096: RFC 5321 §4.5.3.1.5 says 512, and servers exceed it. */
  readonly maxLineBytes: number;
  /** Longest 334 line with its end: a SASL challenge may have 12288 octets of base64 (RFC 4954 §4). */
  readonly maxChallengeBytes: number;
  /** All lines of one reply together. */
  readonly maxReplyBytes: number;
  /** Lines of one reply. */
  readonly maxReplyLines: number;
}

/** The defaults, with room for every honest server and none for an endless one. */
export const replyLimits: ReplyLimits = {
  maxLineBytes: 4096,
  maxChallengeBytes: 12288 + '334 \r\n'.length,
  maxReplyBytes: 65536,
  maxReplyLines: 512,
};

/** What the reader found next. */
export type ReplyItem =
  | { readonly type: 'reply'; readonly code: number; readonly lines: readonly string[] }
  | { readonly type: 'diagnostic'; readonly reason: SmtpDiagnostic; readonly bytes: Uint8Array }
  | { readonly type: 'fault'; readonly reason: Reason; readonly bytes: Uint8Array; readonly reply?: string };

const none: readonly ReplyItem[] = [];

const ZERO = 48;
const HYPHEN = 45;
const SPACE = 32;

/**
 * Reads replies out of a byte stream in any segmentation (RFC 5321 §4.2.1), with bounded memory. After a `fault` nothing
 * more can be read. Enhanced codes are left in the lines: whether they count depends on what was asked.
 */
export class ReplyReader {
  readonly #splitter: LineSplitter;
  readonly #limits: ReplyLimits;
  readonly #strict: boolean;
  /** What any line may have. */
  readonly #least: number;
  #code = 0;
  #lines: string[] = [];
  #bytes = 0;
  /** Diagnostics of the reply being read, each reason once, so that a peer cannot flood with them. */
  #noted: readonly ReplyItem[] = none;
  #ready: ReplyItem[] = [];

  constructor(limits: ReplyLimits = replyLimits, options?: { readonly strict?: boolean }) {
    this.#limits = limits;
    this.#least = Math.min(limits.maxLineBytes, limits.maxChallengeBytes);
    this.#strict = options?.strict ?? false;
    this.#splitter = createLineSplitter({
      maxLineBytes: Math.max(limits.maxLineBytes, limits.maxChallengeBytes),
    });
  }

  /** Takes a chunk, which is borrowed until every item of it has been taken. */
  push(chunk: Uint8Array): void {
    this.#splitter.push(chunk);
  }

  /** A reply that has begun and is not complete, at most 512 octets of it; `undefined` where there is none. */
  get unfinished(): Uint8Array | undefined {
    if (this.#lines.length === 0 && !this.hasRest) return undefined;
    const before = this.#lines.slice(0, 8).map((text) => utf8(`${this.#code}-${text}\r\n`));
    return sample(concatBytes([...before, this.rest]));
  }

  /** Octets behind the last complete line, for evidence. */
  get rest(): Uint8Array {
    return this.#splitter.rest();
  }

  /** Whether octets are left behind the last complete line. */
  get hasRest(): boolean {
    return this.#splitter.restBytes > 0;
  }

  /** Forgets everything, as after a TLS handshake (RFC 3207 §4.2). */
  clear(): void {
    this.#splitter.clear();
    this.#forgetReply();
    this.#ready = [];
  }

  /** The next item, or `undefined` when more bytes are needed. A reply follows its own diagnostics. */
  next(): ReplyItem | undefined {
    for (;;) {
      if (this.#ready.length > 0) return this.#ready.shift();
      const line = this.#splitter.next();
      if (!line) {
        if (this.#splitter.restBytes <= this.#least) return undefined;
        return this.#splitter.restBytes > this.#limitFor(this.#splitter.rest(3))
          ? { type: 'fault', reason: 'line-too-long', bytes: this.rest }
          : undefined;
      }
      if (line.type === 'too-long') return { type: 'fault', reason: 'line-too-long', bytes: line.bytes };
      const item = this.#line(line);
      if (item) return item;
    }
  }

  #line(line: Line): ReplyItem | undefined {
    const { bytes } = line;
    const length = bytes.length + (line.ending === 'crlf' ? 2 : 1);
    if (length > this.#limitFor(bytes)) return this.#fault('line-too-long', bytes);
    if (line.ending === 'lf') {
      // RFC 5321 §2.3.8: only CRLF ends a line. Many small servers send a bare LF, so it is tolerated in replies.
      if (this.#strict) return this.#fault('bare-lf', bytes);
      this.#note('bare-lf', bytes);
    }
    if (bytes.includes(0)) this.#note('nul-in-reply', bytes);

    const code = codeOf(bytes);
    const separator = bytes[3];
    const last = separator === undefined || separator === SPACE;
    if (code === undefined || !(last || separator === HYPHEN)) return this.#fault('protocol-error', bytes);
    // RFC 5321 §4.2.1: all lines of a reply carry the same code.
    if (this.#lines.length > 0 && code !== this.#code) return this.#fault('protocol-error', bytes);
    // RFC 5321 §4.2 has second digits 0 to 5; another one changes nothing about the first, which decides.
    if (Math.floor(code / 10) % 10 > 5) this.#note('code-out-of-range', bytes);

    this.#code = code;
    this.#bytes += length;
    if (this.#bytes > this.#limits.maxReplyBytes || this.#lines.length >= this.#limits.maxReplyLines) {
      return this.#fault('reply-too-long', bytes);
    }
    this.#lines.push(peerText(bytes.subarray(4)));
    if (!last) return undefined;
    const reply: ReplyItem = { type: 'reply', code, lines: this.#lines };
    const [note] = this.#noted;
    if (note) this.#ready = [...this.#noted.slice(1), reply];
    this.#forgetReply();
    return note ?? reply;
  }

  #forgetReply(): void {
    this.#lines = [];
    this.#bytes = 0;
    this.#noted = none;
  }

  #limitFor(line: Uint8Array): number {
    const challenge = line[0] === ZERO + 3 && line[1] === ZERO + 3 && line[2] === ZERO + 4;
    return challenge ? this.#limits.maxChallengeBytes : this.#limits.maxLineBytes;
  }

  #note(reason: SmtpDiagnostic, bytes: Uint8Array): void {
    if (this.#noted.some((item) => item.type === 'diagnostic' && item.reason === reason)) return;
    this.#noted = [...this.#noted, { type: 'diagnostic', reason, bytes: sample(bytes) }];
  }

  #fault(reason: Reason, bytes: Uint8Array): ReplyItem {
    const before = this.#lines.map((text) => `${this.#code}-${text}`);
    const reply = [...before.slice(0, 8), peerText(sample(bytes))].join('\n');
    return { type: 'fault', reason, bytes: sample(bytes), reply };
  }
}

/** The code of a line, or `undefined` where it is none: first digit 2 to 5, then two digits (RFC 5321 §4.2). */
function codeOf(line: Uint8Array): number | undefined {
  const [a = 0, b = 0, c = 0] = line;
  if (a < ZERO + 2 || a > ZERO + 5 || b < ZERO || b > ZERO + 9 || c < ZERO || c > ZERO + 9) return undefined;
  return (a - ZERO) * 100 + (b - ZERO) * 10 + (c - ZERO);
}

/**
 * Takes the enhanced status code off the lines of a reply (RFC 2034 §4). It stands on each line; the first one counts.
 * Codes that were not announced are parsed too and marked, because many servers send them unannounced.
 */
export function withEnhanced(code: number, lines: readonly string[], advertised: boolean): Reply {
  // RFC 2034 §4: 3xx replies have none.
  if (code >= 300 && code < 400) return { code, enhanced: undefined, lines };
  const [only] = lines;
  // Most replies are one line.
  if (only !== undefined && lines.length === 1) {
    const parsed = parseEnhanced(only);
    if (!parsed) return { code, enhanced: undefined, lines };
    const { enhanced, text } = parsed;
    return { code, enhanced, lines: [text], ...(!advertised && { unadvertised: true as const }) };
  }
  let enhanced: string | undefined;
  const rest = lines.map((line) => {
    const parsed = parseEnhanced(line);
    if (!parsed) return line;
    enhanced ??= parsed.enhanced;
    return parsed.text;
  });
  if (enhanced === undefined) return { code, enhanced, lines };
  return { code, enhanced, lines: rest, ...(!advertised && { unadvertised: true as const }) };
}
