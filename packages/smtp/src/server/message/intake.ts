import { concatBytes } from '@postern/wire';
import { DataReader } from './data-reader.ts';
import { Hops } from './hops.ts';
import { LineEnds } from './line-ends.ts';

/** What is known about content when its end, or the end of a chunk, has come. */
export interface ContentSummary {
  /** The whole content where it is kept and allowed; else empty. */
  readonly bytes: Uint8Array;
  /** Octets the client sent, dot-stuffing undone. */
  readonly size: number;
  readonly bareLineEnds: boolean;
  readonly tooLarge: boolean;
  readonly lineTooLong: boolean;
  /** Lines of `Received` in the header. */
  readonly hops: number;
}

/** Options of {@link Intake}. */
export interface IntakeOptions {
  readonly maxBytes: number;
  readonly maxLineBytes: number;
  /** Keeps the content up to the limit; without it pieces are handed out and forgotten. */
  readonly keep: boolean;
  /** Goes on top: trace lines. */
  readonly head: Uint8Array | undefined;
}

const nothing = new Uint8Array(0);

/** Whether content of this size is more than a message that is merely too large: twice the limit, and a megabyte. */
export function isFlood(size: number, maxBytes: number): boolean {
  return size > 2 * maxBytes + 1_048_576;
}

/** Takes in the content of one message, by DATA or by chunks. Its memory is bounded by `maxBytes`, or by nothing kept at all. */
export class Intake {
  readonly #options: IntakeOptions;
  readonly #data: DataReader;
  readonly #lineEnds = new LineEnds();
  readonly #hops = new Hops();
  #kept: Uint8Array[] = [];
  #size = 0;

  constructor(options: IntakeOptions) {
    this.#options = options;
    this.#data = new DataReader(options.maxLineBytes);
    if (options.keep && options.head) this.#kept.push(options.head);
  }

  /** Octets within DATA: how many were used, whether the end has come, and the piece to hand out, borrowed. */
  data(bytes: Uint8Array): { readonly used: number; readonly ended: boolean; readonly piece: Uint8Array } {
    const { used, ended, text } = this.#data.push(bytes);
    return { used, ended, piece: this.#take(text) };
  }

  /** Octets of a chunk (RFC 3030 §2): the piece to hand out, borrowed. */
  chunk(bytes: Uint8Array): Uint8Array {
    this.#lineEnds.push(bytes);
    return this.#take(bytes);
  }

  /** So far over the limit that nobody should wait for the end of it. */
  get flood(): boolean {
    return isFlood(this.#size, this.#options.maxBytes);
  }

  /** What there is to know. */
  summary(): ContentSummary {
    const tooLarge = this.#size > this.#options.maxBytes;
    return {
      bytes: this.#options.keep && !tooLarge ? concatBytes(this.#kept) : nothing,
      size: this.#size,
      bareLineEnds: this.#data.bareLineEnds || this.#lineEnds.bare,
      tooLarge,
      lineTooLong: this.#data.lineTooLong,
      hops: this.#hops.count,
    };
  }

  #take(piece: Uint8Array): Uint8Array {
    this.#size += piece.length;
    if (this.#size > this.#options.maxBytes) {
      // Only counted from here on; a refused message needs no memory.
      this.#kept = [];
      const room = Math.max(0, this.#options.maxBytes - this.#size + piece.length);
      return this.#options.keep ? nothing : piece.subarray(0, room);
    }
    this.#hops.push(piece);
    if (!this.#options.keep) return piece;
    this.#keep(piece);
    return nothing;
  }

  /** Small pieces are joined as they come, so that a client that drips single octets costs no more than what it sends. */
  #keep(piece: Uint8Array): void {
    const last = this.#kept.at(-1);
    if (piece.length === 0) return;
    if (last === undefined || piece.length >= 4096 || last.length >= 4096) this.#kept.push(piece.slice());
    else this.#kept[this.#kept.length - 1] = concatBytes([last, piece]);
  }
}
