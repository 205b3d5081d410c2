import { decoded } from './tokens.ts';
import type { Leniency } from './leniency.ts';
import { giveBack, takeRoom, writeCodes } from './codes.ts';

/** Thrown inside of readers only, and always the same: making a stack for each would cost more than reading. */
export const malformed: Error = new Error('malformed response');
/** Thrown where parentheses nest deeper than allowed. */
export const tooDeep: Error = new Error('response nests too deep');

/** What stands behind the last octet. */
export const END = 0;
export const SPACE = 0x20;
export const QUOTE = 0x22;
export const OPEN = 0x28;
export const CLOSE = 0x29;
export const BACKSLASH = 0x5c;
export const BRACKET = 0x5b;
export const BRACKET_CLOSE = 0x5d;
export const BRACE = 0x7b;
export const TILDE = 0x7e;
export const CR = 0x0d;

const ENDS_ATOM = 1;
const ENDS_WORD = 2;
export const ENDS_NUMBER = 4;
const LOWER = 8;
const HIGH = 16;

/** What an octet can be: one look at it, where comparisons would be six, for every octet of every name. */
export const traitsOf: Uint8Array = Uint8Array.from({ length: 256 }, (_, code) => {
  const text = String.fromCharCode(code);
  const endsAtom = code <= SPACE || '()"{'.includes(text);
  return (
    (endsAtom ? ENDS_ATOM | ENDS_WORD : 0) |
    (code === BRACKET ? ENDS_WORD : 0) |
    // The end, SP, `)`, `]`, or in a set `:` and `,`.
    (code === END || ' )]:,'.includes(text) ? ENDS_NUMBER : 0) |
    (/[a-z]/.test(text) ? LOWER : 0) |
    (code > 0x7f ? HIGH : 0)
  );
});

/** How a response is read. */
export interface ScanOptions {
  /** Deepest nesting of parentheses. */
  readonly maxDepth: number;
  /** Whether a {@link Leniency} ends the dialogue instead of being noted. */
  readonly strict: boolean;
  /** Whether names of mailboxes are UTF-8, because IMAP4rev2 or UTF8=ACCEPT is on; else modified UTF-7. Default `false`. */
  readonly utf8Names?: boolean;
  /** Literals whose octets were handed on before and are not in the text, by where they would begin. Default: none. */
  readonly streamed?: readonly { readonly at: number; readonly octets: number }[] | undefined;
}

/**
 * A place in a response that is held as one string with a character per octet, and what was odd up to there. Readers move it
 * on; they throw {@link malformed} or {@link tooDeep}, and who starts them catches. Every reader looks at an octet a bounded number
 * of times, so that a response costs linear time.
 */
export class Scan {
  readonly text: string;
  /** Its octets, and zeros behind them. */
  readonly codes: Uint8Array;
  at: number;
  depth = 0;
  readonly maxDepth: number;
  readonly strict: boolean;
  readonly utf8Names: boolean;
  /** Whether a string ends only at a quote that a delimiter follows: the second try at a response with bare quotes. */
  readonly bareQuotes: boolean;
  /** Whether there is an octet above 127 in the whole response; else no string has to be looked at again. */
  readonly high: boolean;
  readonly streamed: ScanOptions['streamed'];
  /** What was tolerated, each once. */
  tolerated: Leniency[] | undefined = undefined;
  /** The next backslash, and the next CR, at or behind the place that was asked about last. */
  backslash = -1;
  cr = -1;

  constructor(text: string, at: number, options: ScanOptions, bareQuotes = false) {
    this.text = text;
    this.codes = takeRoom(text.length);
    this.high = writeCodes(text, this.codes);
    this.at = at;
    this.maxDepth = options.maxDepth;
    this.strict = options.strict;
    this.utf8Names = options.utf8Names === true;
    this.bareQuotes = bareQuotes;
    this.streamed = options.streamed;
  }
}

/** Lets others have the room of the octets; nothing may be read from the scan any more. */
export function release(scan: Scan): void {
  giveBack(scan.codes);
}

/** The octet at a place up to a few behind the end, where there is a zero. */
export function codeAt(scan: Scan, at: number): number {
  return scan.codes[at] as number;
}

/** Notes what is tolerated; in strict reading nothing is. */
export function tolerate(scan: Scan, leniency: Leniency): void {
  if (scan.strict) throw malformed;
  scan.tolerated ??= [];
  if (!scan.tolerated.includes(leniency)) scan.tolerated.push(leniency);
}

/** The octet here; {@link END} at the end. */
export function peek(scan: Scan): number {
  return scan.codes[scan.at] as number;
}

/** RFC 9051 §9: one SP; more are tolerated. */
export function space(scan: Scan): void {
  if (scan.codes[scan.at] !== SPACE) throw malformed;
  scan.at += 1;
  if (scan.codes[scan.at] === SPACE) surplus(scan);
}

