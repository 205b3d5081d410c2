import { fieldValue, lineEnd, readHeader, readParametrised } from './header.ts';
import type { HeaderField, Parametrised } from './header.ts';

/** A part of a message, or the message itself, by where it is in the text (RFC 2045, RFC 2046). */
export interface MimePart {
  readonly fields: readonly HeaderField[];
  readonly start: number;
  /** Where its header ends and its body begins. */
  readonly body: number;
  readonly end: number;
  /** In lower case. */
  readonly type: string;
  readonly subtype: string;
  readonly parameters: Parametrised['parameters'];
  /** Of a multipart; never empty there, else empty. */
  readonly parts: readonly MimePart[];
  /** Of a message/rfc822 or message/global. */
  readonly message: MimePart | undefined;
}

/** Deeper or more than this is not looked into: it is a part like any other. */
const maxDepth = 30;
const maxParts = 1000;

/** Reads the structure of a message held as a latin1 string. Whatever the text is, it has one. */
export function readMime(text: string): MimePart {
  const budget = { parts: maxParts };
  return readPart(text, 0, text.length, { depth: 0, inDigest: false, budget });
}

interface Place {
  readonly depth: number;
  readonly inDigest: boolean;
  readonly budget: { parts: number };
}

function readPart(text: string, start: number, end: number, place: Place): MimePart {
  place.budget.parts -= 1;
  const header = readHeader(text, start, end);
  const { type, subtype, parameters } = contentType(header.fields, place.inDigest);
  const leaf: MimePart = {
    fields: header.fields,
    start,
    body: header.end,
    end,
    type,
    subtype,
    parameters,
    parts: [],
    message: undefined,
  };
  const inner: Place = { ...place, depth: place.depth + 1, inDigest: subtype === 'digest' };
  const deeper = inner.depth < maxDepth && place.budget.parts > 0;
  if (type === 'multipart') {
    const boundary = parameters.find(([name]) => name === 'boundary')?.[1];
    const ranges =
      deeper && boundary !== undefined && boundary !== '' ? partRanges(text, header.end, end, boundary) : [];
    const parts = ranges.slice(0, place.budget.parts).map(([from, to]) => readPart(text, from, to, inner));
    // RFC 9051 §9 body-type-mpart has a part at least; RFC 2045 §5.2 says what a body is that says nothing.
    return parts.length > 0
      ? { ...leaf, parts }
      : { ...leaf, type: 'text', subtype: 'plain', parameters: [] };
  }
  if (type !== 'message' || (subtype !== 'rfc822' && subtype !== 'global')) return leaf;
  return deeper
    ? { ...leaf, message: readPart(text, header.end, end, { ...inner, inDigest: false }) }
    : { ...leaf, type: 'application', subtype: 'octet-stream' };
}

function contentType(
  fields: readonly HeaderField[],
  inDigest: boolean,
): Parametrised & { readonly type: string; readonly subtype: string } {
  const written = fieldValue(fields, 'content-type');
  const read = readParametrised(written ?? '');
  const [, type, subtype] = /^([^\s/]+)\s*\/\s*([^\s/]+)$/.exec(read.value) ?? [];
  if (type !== undefined && subtype !== undefined)
    return { ...read, type: type.toLowerCase(), subtype: subtype.toLowerCase() };
  // RFC 2046 §5.1.5: in a digest parts are messages. RFC 2045 §5.2: elsewhere they are text.
  if (inDigest) return { value: '', parameters: [], type: 'message', subtype: 'rfc822' };
  return { value: '', parameters: [['charset', 'us-ascii']], type: 'text', subtype: 'plain' };
}

/** Where the parts between the delimiter lines are (RFC 2046 §5.1.1); the line end before a delimiter belongs to it. */
function partRanges(
  text: string,
  start: number,
  end: number,
  boundary: string,
): readonly (readonly [from: number, to: number])[] {
  const delimiter = `--${boundary}`;
  const ranges: (readonly [number, number])[] = [];
  let from: number | undefined;
  let at = start;
  for (;;) {
    const found = text.indexOf(delimiter, at);
    if (found < 0 || found + delimiter.length > end) break;
    at = found + delimiter.length;
    if (found !== start && text[found - 1] !== '\n') continue;
    const stop = lineEnd(text, found, end);
    // RFC 2046 §5.1.1: behind the boundary there may be white space.
    const tail = text.slice(at, Math.min(stop, at + 200)).trimEnd();
    at = stop;
    if (tail !== '' && tail !== '--') continue;
    if (from !== undefined) ranges.push([from, Math.max(from, beforeLineEnd(text, found))]);
    from = tail === '--' ? undefined : stop;
    if (from === undefined || ranges.length > maxParts) return ranges;
  }
  // A part that is never closed goes to the end.
  if (from !== undefined) ranges.push([from, end]);
  return ranges;
}

function beforeLineEnd(text: string, at: number): number {
  return text[at - 2] === '\r' ? at - 2 : at - 1;
}
