/** What came between DATA and its end. */
export interface Content {
  /** The message, dot-stuffing undone; empty where it was too large. */
  readonly bytes: Uint8Array;
  /** A CR or LF stood alone: the sender and some other server may disagree about where a line ends. */
  readonly bareLineEnds: boolean;
  readonly tooLarge: boolean;
  readonly lineTooLong: boolean;
}

const CR = 13;
const LF = 10;
const DOT = 46;

/**
 * Reads the content of a message up to its end, which is CRLF, dot, CRLF and nothing else (RFC 5321 §4.1.1.4): each other
 * sequence that some server takes for it lets a sender smuggle a second message past this one. Works over any cut, and
 * keeps at most `maxBytes`.
 */
export class ContentReader {
  readonly #maxBytes: number;
  readonly #maxLineBytes: number;
  #state: 'line-start' | 'dot' | 'dot-cr' | 'text' | 'cr' = 'line-start';
  #kept: Uint8Array = new Uint8Array(1024);
  #size = 0;
  #lineBytes = 0;
  #bareLineEnds = false;
  #lineTooLong = false;

  constructor(options: { readonly maxBytes: number; readonly maxLineBytes: number }) {
    this.#maxBytes = options.maxBytes;
    this.#maxLineBytes = options.maxLineBytes;
  }

  /** Takes a chunk. How many octets of it belong to the content and its end; `undefined` = all, and more is to come. */
  push(chunk: Uint8Array): number | undefined {
    let at = 0;
    while (at < chunk.length) {
      const byte = chunk[at];
      switch (this.#state) {
        case 'line-start':
          // RFC 5321 §4.5.2: the first dot of a line is taken off, whatever follows.
          this.#state = byte === DOT ? 'dot' : 'text';
          if (byte === DOT) at += 1;
          break;
        case 'dot':
          this.#state = byte === CR ? 'dot-cr' : 'text';
          if (byte === CR) at += 1;
          break;
        case 'dot-cr':
          if (byte === LF) return at + 1;
          this.#keep(Uint8Array.of(CR));
          this.#bareLineEnds = true;
          this.#state = 'text';
          break;
        case 'cr':
          if (byte === LF) {
            this.#keep(Uint8Array.of(CR, LF));
            this.#lineBytes = 0;
            this.#state = 'line-start';
            at += 1;
          } else {
            this.#keep(Uint8Array.of(CR));
            this.#bareLineEnds = true;
            this.#state = 'text';
          }
          break;
        case 'text':
          at = this.#text(chunk, at);
          break;
      }
    }
    return undefined;
  }

  /** The content, once its end has come. */
  finish(): Content {
    const tooLarge = this.#size > this.#maxBytes;
    return {
      bytes: tooLarge ? new Uint8Array(0) : this.#kept.slice(0, this.#size),
      bareLineEnds: this.#bareLineEnds,
      tooLarge,
      lineTooLong: this.#lineTooLong,
    };
  }

  /** Text up to the next CR or a bare LF. */
  #text(chunk: Uint8Array, at: number): number {
    const lf = chunk.indexOf(LF, at);
    const cr = chunk.subarray(0, lf < 0 ? chunk.length : lf).indexOf(CR, at);
    if (cr >= 0) {
      this.#keep(chunk.subarray(at, cr));
      this.#state = 'cr';
      return cr + 1;
    }
    if (lf < 0) {
      this.#keep(chunk.subarray(at));
      return chunk.length;
    }
    this.#keep(chunk.subarray(at, lf + 1));
    this.#bareLineEnds = true;
    return lf + 1;
  }

  #keep(bytes: Uint8Array): void {
    this.#lineBytes += bytes.length;
    if (this.#lineBytes > this.#maxLineBytes) this.#lineTooLong = true;
    const before = this.#size;
    this.#size += bytes.length;
    if (this.#size > this.#maxBytes) {
      // Only counted from here on; a refused message needs no memory.
      this.#kept = new Uint8Array(0);
      return;
    }
    if (this.#size > this.#kept.length) {
      const grown = new Uint8Array(Math.min(this.#maxBytes, Math.max(this.#size, this.#kept.length * 2)));
      grown.set(this.#kept.subarray(0, before));
      this.#kept = grown;
    }
    this.#kept.set(bytes, before);
  }
}
