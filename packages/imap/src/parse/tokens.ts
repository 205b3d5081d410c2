import { peerText } from '@postern/wire';

const SPACE = 0x20;
const QUOTE = 0x22;
const OPEN = 0x28;
const CLOSE = 0x29;
const BACKSLASH = 0x5c;
const BRACE = 0x7b;
const CR = 0x0d;

/** What ends an atom. */
const ends = new Set([SPACE, QUOTE, OPEN, CLOSE, BRACE]);

/**
 * Where the value that begins at `at` ends, or `undefined` where none is whole: an atom, a quoted string (RFC 9051 §4.3), a
 * literal with its marker, or a list with everything in it. Works without recursion on a response held as one latin1 string.
 */
export function skipValue(text: string, at: number): number | undefined {
  let depth = 0;
  let position = at;
  do {
    if (position >= text.length) return undefined;
    const code = text.charCodeAt(position);
    if (code === QUOTE) {
      const stop = quotedStop(text, position);
      if (text.charCodeAt(stop) !== QUOTE) return undefined;
      position = stop + 1;
    } else if (code === BRACE) {
      position = literalEnd(text, position) ?? position + 1;
    } else if (code === OPEN || code === CLOSE || code === SPACE) {
      if (code === OPEN) depth += 1;
      if (code === CLOSE) depth -= 1;
      position += 1;
    } else if (text.startsWith('~{', position)) {
      // RFC 3516 §4: `~` before a brace makes a literal that may hold NUL.
      position = literalEnd(text, position + 1) ?? position + 1;
    } else {
      while (position < text.length && !ends.has(text.charCodeAt(position))) position += 1;
    }
  } while (depth > 0);
  return depth < 0 ? undefined : position;
}

/** The deepest nesting of parentheses outside quoted strings and literals (RFC 9051 §4.4). */
export function nesting(text: string): number {
  let depth = 0;
  let deepest = 0;
  // Up to here no quote closes: to look again at each of them would be quadratic.
  let unclosed = 0;
  for (let at = 0; at < text.length;) {
    const code = text.charCodeAt(at);
    let next = at + 1;
    if (code === OPEN) {
      depth += 1;
      deepest = Math.max(deepest, depth);
    } else if (code === CLOSE) {
      depth -= 1;
    } else if (code === BRACE) {
      next = literalEnd(text, at) ?? next;
    } else if (code === QUOTE && at >= unclosed) {
      const stop = quotedStop(text, at);
      if (text.charCodeAt(stop) === QUOTE) next = stop + 1;
      else unclosed = stop;
    }
    at = next;
  }
  return deepest;
}

/** Where a quoted string that begins at `at` stops: at its closing quote, or where none comes any more. */
function quotedStop(text: string, at: number): number {
  for (let position = at + 1; position < text.length; position += 1) {
    const code = text.charCodeAt(position);
    // RFC 9051 §9: no line break inside a quoted string; the quote at the beginning was none.
    if (code === QUOTE || code === CR) return position;
    if (code === BACKSLASH && text.charCodeAt(position + 1) !== CR) position += 1;
  }
  return text.length;
}

/** A number64 has at most 19 digits (RFC 9051 §9). */
const maxDigits = 19;

/** Behind the octets of a literal whose marker begins at `at`; `undefined` where it is no marker. */
function literalEnd(text: string, at: number): number | undefined {
  let size = 0;
  let position = at + 1;
  for (let code = text.charCodeAt(position); code >= 0x30 && code <= 0x39; code = text.charCodeAt(position)) {
    size = size * 10 + code - 0x30;
    position += 1;
    if (position - at > maxDigits + 1) return undefined;
  }
  if (position === at + 1) return undefined;
  if (text[position] === '+') position += 1;
  return text.startsWith('}\r\n', position) ? position + 3 + size : undefined;
}

/**
 * Reads a string: quoted with its escapes undone, a literal's octets, or an atom as it stands. `undefined` where none begins
 * at `at` or it is not whole.
 */
export function readString(
  text: string,
  at: number,
): { readonly value: string; readonly end: number } | undefined {
  const code = text.charCodeAt(at);
  if (code === OPEN || code === SPACE) return undefined;
  const marker = text.startsWith('~{', at) ? at + 1 : at;
  if (text.charCodeAt(marker) === BRACE) {
    const end = literalEnd(text, marker);
    if (end === undefined || end > text.length) return undefined;
    return { value: text.slice(text.indexOf('\n', marker) + 1, end), end };
  }
  const end = skipValue(text, at);
  if (end === undefined) return undefined;
  if (code !== QUOTE) return { value: text.slice(at, end), end };
  return { value: text.slice(at + 1, end - 1).replaceAll(/\\(.)/gs, '$1'), end };
}

/** The elements of a flat list of strings, `null` for NIL; `undefined` where it is none (RFC 9051 §4.4, §4.5). */
export function readList(text: string, at: number): readonly (string | null)[] | undefined {
  if (text[at] !== '(') return undefined;
  const values: (string | null)[] = [];
  for (let position = at + 1; ;) {
    while (text[position] === ' ') position += 1;
    if (text[position] === ')') return values;
    const read = readString(text, position);
    if (!read) return undefined;
    // RFC 9051 §4.5: NIL without quotes is no string.
    values.push(
      text[position] === '"' || text[position] === '{' || !/^nil$/i.test(read.value) ? read.value : null,
    );
    position = read.end;
  }
}

/** Text of a peer out of a latin1 string: read as UTF-8 where that is valid (RFC 9051 §4.3). */
export function decoded(latin: string): string {
  for (let at = 0; at < latin.length; at += 1) {
    if (latin.charCodeAt(at) > 0x7f) return peerText(octets(latin));
  }
  return latin;
}

/** The octets of a latin1 string. */
export function octets(latin: string): Uint8Array {
  const bytes = new Uint8Array(latin.length);
  for (let at = 0; at < latin.length; at += 1) bytes[at] = latin.charCodeAt(at);
  return bytes;
}
