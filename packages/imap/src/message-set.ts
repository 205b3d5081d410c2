import { UsageError } from '@postern/wire';
import type { Argument } from './arguments.ts';
import { NumberSet, setOf } from './parse/number-set.ts';
import type { NumberRange } from './parse/number-set.ts';

/**
 * Which messages: a number, several, a set that a server gave, or the words of RFC 9051 §9 (`1:*`, `2,4:7`, `$` for the result that
 * was saved).
 */
export type MessageSet = number | Iterable<number> | NumberSet | string;

/** The set on the wire: ascending, merged, nothing twice, because some servers understand no other (RFC 9051 §9 allows all). */
export function setArgument(set: MessageSet): Argument {
  const text = typeof set === 'string' ? checked(set) : written(set);
  if (text === '') throw new UsageError('the set names no message', 'RFC 9051 §9', 'argument-refused');
  return { type: 'atom', text };
}

const one = '(?:[1-9]\\d{0,9}|\\*)';
const grammar = new RegExp(`^(?:\\$|${one}(?::${one})?(?:,${one}(?::${one})?)*)$`);

function checked(text: string): string {
  if (!grammar.test(text)) throw new UsageError('no set of messages', 'RFC 9051 §9', 'argument-refused');
  return text;
}

function written(set: number | Iterable<number> | NumberSet): string {
  if (set instanceof NumberSet) return merged(set.ranges).toString();
  const numbers = typeof set === 'number' ? [set] : [...set];
  if (!numbers.every((value) => Number.isInteger(value) && value > 0 && value < 2 ** 32))
    throw new UsageError('a message number is out of range', 'RFC 9051 §9', 'argument-refused');
  return setOf(numbers).toString();
}

function merged(ranges: readonly NumberRange[]): NumberSet {
  const list: { from: number; to: number }[] = [];
  for (const { from, to } of ranges.toSorted((a, b) => a.from - b.from)) {
    const last = list.at(-1);
    if (last && from <= last.to + 1) last.to = Math.max(last.to, to);
    else list.push({ from, to });
  }
  return new NumberSet(list);
}
