import { decoded } from './tokens.ts';
import { giveBack, takeRoom, writeCodes } from './codes.ts';

/**
 * A mistake of the server that a reader bears, because a real server makes it and what was meant is plain:
 *
 * - `extra-space`: a space where none belongs. `missing-space`: none where one belongs.
 * - `needless-escape`: a backslash before something else than a quote or a backslash, inside a quoted string.
 * - `unescaped-quote`: a quote inside a quoted string.
 * - `wide-atom`: an octet that no atom may hold.
 * - `empty-list`: `()` or a NIL within, where the grammar has NIL or nothing.
 * - `number-out-of-range`: zero, a sign, a fraction or too many digits where a number stands.
 * - `empty-multipart`: a multipart without parts. `short-part`: fields of a body part are missing.
 * - `wrong-field`: a field of a body part or of an envelope has a value of another kind.
 * - `short-envelope`: fields of an envelope are missing. `broken-group`: a group of addresses begins or ends twice.
 * - `missing-value`: an item without its value. `extra-parentheses`: an item and its value inside parentheses.
 * - `missing-status`: a response code without the `OK` that belongs before it.
 * - `bad-name`: the name of a mailbox is no modified UTF-7. `bad-object-id`: an identifier with other characters.
 */
export type Leniency =
  | 'extra-space'
  | 'missing-space'
  | 'needless-escape'
  | 'unescaped-quote'
  | 'wide-atom'
  | 'empty-list'
  | 'number-out-of-range'
  | 'empty-multipart'
  | 'short-part'
  | 'wrong-field'
  | 'short-envelope'
  | 'broken-group'
  | 'missing-value'
  | 'extra-parentheses'
  | 'missing-status'
  | 'bad-name'
  | 'bad-object-id';

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
const BACKSLASH = 0x5c;
export const BRACKET = 0x5b;
const BRACKET_CLOSE = 0x5d;
const BRACE = 0x7b;
const TILDE = 0x7e;
const CR = 0x0d;

/** Beyond every position in a response. */
const never = 0x3fff_ffff;

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
  const { at } = scan;
  if ((codeAt(scan, at) | 0x20) !== 0x6e) return false;
  if ((codeAt(scan, at + 1) | 0x20) !== 0x69 || (codeAt(scan, at + 2) | 0x20) !== 0x6c) return false;
  const behind = codeAt(scan, at + 3);
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

/** RFC 9051 §9, string: quoted or literal. */
export function string(scan: Scan): string {
  const code = scan.codes[scan.at];
  if (code === QUOTE) return quoted(scan);
  if (code === BRACE || code === TILDE) return textOf(scan, literal(scan));
  throw malformed;
}

/** RFC 9051 §9, nstring: a string, or `undefined` for NIL. */
export function nstring(scan: Scan): string | undefined {
  const code = scan.codes[scan.at];
  if (code === QUOTE) return quoted(scan);
  return nil(scan) ? undefined : string(scan);
}

/** Text out of octets: UTF-8 where it is valid, else one character per octet. */
function textOf(scan: Scan, octets: string): string {
  return scan.high ? decoded(octets) : octets;
}

function quoted(scan: Scan): string {
  const whole = scan.text;
  const from = scan.at + 1;
  if (scan.bareQuotes) return quotedBarely(scan, from);
  const end = whole.indexOf('"', from);
  if (end < 0) throw malformed;
  if (scan.backslash < from) scan.backslash = find(whole, '\\', from);
  if (scan.backslash < end) return quotedWithEscapes(scan, from);
  // RFC 9051 §9: no line break inside a quoted string; it would be that before a literal.
  if (scan.cr < from) scan.cr = find(whole, '\r', from);
  if (scan.cr < end) throw malformed;
  scan.at = end + 1;
  return scan.high ? decoded(whole.slice(from, end)) : whole.slice(from, end);
}

function find(whole: string, what: string, from: number): number {
  const at = whole.indexOf(what, from);
  return at < 0 ? never : at;
}

/** RFC 9051 §9, quoted-specials: `\"` and `\\`; another character behind a backslash means itself. */
function quotedWithEscapes(scan: Scan, from: number): string {
  const { text: whole, codes } = scan;
  let value = '';
  let begin = from;
  for (let at = from; at < whole.length; at += 1) {
    const code = codes[at];
    if (code === QUOTE) {
      scan.at = at + 1;
      return textOf(scan, value + whole.slice(begin, at));
    }
    if (code === CR) throw malformed;
    if (code === BACKSLASH) {
      value += whole.slice(begin, at);
      at += 1;
      begin = at;
      const escaped = codes[at];
      if (escaped !== QUOTE && escaped !== BACKSLASH) {
        if (escaped === CR || at >= whole.length) throw malformed;
        tolerate(scan, 'needless-escape');
      }
    }
  }
  throw malformed;
}

/** iCloud (message identifiers, seen 2024), NetEase (descriptions, 2025): quotes inside are not escaped. */
function quotedBarely(scan: Scan, from: number): string {
  const { text: whole, codes } = scan;
  let value = '';
  let begin = from;
  for (let at = from; at < whole.length; at += 1) {
    const code = codes[at];
    if (code === CR) throw malformed;
    if (code === BACKSLASH) {
      value += whole.slice(begin, at);
      at += 1;
      begin = at;
    } else if (code === QUOTE) {
      const behind = codes[at + 1];
      if (
        behind === END ||
        behind === SPACE ||
        behind === CLOSE ||
        behind === BRACKET_CLOSE ||
        behind === CR
      ) {
        scan.at = at + 1;
        return textOf(scan, value + whole.slice(begin, at));
      }
      tolerate(scan, 'unescaped-quote');
    }
  }
  throw malformed;
}

