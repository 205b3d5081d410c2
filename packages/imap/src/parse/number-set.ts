import { number } from './numbers.ts';
import { isDigit, malformed, peek, tolerate } from './scan.ts';
import type { Scan } from './scan.ts';

/** A run of numbers, both ends in it, `from` not above `to`. */
export interface NumberRange {
  readonly from: number;
  readonly to: number;
}

/**
 * A set of message numbers or UIDs as a server wrote it (RFC 9051 §9, sequence-set), kept as ranges: one that names four
 * thousand million numbers is two numbers here, and going through it is up to the caller.
 */
export class NumberSet {
  /** In the order written; RFC 4315 §3 pairs two sets by it. */
  readonly ranges: readonly NumberRange[];

  constructor(ranges: readonly NumberRange[]) {
    this.ranges = ranges;
  }

  /** How many numbers are named; those named twice count twice. */
  get size(): number {
    let size = 0;
    for (const { from, to } of this.ranges) size += to - from + 1;
    return size;
  }

  /** Whether the number is among them. */
  has(value: number): boolean {
    return this.ranges.some(({ from, to }) => value >= from && value <= to);
  }

  /** Every number in the order written; a range counts upwards. */
  *[Symbol.iterator](): Generator<number, void, undefined> {
    for (const { from, to } of this.ranges) for (let value = from; value <= to; value += 1) yield value;
  }

  /** The set as it goes on the wire. */
  toString(): string {
    return this.ranges.map(({ from, to }) => (from === to ? String(from) : `${from}:${to}`)).join(',');
  }
}

/** Reads a set without `*`; `4:2` is `2:4` (RFC 9051 §9). */
export function numberSet(scan: Scan): NumberSet {
  const ranges: NumberRange[] = [];
  for (;;) {
    const from = one(scan);
    let to = from;
    if (peek(scan) === 0x3a) {
      scan.at += 1;
      to = one(scan);
    }
    if (from !== undefined && to !== undefined)
      ranges.push({ from: Math.min(from, to), to: Math.max(from, to) });
    if (peek(scan) !== 0x2c) return new NumberSet(ranges);
    scan.at += 1;
  }
}

function one(scan: Scan): number | undefined {
  if (!isDigit(peek(scan))) throw malformed;
  const value = number(scan);
  if (value !== 0) return value;
  tolerate(scan, 'number-out-of-range');
  return undefined;
}

/** A set out of numbers: ascending, merged, each once, as every server understands it (RFC 9051 §9). */
export function setOf(numbers: Iterable<number>): NumberSet {
  const ranges: { from: number; to: number }[] = [];
  for (const value of [...numbers].toSorted((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last && value <= last.to + 1) last.to = Math.max(last.to, value);
    else ranges.push({ from: value, to: value });
  }
  return new NumberSet(ranges);
}
