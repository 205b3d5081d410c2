import { concatBytes } from '@postern/wire';

/**
 * What content has to become for the wire: CRLF line ends (RFC 5321 §2.3.8), and after DATA an extra dot before each line
 * that begins with one (RFC 5321 §4.5.2). Works on chunks cut anywhere.
 */

/** Where the octet before the next one left the line. */
export type LineState = 'start' | 'after-cr' | 'middle';

/** A chunk made ready. */
export interface Prepared {
  /** The same array where nothing had to be changed. */
  readonly bytes: Uint8Array;
  readonly state: LineState;
  /** Bare CR and bare LF that were completed. */
  readonly mended: number;
}

const CR = 13;
const LF = 10;
const DOT = 46;

/**
 * Completes bare line ends, and with `dots` stuffs dots. A CR at the end of a chunk goes out at once: whether an LF is
 * missing behind it, the next octet tells.
 */
export function prepare(chunk: Uint8Array, from: LineState, dots: boolean): Prepared {
  const edits: number[] = [];
  const words = wordsOf(chunk);
  let mended = 0;
  let state = from;
  for (let at = 0; at < chunk.length; at += 1) {
    // Within a line only its end matters.
    if (state === 'middle') at = nextControl(chunk, words, at, 0);
    if (at === chunk.length) break;
    const octet = chunk[at] as number;
    if (octet === LF) {
      if (state !== 'after-cr') {
        edits.push(at, CR);
        mended += 1;
      }
      state = 'start';
      continue;
    }
    if (state === 'after-cr') {
      edits.push(at, LF);
      mended += 1;
      state = 'start';
    }
    if (octet === CR) {
      state = 'after-cr';
    } else {
      if (dots && octet === DOT && state === 'start') edits.push(at, DOT);
      state = 'middle';
    }
  }
  return { bytes: edits.length === 0 ? chunk : insert(chunk, edits), state, mended };
}

const HIGH_BITS = 0x80808080 | 0;

/** The whole words of a chunk, four octets each. */
function wordsOf(chunk: Uint8Array): Int32Array {
  const begin = (chunk.byteOffset + 3) & ~3;
  const end = (chunk.byteOffset + chunk.length) & ~3;
  return begin < end ? new Int32Array(chunk.buffer, begin, (end - begin) >> 2) : noWords;
}

const noWords = new Int32Array(0);

/**
 * Where the next octet under 14 is, CR and LF among them; with `HIGH_BITS`, the next one over 127 too. The length where
 * there is none. Looks at four octets at once: most of what is sent is the inside of lines.
 */
function nextControl(chunk: Uint8Array, words: Int32Array, from: number, alsoHigh: number): number {
  const { length } = chunk;
  const shift = words.byteOffset - chunk.byteOffset;
  let at = from;
  while (at < length) {
    if (at >= shift && ((at - shift) & 3) === 0) {
      let word = (at - shift) >> 2;
      for (; word < words.length; word += 1) {
        const four = words[word] as number;
        // Subtracting borrows into the high bit of an octet under 14; ~four leaves out those that had it before.
        if ((((four - 0x0e0e0e0e) & ~four & HIGH_BITS) | (four & alsoHigh)) !== 0) break;
      }
      at = shift + word * 4;
      if (at >= length) break;
    }
    const octet = chunk[at] as number;
    if (octet <= CR || (octet > 127 && alsoHigh !== 0)) return at;
    at += 1;
  }
  return length;
}

/** A copy with octets inserted; `edits` are pairs of place and octet. */
function insert(chunk: Uint8Array, edits: readonly number[]): Uint8Array {
  const whole = new Uint8Array(chunk.length + edits.length / 2);
  let read = 0;
  let write = 0;
  for (let edit = 0; edit < edits.length; edit += 2) {
    const at = edits[edit] as number;
    whole.set(chunk.subarray(read, at), write);
    write += at - read;
    whole[write] = edits[edit + 1] as number;
    write += 1;
    read = at;
  }
  whole.set(chunk.subarray(read), write);
  return whole;
}

/** What ends content after DATA: the rest of the last line's end, and the dot (RFC 5321 §4.1.1.4). */
export function endOfData(state: LineState): string {
  return `${lineEnd(state)}.\r\n`;
}

/** What is missing at the end of the last line. */
function lineEnd(state: LineState): string {
  if (state === 'start') return '';
  return state === 'after-cr' ? '\n' : '\r\n';
}

/** Whole content with complete line ends and without dot-stuffing, for BDAT. */
export function withLineEnds(whole: Uint8Array): Uint8Array {
  const { bytes, state } = prepare(whole, 'start', false);
  return state === 'after-cr' ? concatBytes([bytes, Uint8Array.of(LF)]) : bytes;
}

/** What is known of content that is there as a whole. */
export interface Measure {
  /** Octets with CRLF line ends and before dot-stuffing, as SIZE counts them (RFC 1870 §3). */
  readonly octets: number;
  /** Whether an octet is over 127 (RFC 6152). */
  readonly eightBit: boolean;
  /** Bare CR and bare LF. */
  readonly bare: number;
  /** The longest line in octets without its end. */
  readonly longestLine: number;
  readonly state: LineState;
}

const nothing: Measure = { octets: 0, eightBit: false, bare: 0, longestLine: 0, state: 'start' };

/** Measures content, or goes on measuring it. */
export function measure(
  chunk: Uint8Array,
  before: Measure & { readonly column?: number } = nothing,
): Measure & { readonly column: number } {
  let { eightBit, bare, longestLine, state } = before;
  // Where the line began, counted from the beginning of this chunk.
  let begin = -(before.column ?? 0);
  const bareBefore = bare;
  const words = wordsOf(chunk);
  for (let at = 0; at < chunk.length; at += 1) {
    if (state === 'middle') at = nextControl(chunk, words, at, eightBit ? 0 : HIGH_BITS);
    if (at === chunk.length) break;
    const octet = chunk[at] as number;
    if (octet === LF) {
      if (state !== 'after-cr') {
        bare += 1;
        if (at - begin > longestLine) longestLine = at - begin;
      }
      state = 'start';
      begin = at + 1;
      continue;
    }
    if (state === 'after-cr') {
      bare += 1;
      begin = at;
    }
    if (octet === CR) {
      if (at - begin > longestLine) longestLine = at - begin;
      state = 'after-cr';
    } else {
      if (octet > 127) eightBit = true;
      state = 'middle';
    }
  }
  const column = state === 'middle' ? chunk.length - begin : 0;
  if (column > longestLine) longestLine = column;
  const octets = before.octets + chunk.length + bare - bareBefore;
  return { octets, eightBit, bare, longestLine, state, column };
}

/** The octets that the message will have once its last line is complete. */
export function messageOctets({ octets, state }: Measure): number {
  return octets + lineEnd(state).length;
}
