import { peerText } from '@postern/wire';

/** Longest nesting of parentheses that is read. */
export const maxDepth = 64;

/**
 * Where the value that begins at `at` ends, or `undefined` where none is whole: an atom, a quoted string (RFC 9051 §4.3), a
 * literal with its marker, or a list with everything in it. Works without recursion on a response held as one latin1 string.
 */
export function skipValue(text: string, at: number): number | undefined {
  let depth = 0;
  let position = at;
  do {
    switch (text[position]) {
      case undefined:
        return undefined;
      case '(':
        depth += 1;
        position += 1;
        break;
      case ')':
        depth -= 1;
        position += 1;
        break;
      case '"': {
        const end = quotedEnd(text, position);
        if (end === undefined) return undefined;
        position = end;
        break;
      }
      case '{':
        position = literalEnd(text, position) ?? position + 1;
        break;
      case ' ':
        position += 1;
        break;
      default:
        // RFC 3516 §4: `~` before a brace makes a literal that may hold NUL.
        if (text.startsWith('~{', position)) {
          position = literalEnd(text, position + 1) ?? position + 2;
          break;
        }
        while (position < text.length && !' ()"{'.includes(text[position] ?? ' ')) position += 1;
    }
  } while (depth > 0);
  return depth < 0 ? undefined : position;
}

/** The deepest nesting of parentheses outside quoted strings and literals (RFC 9051 §4.4). */
export function nesting(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < text.length;) {
    const code = text.charCodeAt(at);
    if (code === 0x28) {
      depth += 1;
      deepest = Math.max(deepest, depth);
      at += 1;
    } else if (code === 0x29) {
      depth -= 1;
      at += 1;
    } else if (code === 0x22) {
      at = quotedEnd(text, at) ?? at + 1;
    } else if (code === 0x7b) {
      at = literalEnd(text, at) ?? at + 1;
    } else {
      at += 1;
    }
  }
  return deepest;
}

/** Behind the closing quote of a quoted string. */
function quotedEnd(text: string, at: number): number | undefined {
  for (let position = at + 1; position < text.length; position += 1) {
    const code = text.charCodeAt(position);
    if (code === 0x5c) position += 1;
    else if (code === 0x22) return position + 1;
    // RFC 9051 §9: no line break inside a quoted string; this quote was none.
    else if (code === 0x0d) return undefined;
  }
  return undefined;
}

/** Behind the octets of a literal whose marker begins at `at`. */
function literalEnd(text: string, at: number): number | undefined {
  const close = text.indexOf('}\r\n', at);
  if (close < 0 || close - at > 21) return undefined;
  const digits = text.slice(at + 1, close).replace(/\+$/, '');
  return /^\d+$/.test(digits) ? close + 3 + Number(digits) : undefined;
}

/**
 * Reads a string: quoted with its escapes undone, a literal's octets, or an atom as it stands. `undefined` where none begins
 * at `at` or it is not whole.
 */
export function readString(
  text: string,
  at: number,
): { readonly value: string; readonly end: number } | undefined {
  const end = skipValue(text, at);
  if (end === undefined || end > text.length || text[at] === '(' || text[at] === ' ') return undefined;
  if (text[at] === '"') return { value: text.slice(at + 1, end - 1).replaceAll(/\\(.)/gs, '$1'), end };
  const marker = text[at] === '{' || text.startsWith('~{', at) ? text.indexOf('}\r\n', at) : -1;
  return { value: text.slice(marker < 0 ? at : marker + 3, end), end };
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
    if (latin.charCodeAt(at) > 0x7f) {
      return peerText(Uint8Array.from(latin, (character) => character.charCodeAt(0)));
    }
  }
  return latin;
}
