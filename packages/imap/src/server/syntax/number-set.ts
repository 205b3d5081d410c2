import { BadSyntax } from './cursor.ts';
import type { Cursor } from './cursor.ts';

/** From and to, both included, in the order they were written; infinite is `*`, the highest there is. */
type Range = readonly [number, number];

/** Sequence numbers or UIDs (RFC 9051 §9 sequence-set); `saved` is `$`, the last saved search result (RFC 5182). */
export type NumberSet = readonly Range[] | 'saved';

const written = /[\d*:,]+/y;
const range = /^(?:(\*)|([1-9]\d{0,9}))(?::(?:(\*)|([1-9]\d{0,9})))?$/;

export function readNumberSet(cursor: Cursor): NumberSet {
  if (cursor.takes('$')) return 'saved';
  const found = cursor.match(written);
  if (!found) throw new BadSyntax('a set of numbers is missing');
  return found[0].split(',').map((part): Range => {
    const [whole, star, first, secondStar, second] = range.exec(part) ?? [];
    if (whole === undefined) throw new BadSyntax('a set of numbers is wrong');
    const from = star === undefined ? Number(first) : Infinity;
    const to = secondStar === undefined ? (second === undefined ? from : Number(second)) : Infinity;
    for (const end of [from, to])
      if (end > 0xff_ff_ff_ff && end !== Infinity) throw new BadSyntax('a number is too large');
    return [from, to];
  });
}

/** Disjoint ranges in ascending order; `highest` stands for `*`, so `9:*` always has it (RFC 9051 §9 seq-range). */
export function rangesOf(set: readonly Range[], highest: number): readonly Range[] {
  const sorted = set
    .map(([from, to]): Range => {
      const ends = [Math.min(from, Infinity), to].map((end) => (end === Infinity ? highest : end));
      return [Math.min(...ends), Math.max(...ends)];
    })
    .toSorted(([left], [right]) => left - right);
  const merged: [number, number][] = [];
  for (const [from, to] of sorted) {
    const last = merged.at(-1);
    if (last && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  return merged;
}

/** Writes numbers in ascending order as a set, runs as ranges. */
export function numberSetText(numbers: readonly number[]): string {
  const parts: string[] = [];
  for (let at = 0; at < numbers.length;) {
    const first = numbers[at] ?? 0;
    let length = 1;
    while (numbers[at + length] === first + length) length += 1;
    parts.push(length === 1 ? `${first}` : `${first}:${first + length - 1}`);
    at += length;
  }
  return parts.join(',');
}
