/** What a chunk within DATA came to. */
export interface DataPiece {
  /** How many octets of the chunk belong to the content and its end. */
  readonly used: number;
  /** The end has come. */
  readonly ended: boolean;
  /** The content in it, dot-stuffing undone; a copy. */
  readonly text: Uint8Array;
}

const CR = 13;
const LF = 10;
const DOT = 46;

/**
 * Reads the content of a message up to its end, which is CRLF, dot, CRLF and nothing else (RFC 5321 §4.1.1.4): each other
 * sequence that some server takes for it lets a sender smuggle a second message past this one. Works over any cut, keeps
 * nothing, and searches natively: per line two searches, per chunk one copy.
 */
export class DataReader {
  /** A CR or LF stood alone: the sender and some other server may disagree about where a line ends. */
  bareLineEnds = false;
  /** A line was over the limit. */
  lineTooLong = false;
  readonly #maxLineBytes: number;
  #state: 'line-start' | 'dot' | 'dot-cr' | 'text' | 'cr' = 'line-start';
  #lineBytes = 0;

  constructor(maxLineBytes: number) {
    this.#maxLineBytes = maxLineBytes;
  }

  /** Takes a chunk. */
  push(chunk: Uint8Array): DataPiece {
    // One octet more than came in: a CR may have been held back from the chunk before.
    const out = new Output(chunk);
    // Where the next CR and LF stand; searched again only once they are passed, so that no input makes this quadratic.
    let cr = -1;
    let lf = -1;
    let at = 0;
    while (at < chunk.length) {
      const byte = chunk[at];
      switch (this.#state) {
        case 'line-start':
          // RFC 5321 §4.5.2: the first dot of a line is taken off, whatever follows.
          if (byte === DOT) {
            out.skip(at);
            at += 1;
          }
          this.#state = byte === DOT ? 'dot' : 'text';
          break;
        case 'dot':
          if (byte === CR) {
            out.skip(at);
            at += 1;
          }
          this.#state = byte === CR ? 'dot-cr' : 'text';
          break;
        case 'dot-cr':
          if (byte === LF) return { used: at + 1, ended: true, text: out.take(at) };
          out.put(CR);
          this.#bare(1);
          break;
        case 'cr':
          out.put(CR);
          if (byte === LF) {
            at += 1;
            this.#endLine(2);
          } else {
            this.#bare(1);
          }
          break;
        case 'text': {
          if (cr < at) cr = find(chunk, CR, at);
          if (lf < at) lf = find(chunk, LF, at);
          if (lf < cr) {
            this.#bare(lf + 1 - at);
            at = lf + 1;
          } else if (cr === chunk.length) {
            this.#grow(cr - at);
            at = cr;
          } else if (cr === chunk.length - 1) {
            this.#grow(cr - at);
            out.skip(cr);
            this.#state = 'cr';
            at = chunk.length;
          } else if (lf === cr + 1) {
            this.#endLine(lf + 1 - at);
            at = lf + 1;
          } else {
            this.#bare(cr + 1 - at);
            at = cr + 1;
          }
          break;
        }
      }
    }
    return { used: chunk.length, ended: false, text: out.take(chunk.length) };
  }

  #grow(bytes: number): void {
    this.#lineBytes += bytes;
    if (this.#lineBytes > this.#maxLineBytes) this.lineTooLong = true;
  }

  #endLine(bytes: number): void {
    this.#grow(bytes);
    this.#lineBytes = 0;
    this.#state = 'line-start';
  }

  #bare(bytes: number): void {
    this.#grow(bytes);
    this.bareLineEnds = true;
    this.#state = 'text';
  }
}

function find(chunk: Uint8Array, byte: number, from: number): number {
  const at = chunk.indexOf(byte, from);
  return at < 0 ? chunk.length : at;
}

/** Copies a chunk but for some octets of it, in as few pieces as can be. */
class Output {
  readonly #chunk: Uint8Array;
  readonly #bytes: Uint8Array;
  #size = 0;
  /** From here on the chunk has not been copied. */
  #from = 0;

  constructor(chunk: Uint8Array) {
    this.#chunk = chunk;
    this.#bytes = new Uint8Array(chunk.length + 1);
  }

  /** Leaves out the octet at this place. */
  skip(at: number): void {
    this.#copy(at);
    this.#from = at + 1;
  }

  /** An octet that is not in the chunk; all octets before have been left out. */
  put(byte: number): void {
    this.#bytes[this.#size] = byte;
    this.#size += 1;
  }

  /** Everything up to here. */
  take(end: number): Uint8Array {
    this.#copy(end);
    return this.#bytes.subarray(0, this.#size);
  }

  #copy(end: number): void {
    if (end <= this.#from) return;
    this.#bytes.set(this.#chunk.subarray(this.#from, end), this.#size);
    this.#size += end - this.#from;
  }
}
