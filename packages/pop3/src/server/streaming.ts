import { concatBytes, utf8 } from '@postern/wire';
import { terminator } from './reply.ts';

const LF = 10;
const CR = 13;
const DOT = 0x2e;
const dot = utf8('.');

/** Stuffs the dots of a message (RFC 1939 §3) while it goes by. */
export interface Stuffing {
  /** The piece with a dot more in front of each line that begins with one; itself where there is none. */
  push(piece: Uint8Array): Uint8Array;
  /** What ends the message: the CRLF that its last line may lack, and the line with the dot. */
  end(): Uint8Array;
}

/** Makes a {@link Stuffing}. */
export function createStuffing(): Stuffing {
  // Only CRLF ends a line; a bare LF is data.
  let place: 'begin' | 'inside' | 'cr' = 'begin';
  return {
    push(piece) {
      if (piece.length === 0) return piece;
      const parts: Uint8Array[] = [];
      let begun = 0;
      const stuff = (at: number): void => {
        if (piece[at] !== DOT) return;
        parts.push(piece.subarray(begun, at), dot);
        begun = at;
      };
      if (place === 'begin') stuff(0);
      for (let end = piece.indexOf(LF); end >= 0; end = piece.indexOf(LF, end + 1)) {
        if (end === 0 ? place === 'cr' : piece[end - 1] === CR) stuff(end + 1);
      }
      const last = piece.at(-1);
      const before = piece.length === 1 ? place === 'cr' : piece.at(-2) === CR;
      place = last === LF && before ? 'begin' : last === CR ? 'cr' : 'inside';
      return parts.length === 0 ? piece : concatBytes([...parts, piece.subarray(begun)]);
    },
    end: () => (place === 'begin' ? terminator : concatBytes([utf8('\r\n'), terminator])),
  };
}

/** Cuts a message behind its header, the blank line and the first lines of its body (RFC 1939 §7). */
export interface Topping {
  /** What belongs to it of a piece; `done` when the rest is not wanted. */
  push(piece: Uint8Array): { readonly bytes: Uint8Array; readonly done: boolean };
}

/** Makes a {@link Topping} for so many lines of the body. */
export function createTopping(lines: number): Topping {
  let left = lines;
  let part: 'header' | 'body' = 'header';
  /** Octets of the present line so far, of those that decide whether it is blank. */
  let length = 0;
  let blank = true;
  return {
    push(piece) {
      let at = 0;
      while (at < piece.length) {
        if (part === 'body' && left === 0) return { bytes: piece.subarray(0, at), done: true };
        const end = piece.indexOf(LF, at);
        const stop = end < 0 ? piece.length : end;
        length += stop - at;
        blank &&= length === 0 || (length === 1 && (stop === at || piece[at] === CR));
        at = end < 0 ? piece.length : end + 1;
        if (end < 0) break;
        if (part === 'body') left -= 1;
        else if (blank) part = 'body';
        length = 0;
        blank = true;
      }
      return { bytes: piece, done: part === 'body' && left === 0 };
    },
  };
}
