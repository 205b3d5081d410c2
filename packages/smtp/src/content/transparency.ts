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
  let mended = 0;
  let state = from;
  for (let at = 0; at < chunk.length; at += 1) {
    const octet = chunk[at] as number;
    // Letters and digits, most of all text, are over the dot: one comparison each while the state is at rest.
    if (octet > DOT && state === 'middle') continue;
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
  for (let at = 0; at < chunk.length; at += 1) {
    const octet = chunk[at] as number;
    if (octet > CR && state === 'middle') {
      if (octet > 127) eightBit = true;
      continue;
    }
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
