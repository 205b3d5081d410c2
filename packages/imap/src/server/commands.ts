import { createLineSplitter, latin1 } from '@postern/wire';
import type { LineSplitter } from '@postern/wire';
import { readString } from '../parse/tokens.ts';
import type { ServerLimits } from './options.ts';

/** What a client sent, put together. */
export type ClientItem =
  /** A whole command without its last CRLF, one character per octet, literals where they stand. */
  | { readonly type: 'command'; readonly text: string }
  /**
   * A message of APPEND was announced: `text` is what the command says up to it, from its beginning or from behind the message before. Its
   * octets come in pieces; `asked`: only once they are asked for.
   */
  | { readonly type: 'message'; readonly text: string; readonly octets: number; readonly asked: boolean }
  /** Octets of it, borrowed: valid until the next call. */
  | { readonly type: 'piece'; readonly bytes: Uint8Array }
  /** The command ends: what stands behind its last message. */
  | { readonly type: 'messages-end'; readonly text: string }
  /** A literal was announced that the client sends only when asked to (RFC 9051 §4.3). */
  | { readonly type: 'continue' }
  /** A command that cannot be read: too long, or with a line end or an octet that is not allowed. Its tag may be known. */
  | ({ readonly type: 'unreadable'; readonly tag: string | undefined } & Refusal)
  /** So much without a line end that nothing can be made of it. */
  | { readonly type: 'endless' };

/** Why a command is not even looked at, response code included. */
interface Refusal {
  readonly status: 'NO' | 'BAD';
  readonly why: string;
}

/** Beyond this, waiting for the end of a command is no use. */
const maxEndlessBytes = 1024 * 1024;

/**
 * Puts commands together out of bytes. Literal markers count at every line end, also in a command that is known to be bad:
 * else the octets of a literal would be read as commands (RFC 7888 §3).
 */
export class CommandReader {
  readonly #splitter: LineSplitter = createLineSplitter({ maxLineBytes: maxEndlessBytes });
  readonly #limits: ServerLimits;
  #parts: string[] = [];
  #bytes = 0;
  #literalLeft = 0;
  #literalBytes = 0;
  #fault: Refusal | undefined;
  /** Octets of a message that are still to come; `undefined` where the command has had none. */
  #messageLeft: number | undefined;

  constructor(limits: ServerLimits) {
    this.#limits = limits;
  }

  push(bytes: Uint8Array): void {
    this.#splitter.push(bytes);
  }

