/** What a chunk within DATA came to. */
export interface DataPiece {
  /** How many octets of the chunk belong to the content and its end. */
  readonly used: number;
  /** The end has come. */
  readonly ended: boolean;
  /** The content in it, dot-stuffing undone. Borrowed: valid until the next chunk, and as long as this one is. */
  readonly text: Uint8Array;
}

const CR = 13;
const LF = 10;
const DOT = 46;

/**
 * Reads the content of a message up to its end, which is CRLF, dot, CRLF and nothing else (RFC 5321 §4.1.1.4): each other
 * sequence that some server takes for it lets a sender smuggle a second message past this one. Works over any cut, keeps
 * nothing, and searches natively: two searches for each line, and no copy unless a dot or a cut CR LF asks for it.
 */
export class DataReader {
  /** A CR or LF stood alone: the sender and some other server may disagree about where a line ends. */
  bareLineEnds = false;
  /** A line was over the limit. */
  lineTooLong = false;
  readonly #maxLineBytes: number;
  readonly #out: Unstuffed = new Unstuffed();
  #state: 'line-start' | 'dot' | 'dot-cr' | 'text' | 'cr' = 'line-start';
  #lineBytes = 0;

  constructor(maxLineBytes: number) {
    this.#maxLineBytes = maxLineBytes;
  }

  /** Takes a chunk. */
  push(chunk: Uint8Array): DataPiece {
    const out = this.#out;
    out.begin(chunk);
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

const nothing = new Uint8Array(0);

/** A chunk without some octets of it. What stands together is not copied; else one buffer is used again and again. */
class Unstuffed {
  #chunk: Uint8Array = nothing;
  /** From here on the chunk has not been looked at. */
  #from = 0;
  /** The one piece so far, where there is one and nothing had to be copied. */
  #only: Uint8Array = nothing;
  #copy: Uint8Array = nothing;
  #copied = 0;

  begin(chunk: Uint8Array): void {
    this.#chunk = chunk;
    this.#from = 0;
    this.#only = nothing;
    this.#copied = 0;
  }

  /** Leaves out the octet at this place. */
  skip(at: number): void {
    this.#add(this.#chunk.subarray(this.#from, at));
    this.#from = at + 1;
  }

  /** An octet that is not in the chunk; all octets before have been left out. */
  put(byte: number): void {
    this.#add(Uint8Array.of(byte));
  }

  /** Everything up to here. */
  take(end: number): Uint8Array {
    this.#add(this.#chunk.subarray(this.#from, end));
    return this.#copied > 0 ? this.#copy.subarray(0, this.#copied) : this.#only;
  }

  #add(piece: Uint8Array): void {
    if (piece.length === 0) return;
    if (this.#copied === 0 && this.#only.length === 0) {
      this.#only = piece;
      return;
    }
    // One octet more than came in: a CR may have been held back from the chunk before.
    if (this.#copy.length <= this.#chunk.length) this.#copy = new Uint8Array(this.#chunk.length + 1);
    if (this.#copied === 0) {
      this.#copy.set(this.#only);
      this.#copied = this.#only.length;
    }
    this.#copy.set(piece, this.#copied);
    this.#copied += piece.length;
  }
}
