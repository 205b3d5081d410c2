import { indexOfByte, sample } from './bytes.ts';

const LF = 10;
const CR = 13;

/** One line of a peer, without its end. The bytes are borrowed: valid until the next call of the splitter. */
export interface Line {
  readonly type: 'line';
  readonly bytes: Uint8Array;
  /** `lf` = a bare LF ended it, which no protocol here allows and some servers send. A bare CR never ends a line. */
  readonly ending: 'crlf' | 'lf';
}

/** The peer sent more than the limit without ending the line; nothing more can be read. */
export interface OverlongLine {
  readonly type: 'too-long';
  /** The beginning, at most 512 bytes. */
  readonly bytes: Uint8Array;
}

/**
 * Cuts a byte stream, arriving in any segmentation, into lines. Searches natively and copies only what a chunk's end
 * cuts in two, so memory is bounded by the limit.
 *
 * @example
 * ```ts run
 * import { createLineSplitter, latin1 } from '@postern/wire';
 * const splitter = createLineSplitter({ maxLineBytes: 4096 });
 * splitter.push(new TextEncoder().encode('220 mx rea'));
 * splitter.next(); // undefined: the line is not complete yet
 * splitter.push(new TextEncoder().encode('dy\r\n'));
 * const line = splitter.next();
 * if (line?.type === 'line') console.log(latin1(line.bytes)); // 220 mx ready
 * ```
 */
export interface LineSplitter {
  /** Takes a chunk. All lines of the chunk before must have been taken. */
  push(chunk: Uint8Array): void;
  /** The next complete line, `too-long`, or `undefined` when more bytes are needed. */
  next(): Line | OverlongLine | undefined;
  /** A copy of all bytes not yet handed out, at most `limit` (default 512) of them; for evidence. */
  rest(limit?: number): Uint8Array;
  /** How many bytes have not been handed out. */
  readonly restBytes: number;
  /** Takes up to `maxBytes` raw bytes in place of a line (a literal). Borrowed like a line's bytes. */
  take(maxBytes: number): Uint8Array;
  /** Forgets everything, as after a TLS handshake. */
  clear(): void;
}

/** Makes a {@link LineSplitter}; `maxLineBytes` counts the line end too. */
export function createLineSplitter(options: { readonly maxLineBytes: number }): LineSplitter {
  return new Splitter(options.maxLineBytes);
}

const nothing = new Uint8Array(0);

class Splitter implements LineSplitter {
  readonly #max: number;
  /** Own copy of the beginning of a line that a chunk's end cut. */
  #held: Uint8Array = nothing;
  #heldLength = 0;
  #chunk: Uint8Array = nothing;
  #at = 0;

  constructor(max: number) {
    this.#max = max;
  }

  get restBytes(): number {
    return this.#heldLength + this.#chunk.length - this.#at;
  }

  push(chunk: Uint8Array): void {
    if (this.#at < this.#chunk.length) this.#hold();
    this.#chunk = chunk;
    this.#at = 0;
  }

  next(): Line | OverlongLine | undefined {
    const end = indexOfByte(this.#chunk, LF, this.#at);
    const length = this.#heldLength + (end < 0 ? this.#chunk.length : end + 1) - this.#at;
    if (length > this.#max) return { type: 'too-long', bytes: this.rest() };
    if (end < 0) {
      this.#hold();
      return undefined;
    }
    let from = this.#chunk;
    let begin = this.#at;
    let behind = end + 1;
    this.#at = behind;
    if (this.#heldLength > 0) {
      this.#append(this.#chunk.subarray(begin, behind));
      from = this.#held;
      begin = 0;
      behind = this.#heldLength;
      this.#heldLength = 0;
    }
    const crlf = behind - begin > 1 && from[behind - 2] === CR;
    return {
      type: 'line',
      bytes: from.subarray(begin, behind - (crlf ? 2 : 1)),
      ending: crlf ? 'crlf' : 'lf',
    };
  }

  rest(limit = 512): Uint8Array {
    const held = this.#held.subarray(0, this.#heldLength);
    const both = new Uint8Array(Math.min(limit, this.restBytes));
    both.set(held.subarray(0, both.length));
    if (both.length > held.length) {
      both.set(this.#chunk.subarray(this.#at, this.#at + both.length - held.length), held.length);
    }
    return both;
  }

  take(maxBytes: number): Uint8Array {
    if (this.#heldLength > 0) {
      const taken = sample(this.#held.subarray(0, this.#heldLength), maxBytes);
      this.#held.copyWithin(0, taken.length, this.#heldLength);
      this.#heldLength -= taken.length;
      return taken;
    }
    const taken = this.#chunk.subarray(this.#at, this.#at + maxBytes);
    this.#at += taken.length;
    return taken;
  }

  clear(): void {
    this.#heldLength = 0;
    this.#chunk = nothing;
    this.#at = 0;
  }

  /** Keeps the unread end of the borrowed chunk. */
  #hold(): void {
    this.#append(this.#chunk.subarray(this.#at));
    this.#chunk = nothing;
    this.#at = 0;
  }

  #append(bytes: Uint8Array): void {
    const needed = this.#heldLength + bytes.length;
    if (needed > this.#held.length) {
      // Doubling keeps a peer that drips single bytes from making us copy quadratically.
      const grown = new Uint8Array(Math.max(256, needed, this.#held.length * 2));
      grown.set(this.#held.subarray(0, this.#heldLength));
      this.#held = grown;
    }
    this.#held.set(bytes, this.#heldLength);
    this.#heldLength = needed;
  }
}
