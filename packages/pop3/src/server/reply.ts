import { concatBytes, utf8 } from '@postern/wire';

/** A status line. */
export function positive(text = ''): Uint8Array {
  return utf8(text === '' ? '+OK\r\n' : `+OK ${text}\r\n`);
}

/** A negative status line, with its extended code (RFC 2449 §8) where there is one. */
export function negative(text: string, code?: string): Uint8Array {
  return utf8(`-ERR ${code === undefined ? '' : `[${code}] `}${text}\r\n`);
}

/** A multi-line reply of short lines. */
export function listing(text: string, lines: readonly string[]): Uint8Array {
  const safe = lines.map((line) => `${line.startsWith('.') ? '.' : ''}${line}\r\n`);
  return concatBytes([positive(text), utf8(`${safe.join('')}.\r\n`)]);
}

const LF = 10;
const CR = 13;
const DOT = 0x2e;
const dot = utf8('.');

/** RFC 1939 §3: the line that ends a multi-line reply. */
export const terminator: Uint8Array = utf8('.\r\n');

/** Messages with their dots stuffed, as long as the message lives: however often it is retrieved, it is held once. */
const stuffedForms = new WeakMap<Uint8Array, Uint8Array>();

/** RFC 1939 §3: a message with a dot more in front of each line that begins with one. Itself where there is none. */
export function stuffed(content: Uint8Array): Uint8Array {
  const known = stuffedForms.get(content);
  if (known) return known;
  const parts: Uint8Array[] = [];
  let begun = 0;
  for (let at = 0; at < content.length;) {
    if (content[at] === DOT) {
      parts.push(content.subarray(begun, at), dot);
      begun = at;
    }
    // Only CRLF ends a line; a bare LF is data.
    let end = content.indexOf(LF, at) + 1;
    while (end > 0 && content[end - 2] !== CR) end = content.indexOf(LF, end) + 1;
    at = end === 0 ? content.length : end;
  }
  const form = parts.length === 0 ? content : concatBytes([...parts, content.subarray(begun)]);
  stuffedForms.set(content, form);
  return form;
}

/** The header, the blank line, and the first lines of the body (RFC 1939 §7); all of it where there are no more. Not a copy. */
export function topOf(content: Uint8Array, lines: number): Uint8Array {
  let left = lines;
  let body = false;
  for (let at = 0; at < content.length;) {
    const end = content.indexOf(LF, at) + 1;
    if (end === 0) break;
    if (body && left === 0) return content.subarray(0, at);
    if (body) left -= 1;
    else if (end - at === 1 || (end - at === 2 && content[at] === CR)) body = true;
    at = end;
  }
  return content;
}

/** Whether the header of a message is ASCII throughout. */
export function asciiHeader(content: Uint8Array): boolean {
  const header = topOf(content, 0);
  return header.every((octet) => octet < 0x80);
}
