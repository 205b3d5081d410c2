import { decodeBase64 } from '@postern/sasl';
import { latin1 } from '@postern/wire';
import { decoded, octets } from '../../parse/tokens.ts';
import { encodingOf } from './body-structure.ts';
import type { MimePart } from './mime.ts';
import { withoutTransferEncoding } from './transfer-encoding.ts';

/** An encoded word, and the white space to the next one, which is none of the text (RFC 2047 §2, §6.2). */
const encodedWord = /=\?([^?\s*]{1,40})(?:\*[^?\s]{0,40})?\?([BQ])\?([^?\s]*)\?=(?:[ \t\r\n]+(?==\?))?/gi;

/** A header or a value of it, held as latin1, as people read it. What is no encoded word, or of an unknown charset, stays as it is. */
export function headerText(value: string): string {
  const unfolded = value.includes('\n') ? value.replaceAll(/\r?\n(?=[ \t])/g, '') : value;
  const text = decoded(unfolded);
  if (!text.includes('=?')) return text;
  return text.replaceAll(encodedWord, (word, charset: string, encoding: string, written: string) => {
    const raw = encoding.toUpperCase() === 'B' ? base64(written) : quoted(written);
    return (raw === undefined ? undefined : charsetText(raw, charset)) ?? word;
  });
}

/**
 * The texts of a message or a part, as people read them: transfer encodings and charsets undone (RFC 3501 §6.4.4). With `all`, the headers
 * of parts too. What is no text is left out: nobody looks for words in a picture.
 */
export function* searchableTexts(text: string, part: MimePart, all: boolean): Generator<string> {
  if (all) yield headerText(text.slice(part.start, part.body));
  if (part.message) yield* searchableTexts(text, part.message, true);
  else if (part.parts.length > 0) for (const inner of part.parts) yield* searchableTexts(text, inner, all);
  else if (part.type === 'text') yield bodyText(text, part);
}

function bodyText(text: string, part: MimePart): string {
  const body = text.slice(part.body, part.end);
  const raw = withoutTransferEncoding(body, encodingOf(part)) ?? body;
  const charset = part.parameters.find(([name]) => name === 'charset')?.[1];
  return (charset === undefined ? undefined : charsetText(raw, charset)) ?? decoded(raw);
}

/** Octets in a charset; `undefined` where nobody here knows it. */
function charsetText(raw: string, charset: string): string | undefined {
  // Most are, and whoever says so may be wrong.
  if (/^(?:us-ascii|utf-?8)$/i.test(charset)) return decoded(raw);
  try {
    return new TextDecoder(charset).decode(octets(raw));
  } catch {
    return undefined;
  }
}

function base64(written: string): string | undefined {
  const bytes = decodeBase64(written);
  return bytes && latin1(bytes);
}

/** RFC 2047 §4.2: like quoted-printable, with `_` for a space. */
function quoted(written: string): string {
  return written
    .replaceAll('_', ' ')
    .replaceAll(/=([\dA-F]{2})/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
}