  /**
   * The next item: a `command`; after a login, `mail`, the messages of APPEND come in pieces; a `line` of an authentication exchange or the
   * end of IDLE holds no literal whatever it ends in.
   */
  next(expected: 'command' | 'mail' | 'line'): ClientItem | undefined {
    for (;;) {
      if (this.#messageLeft !== undefined && this.#messageLeft > 0) {
        const bytes = this.#splitter.take(this.#messageLeft);
        this.#messageLeft -= bytes.length;
        return bytes.length > 0 ? { type: 'piece', bytes } : undefined;
      }
      if (!this.#takeLiteral()) return undefined;
      const line = this.#splitter.next();
      if (!line) return undefined;
      if (line.type === 'too-long') return { type: 'endless' };
      const text = latin1(line.bytes);
      this.#bytes += line.bytes.length + 2;
      // RFC 9051 §2.2: commands end with CRLF. What two sides read differently is where attacks live.
      if (line.ending === 'lf' || line.bytes.includes(0))
        this.#fault ??= bad('lines end with CRLF and hold no NUL');
      if (this.#bytes > this.#limits.maxLineBytes) this.#fault ??= bad('the line is too long');
      const marker = expected === 'line' ? undefined : literalMarker(text);
      if (!marker) {
        this.#keep(text);
        return this.#complete();
      }
      const item = this.#literal(text, marker, expected === 'mail' && this.#awaitsMessage(text));
      if (item) return item;
    }
  }

  /** A literal is announced. Says what is to be said of it now, which may be nothing. */
  #literal(text: string, marker: Marker, isMessage: boolean): ClientItem | undefined {
    const { maxLiteralBytes, maxAppendBytes } = this.#limits;
    if (isMessage && marker.size > maxAppendBytes)
      // RFC 7889 §4, RFC 4469 §4.2
      this.#fault ??= { status: 'NO', why: '[TOOBIG] the message is too large' };
    if (isMessage && this.#fault === undefined) {
      this.#keep(text.slice(0, marker.at));
      const before = this.#parts.join('');
      this.#parts = [];
      this.#messageLeft = marker.size;
      return { type: 'message', text: before, octets: marker.size, asked: marker.asked };
    }
    this.#keep(text);
    this.#literalBytes += marker.size;
    // RFC 7888 §4
    if (this.#literalBytes > maxLiteralBytes) this.#fault ??= bad('the literal is too large');
    // A literal that waits to be asked for is not coming: the refusal is the answer (RFC 9051 §4.3).
    if (marker.asked && this.#fault !== undefined) return this.#complete();
    // One that does not wait has to be read to its end, as long as there is an end to be seen.
    if (this.#fault !== undefined && Math.max(this.#bytes, this.#literalBytes) > maxEndlessBytes)
      return { type: 'endless' };
    this.#keep('\r\n');
    this.#literalLeft = marker.size;
    return marker.asked ? { type: 'continue' } : undefined;
  }

  /** Whether the literal at the end of this line is a message; that behind the name of the command is a mailbox. */
  #awaitsMessage(line: string): boolean {
    if (this.#messageLeft !== undefined) return true;
    const begun = this.#parts[0] ?? line;
    return (
      /^[^ ]+ APPEND /i.test(begun) && (this.#parts.length > 0 || !/^[^ ]+ APPEND \{\d+\+?\}$/i.test(line))
    );
  }

  /** A copy of what has not been read, at most 512 bytes unless told otherwise. */
  rest(limit = 512): Uint8Array {
    return this.#splitter.rest(limit);
  }

  clear(): void {
    this.#splitter.clear();
    this.drop();
  }

  /** The rest of the command does not come: its message was refused before it was asked for. */
  drop(): void {
    this.#parts = [];
    this.#bytes = 0;
    this.#literalLeft = 0;
    this.#literalBytes = 0;
    this.#fault = undefined;
    this.#messageLeft = undefined;
  }

  /** Whether no literal is awaited any more. */
  #takeLiteral(): boolean {
    while (this.#literalLeft > 0) {
      const taken = this.#splitter.take(this.#literalLeft);
      if (taken.length === 0) return false;
      this.#literalLeft -= taken.length;
      this.#keep(latin1(taken));
    }
    return true;
  }

  /** Of a command that is refused anyway only its beginning is kept. */
  #keep(text: string): void {
    if (this.#fault === undefined || this.#parts.length === 0) this.#parts.push(text);
  }

  #complete(): ClientItem {
    const text = this.#parts.join('');
    const fault = this.#fault;
    const hadMessages = this.#messageLeft !== undefined;
    this.drop();
    if (fault) return { type: 'unreadable', tag: tagOf(text), ...fault };
    return { type: hadMessages ? 'messages-end' : 'command', text };
  }
}

function bad(why: string): Refusal {
  return { status: 'BAD', why };
}

interface Marker {
  /** Where it begins in its line. */
  readonly at: number;
  readonly size: number;
  readonly asked: boolean;
}

/** The marker of a literal at the end of a line (RFC 9051 §4.3): how many octets follow, and whether they wait to be asked for. */
function literalMarker(text: string): Marker | undefined {
  if (!text.endsWith('}')) return undefined;
  const at = text.lastIndexOf('{');
  const inside = text.slice(at + 1, -1);
  if (!/^\d+\+?$/.test(inside)) return undefined;
  const asked = !inside.endsWith('+');
  return { at, size: Number(asked ? inside : inside.slice(0, -1)), asked };
}

/** A command as a server reads it. */
export interface ReceivedCommand {
  readonly tag: string;
  /** Upper case: names are case-insensitive (RFC 9051 §9). */
  readonly verb: string;
  /** Everything behind the name and one space, as it came. */
  readonly argument: string;
}

/** RFC 9051 §9: a tag is any astring characters but `+`. */
const tagPattern = /^[\x21\x23\x24\x26\x27\x2c-\x5b\x5d-\x7a\x7c-\x7e]{1,64}(?= |$)/;

function tagOf(text: string): string | undefined {
  return tagPattern.exec(text)?.[0];
}

/** Reads a command; the tag alone, or not even that, where it is none. */
export function parseCommand(
  text: string,
): ReceivedCommand | { readonly tag: string | undefined; readonly verb?: undefined } {
  const tag = tagOf(text);
  if (tag === undefined) return { tag };
  const verb = /^ ([A-Za-z][A-Za-z0-9-]*)(?= |$)/.exec(text.slice(tag.length))?.[1];
  if (verb === undefined) return { tag };
  return { tag, verb: verb.toUpperCase(), argument: text.slice(tag.length + verb.length + 2) };
}

/** The arguments as strings, if all of them are (RFC 9051 §9 astring); `undefined` where one is not. */
export function strings(argument: string): readonly string[] | undefined {
  const values: string[] = [];
  for (let at = 0; at < argument.length;) {
    const read = readString(argument, at);
    if (!read || (read.end < argument.length && argument[read.end] !== ' ')) return undefined;
    values.push(read.value);
    at = read.end + 1;
  }
  return values;
}
