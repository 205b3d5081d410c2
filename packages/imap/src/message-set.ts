import { UsageError } from '@postern/wire';
import type { Argument } from './arguments.ts';
import { NumberSet, setOf } from './parse/number-set.ts';
import type { NumberRange } from './parse/number-set.ts';

/**
 * Which messages: a number, several, a set that a server gave, or the words of RFC 9051 §9 (`1:*`, `2,4:7`, `$` for the result that
 * was saved).
 */
export type MessageSet = number | Iterable<number> | NumberSet | string;

/** A set in as many arguments as it needs, each for a command of its own. */
export type Sets = readonly [Argument, ...Argument[]];

/** Most octets of a set in one command: with what else is in the line it stays below 8,192 (RFC 7162 §4). */
const maxSetOctets = 7000;

/**
 * The set as one argument or, where it is too long for one command, as several. By number it has to fit: between two commands a number may
 * come to mean another message (RFC 9051 §5.5).
 */
export function setArguments(set: MessageSet, by: 'uid' | 'number' = 'uid'): Sets {
  const text = setText(set);
  if (by === 'number' && text.length > maxSetOctets)
    throw new UsageError('so long a set has to name UIDs', 'RFC 9051 §5.5', 'argument-refused');
  return split(text);
}

function split(text: string): Sets {
  if (text.length <= maxSetOctets) return [{ type: 'atom', text }];
  const end = text.lastIndexOf(',', maxSetOctets);
  const sets: [Argument, ...Argument[]] = [{ type: 'atom', text: text.slice(0, end) }];
  for (let at = end + 1; at < text.length;) {
    const stop = at + maxSetOctets < text.length ? text.lastIndexOf(',', at + maxSetOctets) : text.length;
    sets.push({ type: 'atom', text: text.slice(at, stop) });
    at = stop + 1;
  }
  return sets;
}

/** The set on the wire: ascending, merged, nothing twice, because some servers understand no other (RFC 9051 §9 allows all). */
export function setArgument(set: MessageSet): Argument {
  return { type: 'atom', text: setText(set) };
}

function setText(set: MessageSet): string {
  const text = typeof set === 'string' ? checked(set) : written(set);
  if (text === '') throw new UsageError('the set names no message', 'RFC 9051 §9', 'argument-refused');
  return text;
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
