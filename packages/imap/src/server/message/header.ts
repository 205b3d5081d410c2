import { trimmed, trimmedEnd } from './white-space.ts';

/** One field of a header, as it stands in the text. */
export interface HeaderField {
  /** In lower case. */
  readonly name: string;
  /** Behind the colon, unfolded, without spaces at its ends. */
  readonly value: string;
  readonly start: number;
  /** Behind its last line end. */
  readonly end: number;
}

/** A header: its fields, and where what follows begins. */
export interface Header {
  readonly fields: readonly HeaderField[];
  /** Behind the empty line that ends it, or the end of the text. */
  readonly end: number;
}

/** Bounds what one header can make us keep. */
const maxFields = 2000;

/** Reads the header that begins at `start` (RFC 5322 §2.2); a line that is no field belongs to none. */
export function readHeader(text: string, start: number, end: number): Header {
  const fields: HeaderField[] = [];
  let at = start;
  while (at < end) {
    let stop = lineEnd(text, at, end);
    if (isEmpty(text, at, stop)) return { fields, end: stop };
    // RFC 5322 §2.2.3: a line that begins with white space goes on.
    while (stop < end && (text[stop] === ' ' || text[stop] === '\t')) stop = lineEnd(text, stop, end);
    const colon = text.indexOf(':', at);
    if (colon > at && colon < stop && fields.length < maxFields) {
      const name = trimmedEnd(text.slice(at, colon)).toLowerCase();
      const value = trimmed(text.slice(colon + 1, stop).replaceAll(/\r?\n/g, ''));
      if (!/[\s\u0080-\u{10ffff}]/u.test(name)) fields.push({ name, value, start: at, end: stop });
    }
    at = stop;
  }
  return { fields, end };
}

/** The value of the first field of a name. */
export function fieldValue(fields: readonly HeaderField[], name: string): string | undefined {
  return fields.find((field) => field.name === name)?.value;
}

/** Behind the line that begins at `at`. */
export function lineEnd(text: string, at: number, end: number): number {
  const found = text.indexOf('\n', at);
  return found < 0 || found >= end ? end : found + 1;
}

function isEmpty(text: string, at: number, stop: number): boolean {
  const line = text.slice(at, Math.min(stop, at + 3));
  return line === '\r\n' || line === '\n';
}

/** A value with parameters, such as Content-Type has (RFC 2045 §5.1); names in lower case. */
export interface Parametrised {
  readonly value: string;
  readonly parameters: readonly (readonly [name: string, value: string])[];
}

const token = /[^ \t\r\n"(),:;<=>?@[\\\]]+/y;
const quotedValue = /"((?:[^"\\]|\\.)*)"?/y;

/** Reads `value; name=value; …`. What cannot be read is left out: mail is full of it. */
export function readParametrised(text: string): Parametrised {
  const [value = '', ...rest] = withoutComments(text).split(';');
  const parameters: (readonly [string, string])[] = [];
  // The parts are put together again, because quoted values may hold a semicolon.
  const tail = rest.join(';');
  // Between two runs of blanks stands something, so that no run can be cut in two in every way there is.
  const pattern = /[ \t]*(?:;[ \t]*)?([^ \t\r\n"(),:;<=>?@[\\\]]+)[ \t]*=[ \t]*/y;
  for (let at = 0; at < tail.length && parameters.length < 100;) {
    pattern.lastIndex = at;
    const name = pattern.exec(tail)?.[1];
    if (name === undefined) {
      const next = tail.indexOf(';', at);
      if (next < 0) break;
      at = next + 1;
      continue;
    }
    const reader = tail[pattern.lastIndex] === '"' ? quotedValue : token;
    reader.lastIndex = pattern.lastIndex;
    const found = reader.exec(tail);
    at = found ? reader.lastIndex : pattern.lastIndex;
    parameters.push([name.toLowerCase(), (found?.[1] ?? found?.[0] ?? '').replaceAll(/\\(.)/g, '$1')]);
  }
  return { value: trimmed(value), parameters };
}

/** Takes out comments, which nest (RFC 5322 §3.2.2). */
function withoutComments(text: string): string {
  if (!text.includes('(')) return text;
  let kept = '';
  let depth = 0;
  let quotes = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (character === '\\') {
      if (depth === 0) kept += text.slice(at, at + 2);
      at += 1;
    } else if (depth === 0 && character === '"') {
      quotes = !quotes;
      kept += character;
    } else if (!quotes && character === '(') depth += 1;
    else if (!quotes && character === ')' && depth > 0) depth -= 1;
    else if (depth === 0) kept += character;
  }
  return kept;
}