/** The octets of a literal or literal8, as they are (RFC 9051 §4.3, §4.3.1). */
function literal(scan: Scan): string {
  const { text: whole, codes } = scan;
  let { at } = scan;
  if (codes[at] === TILDE) at += 1;
  if (codes[at] !== BRACE) throw malformed;
  let size = 0;
  const digits = at + 1;
  for (let code = codeAt(scan, (at = digits)); isDigit(code); code = codeAt(scan, (at += 1)))
    size = size * 10 + code - 0x30;
  if (at === digits || !whole.startsWith('}\r\n', at)) throw malformed;
  if (scan.streamed && streamedHere(scan, at + 3) !== undefined) size = 0;
  const end = at + 3 + size;
  if (end > whole.length) throw malformed;
  scan.at = end;
  return whole.slice(at + 3, end);
}

/** How many octets of a literal that would begin here were handed on before. */
export function streamedHere(scan: Scan, at: number): number | undefined {
  return scan.streamed?.find((passed) => passed.at === at)?.octets;
}

/** Octets out of a string, for the content of a message; `undefined` for NIL. */
export function octetString(scan: Scan): string | undefined {
  const code = scan.codes[scan.at];
  if (code === BRACE || code === TILDE) return literal(scan);
  if (code !== QUOTE) {
    if (nil(scan)) return undefined;
    throw malformed;
  }
  const high = scan.high;
  const from = scan.at;
  const value = quoted(scan);
  return high ? undecoded(scan, from) : value;
}

/** A quoted string once more, without reading it as UTF-8: only content has to be kept octet by octet. */
function undecoded(scan: Scan, from: number): string {
  return scan.text.slice(from + 1, scan.at - 1).replaceAll(/\\(.)/gs, '$1');
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
  let { at } = scan;
  let all = 0;
  for (; ; at += 1) {
    const code = codeAt(scan, at);
    if (code <= SPACE || code === OPEN || code === CLOSE || code === QUOTE || code === BRACE) break;
    all |= code;
  }
  scan.at = at;
  return all > 0x7f;
}

/** RFC 9051 §9, astring: an atom, or a string. NIL is an atom here (§4.5). */
export function astring(scan: Scan): string {
  const code = scan.codes[scan.at];
  return code === QUOTE || code === BRACE || code === TILDE ? string(scan) : atom(scan);
}

/** An item's name in upper case: letters, digits, dots, hyphens; it ends where something else begins. */
export function word(scan: Scan): string {
  const from = scan.at;
  let at = from;
  let upper = true;
  for (; ; at += 1) {
    const code = codeAt(scan, at);
    if (code >= 0x61) upper = false;
    if (
      code <= SPACE ||
      code === OPEN ||
      code === CLOSE ||
      code === QUOTE ||
      code === BRACE ||
      code === BRACKET
    )
      break;
  }
  if (at === from) throw malformed;
  scan.at = at;
  const name = scan.text.slice(from, at);
  // Nearly always it is already, and to ask for it costs more than all the rest here.
  return upper ? name : name.toUpperCase();
}

/**
 * Passes one value of any kind: atom, string, literal or list, with everything in it (RFC 9051 §2.2.2: what is unknown is
 * passed). Without recursion, and with the place in a variable: this is how fast a response can be looked through.
 */
export function skip(scan: Scan): void {
  const { codes } = scan;
  const most = scan.maxDepth - scan.depth;
  let { at } = scan;
  let depth = 0;
  do {
    const code = codes[at];
    if (code === QUOTE) {
      scan.at = at;
      passQuoted(scan);
      ({ at } = scan);
    } else if (code === OPEN) {
      at += 1;
      depth += 1;
      if (depth > most) throw tooDeep;
    } else if (code === CLOSE) {
      if (depth === 0) throw malformed;
      at += 1;
      depth -= 1;
    } else if (code === SPACE) {
      if (depth === 0) throw malformed;
      at += 1;
    } else if (code === BRACE || (code === TILDE && codes[at + 1] === BRACE)) {
      scan.at = at;
      literal(scan);
      ({ at } = scan);
    } else {
      const from = at;
      for (; ; at += 1) {
        const inside = codeAt(scan, at);
        if (inside <= SPACE || inside === OPEN || inside === CLOSE || inside === QUOTE || inside === BRACE)
          break;
      }
      if (at === from) throw malformed;
    }
  } while (depth > 0);
  scan.at = at;
}

/** Passes a quoted string; cheaper than reading it. */
function passQuoted(scan: Scan): void {
  const whole = scan.text;
  const from = scan.at + 1;
  const end = whole.indexOf('"', from);
  if (end < 0) throw malformed;
  if (scan.backslash < from) scan.backslash = find(whole, '\\', from);
  if (scan.backslash < end || scan.bareQuotes) {
    quoted(scan);
    return;
  }
  if (scan.cr < from) scan.cr = find(whole, '\r', from);
  if (scan.cr < end) throw malformed;
  scan.at = end + 1;
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