/** Skips spaces that do not belong here. */
export function surplus(scan: Scan): void {
  if (scan.codes[scan.at] !== SPACE) return;
  tolerate(scan, 'extra-space');
  while (scan.codes[scan.at] === SPACE) scan.at += 1;
}

/** An opening parenthesis, and one level deeper. */
export function open(scan: Scan): void {
  if (scan.codes[scan.at] !== OPEN) throw malformed;
  scan.at += 1;
  scan.depth += 1;
  if (scan.depth > scan.maxDepth) throw tooDeep;
  if (scan.codes[scan.at] === SPACE) surplus(scan);
}

/** Passes a text if it stands here, octet by octet. */
export function passText(scan: Scan, text: string): boolean {
  if (!scan.text.startsWith(text, scan.at)) return false;
  scan.at += text.length;
  return true;
}

/** A closing parenthesis, and one level up. */
export function close(scan: Scan): void {
  if (scan.codes[scan.at] === SPACE) surplus(scan);
  if (scan.codes[scan.at] !== CLOSE) throw malformed;
  scan.at += 1;
  scan.depth -= 1;
}

/** Whether the list ends here; then it is behind its parenthesis. */
export function closes(scan: Scan): boolean {
  const code = scan.codes[scan.at];
  if (code === CLOSE) {
    scan.at += 1;
    scan.depth -= 1;
    return true;
  }
  if (code !== SPACE) return false;
  // A space before the parenthesis is tolerated; before anything else it is for the caller.
  let at = scan.at;
  while (scan.codes[at] === SPACE) at += 1;
  if (scan.codes[at] !== CLOSE) return false;
  surplus(scan);
  scan.at += 1;
  scan.depth -= 1;
  return true;
}

/** Whether another element of a list with spaces between follows; the scan stands before it, or behind the list. */
export function another(scan: Scan): boolean {
  const code = scan.codes[scan.at];
  if (code === SPACE) {
    const next = scan.codes[scan.at + 1];
    if (next !== SPACE && next !== CLOSE) {
      scan.at += 1;
      return true;
    }
    if (closes(scan)) return false;
    space(scan);
    return true;
  }
  if (code !== CLOSE) throw malformed;
  scan.at += 1;
  scan.depth -= 1;
  return false;
}

/** The end of a response. */
export function finish(scan: Scan): void {
  surplus(scan);
  if (scan.at < scan.text.length) throw malformed;
}

/** Whether an unquoted NIL stands here, in any case (RFC 9051 §4.5); it is not passed. */
export function isNil(scan: Scan): boolean {
  const { at, codes } = scan;
  if (((codes[at] as number) | 0x20) !== 0x6e) return false;
  if (((codes[at + 1] as number) | 0x20) !== 0x69 || ((codes[at + 2] as number) | 0x20) !== 0x6c)
    return false;
  const behind = codes[at + 3];
  return behind === END || behind === SPACE || behind === CLOSE || behind === OPEN;
}

/** Passes NIL if it stands here. */
export function nil(scan: Scan): boolean {
  if (!isNil(scan)) return false;
  scan.at += 3;
  return true;
}

/** Whether a digit stands here. */
export function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/**
 * What stands here up to a space, a parenthesis, a quote, a brace or the end: an atom, and more than the grammar lets be one
 * (RFC 9051 §9). Never empty.
 */
export function atom(scan: Scan): string {
  const from = scan.at;
  const high = passAtom(scan);
  if (scan.at === from) throw malformed;
  const value = scan.text.slice(from, scan.at);
  return high ? decoded(value) : value;
}

/** Passes an atom, which may be empty; whether an octet above 127 was in it. */
export function passAtom(scan: Scan): boolean {
  return (passUntil(scan, ENDS_ATOM) & HIGH) > 0;
}

/** Passes octets up to one with a trait; the traits of those before. */
function passUntil(scan: Scan, trait: number): number {
  const { codes } = scan;
  let { at } = scan;
  let all = 0;
  for (;;) {
    const one = traitsOf[codes[at] as number] as number;
    if ((one & trait) > 0) break;
    all |= one;
    at += 1;
  }
  scan.at = at;
  return all;
}

/** An item's name in upper case: letters, digits, dots, hyphens; it ends where something else begins. */
export function word(scan: Scan): string {
  const from = scan.at;
  const traits = passUntil(scan, ENDS_WORD);
  if (scan.at === from) throw malformed;
  const name = scan.text.slice(from, scan.at);
  // Nearly always it is already, and to ask for it costs more than all the rest here.
  return (traits & (LOWER | HIGH)) === 0 ? name : name.toUpperCase();
}

/** RFC 9051 §9, flag-list, and the attributes of a LIST. Gmail has keywords with brackets, which no atom may hold. */
export function atomList(scan: Scan): readonly string[] {
  open(scan);
  if (closes(scan)) return [];
  // It begins with what is there: an empty array would be given room for seventeen.
  const list = [atom(scan)];
  while (another(scan)) list.push(atom(scan));
  return list;
}
