import { concatBytes, sample, utf8 } from '@postern/wire';

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
  const stuffed = lines.map((line) => `${line.startsWith('.') ? '.' : ''}${line}\r\n`);
  return concatBytes([positive(text), utf8(`${stuffed.join('')}.\r\n`)]);
}

const LF = 10;
const CR = 13;
const DOT = 0x2e;
const dot = utf8('.');

/** A multi-line reply with a message that ends with CRLF, dots stuffed (RFC 1939 §3). */
export function contentReply(text: string, content: Uint8Array): Uint8Array {
  const parts = [positive(text)];
  for (let at = 0; at < content.length;) {
    let end = content.indexOf(LF, at) + 1;
    // Only CRLF ends a line; a bare LF is data.
    while (end > 0 && content[end - 2] !== CR) end = content.indexOf(LF, end) + 1;
    if (end === 0) end = content.length;
    if (content[at] === DOT) parts.push(dot);
    parts.push(content.subarray(at, end));
    at = end;
  }
  parts.push(utf8('.\r\n'));
  return concatBytes(parts);
}

/** The header, the blank line, and the first lines of the body (RFC 1939 §7); all of it where there are no more. */
export function topOf(content: Uint8Array, lines: number): Uint8Array {
  let left = lines;
  let body = false;
  for (let at = 0; at < content.length;) {
    const end = content.indexOf(LF, at) + 1;
    if (end === 0) break;
    if (body && left === 0) return sample(content, at);
    if (body) left -= 1;
    else if (end - at <= 2) body = true;
    at = end;
  }
  return content;
}
