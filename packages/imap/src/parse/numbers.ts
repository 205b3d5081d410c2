import { ENDS_NUMBER, malformed, passAtom, peek, tolerate, traitsOf } from './scan.ts';
import type { Scan } from './scan.ts';

/**
 * A number64 (RFC 9051 §9): a JavaScript number where that is exact, else a bigint. So `typeof` tells, and what fits is easy
 * to count with.
 */
export type Number64 = number | bigint;

const maxNumber = 2 ** 32 - 1;
const maxNumber64 = 2n ** 63n - 1n;
const maxUnsigned64 = 2n ** 64n - 1n;

/** Passes digits; what they amount to, exactly where they are fifteen or fewer. */
function amount(scan: Scan): number {
  const { codes } = scan;
  let { at } = scan;
  let value = 0;
  for (;;) {
    const digit = (codes[at] as number) - 0x30;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
    at += 1;
  }
  scan.at = at;
  return value;
}

/** What stands in place of a number and is none; it is passed, and its value is not known. */
function none(scan: Scan, from: number): undefined {
  scan.at = from;
  passAtom(scan);
  // Something like a number, such as -1 or 9.3736e+06: what is anything else is not meant to be one.
  if (!/^[-+]?\d[\d.]*(?:e[-+]?\d+)?$/i.test(scan.text.slice(from, Math.min(scan.at, from + 64))))
    throw malformed;
  tolerate(scan, 'number-out-of-range');
  return undefined;
}

/** Whether a number that ends here ends for good. */
function ends(scan: Scan): boolean {
  return ((traitsOf[peek(scan)] as number) & ENDS_NUMBER) > 0;
}

/** RFC 9051 §9, number: 32 bits. `undefined`, and noted, where it is out of range. */
export function number(scan: Scan): number | undefined {
  const from = scan.at;
  const value = amount(scan);
  const length = scan.at - from;
  if (length === 0 || length > 10 || value > maxNumber || !ends(scan)) return none(scan, from);
  return value;
}

/** RFC 9051 §9, nz-number: as {@link number}, and not zero. */
export function positive(scan: Scan): number | undefined {
  const value = number(scan);
  if (value !== 0) return value;
  tolerate(scan, 'number-out-of-range');
  return undefined;
}

/** RFC 9051 §9, number64. */
export function number64(scan: Scan): Number64 | undefined {
  const from = scan.at;
  const small = amount(scan);
  const length = scan.at - from;
  if (length === 0 || length > 19 || !ends(scan)) return none(scan, from);
  // Up to here it is exact.
  if (length < 16) return small;
  const value = BigInt(scan.text.slice(from, scan.at));
  if (value > maxNumber64) return none(scan, from);
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}

/** RFC 7162 §7, mod-sequence-value: 63 bits, always a bigint. Zero, where it must not be, is for the caller. */
export function modSequence(scan: Scan): bigint | undefined {
  const value = number64(scan);
  return value === undefined ? undefined : BigInt(value);
}

/** An unsigned number of 64 bits, always a bigint: what Gmail gives for its own identifiers. */
export function unsigned64(scan: Scan): bigint | undefined {
  const from = scan.at;
  amount(scan);
  const length = scan.at - from;
  if (length === 0 || length > 20 || !ends(scan)) return none(scan, from);
  const value = BigInt(scan.text.slice(from, scan.at));
  return value > maxUnsigned64 ? none(scan, from) : value;
}
