import { decoded } from './tokens.ts';
import {
  malformed,
  END,
  SPACE,
  QUOTE,
  CLOSE,
  BACKSLASH,
  BRACKET_CLOSE,
  BRACE,
  TILDE,
  CR,
  codeAt,
  tolerate,
  nil,
  isDigit,
  atom,
} from './scan.ts';
import type { Scan } from './scan.ts';

/** Beyond every position in a response. */
const never = 0x3fff_ffff;

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

/** RFC 9051 §9, quoted. */
export function quoted(scan: Scan): string {
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

/** Where a character is next; beyond every place where it is no more. */
export function find(whole: string, what: string, from: number): number {
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
export function literal(scan: Scan): string {
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

/** RFC 9051 §9, astring: an atom, or a string. NIL is an atom here (§4.5). */
export function astring(scan: Scan): string {
  const code = scan.codes[scan.at];
  return code === QUOTE || code === BRACE || code === TILDE ? string(scan) : atom(scan);
}
