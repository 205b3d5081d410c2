import { readAddresses } from './address.ts';
import { fieldValue, readParametrised } from './header.ts';
import type { HeaderField, Parametrised } from './header.ts';
import type { MimePart } from './mime.ts';
import { nstringText, stringText } from './strings.ts';
import { trimmed } from './white-space.ts';

/** ENVELOPE of a header (RFC 9051 §7.5.2). */
export function envelopeText(fields: readonly HeaderField[]): string {
  const text = (name: string): string => nstringText(fieldValue(fields, name));
  const addresses = (name: string, instead = name): string => {
    // Empty lists are NIL. RFC 9051 §7.5.2: without Sender and Reply-To the author is both.
    const list = fields
      .filter((field) => field.name === name)
      .flatMap(({ value }) => [...readAddresses(value)])
      .map(
        ({ name: shown, route, mailbox, host }) =>
          `(${[shown, route, mailbox, host].map((part) => nstringText(part)).join(' ')})`,
      )
      .join('');
    if (list !== '') return `(${list})`;
    return instead === name ? 'NIL' : addresses(instead);
  };
  return `(${[
    text('date'),
    text('subject'),
    addresses('from'),
    addresses('sender', 'from'),
    addresses('reply-to', 'from'),
    addresses('to'),
    addresses('cc'),
    addresses('bcc'),
    text('in-reply-to'),
    text('message-id'),
  ].join(' ')})`;
}

/** BODYSTRUCTURE, or BODY, which leaves the extension data out (RFC 9051 §7.5.2). */
export function bodyStructureText(text: string, part: MimePart, form: 'BODY' | 'BODYSTRUCTURE'): string {
  const { fields } = part;
  const extended = form === 'BODYSTRUCTURE';
  const field = (name: string): string => nstringText(fieldValue(fields, name));
  const extension = `${dispositionText(fields)} ${languageText(fields)} ${field('content-location')}`;
  if (part.parts.length > 0) {
    const inside = part.parts.map((child) => bodyStructureText(text, child, form)).join('');
    const tail = extended ? ` ${parametersText(part.parameters)} ${extension}` : '';
    return `(${inside} ${upper(part.subtype)}${tail})`;
  }
  const basic = [
    upper(part.type),
    upper(part.subtype),
    parametersText(part.parameters),
    field('content-id'),
    field('content-description'),
    upper(encodingOf(part) || '7bit'),
    `${part.end - part.body}`,
  ];
  if (part.message) {
    basic.push(
      envelopeText(part.message.fields),
      bodyStructureText(text, part.message, form),
      `${lineCount(text, part)}`,
    );
  } else if (part.type === 'text') basic.push(`${lineCount(text, part)}`);
  if (extended) basic.push(field('content-md5'), extension);
  return `(${basic.join(' ')})`;
}

/** The transfer encoding as it is written, empty where none is (RFC 2045 §6). */
export function encodingOf({ fields }: MimePart): string {
  return readParametrised(fieldValue(fields, 'content-transfer-encoding') ?? '').value;
}

/** Types are case-insensitive; most servers write them so. */
function upper(value: string): string {
  return stringText(value.toUpperCase());
}

function parametersText(parameters: Parametrised['parameters']): string {
  if (parameters.length === 0) return 'NIL';
  return `(${parameters.map(([name, value]) => `${upper(name)} ${stringText(value)}`).join(' ')})`;
}

function dispositionText(fields: readonly HeaderField[]): string {
  const written = fieldValue(fields, 'content-disposition');
  const { value, parameters } = readParametrised(written ?? '');
  return value === '' ? 'NIL' : `(${upper(value)} ${parametersText(parameters)})`;
}

function languageText(fields: readonly HeaderField[]): string {
  const languages = (fieldValue(fields, 'content-language') ?? '')
    .split(',')
    .map((tag) => trimmed(tag))
    .filter((tag) => tag !== '');
  return languages.length === 0 ? 'NIL' : `(${languages.map((tag) => stringText(tag)).join(' ')})`;
}

/** Lines of a body; a last one without a line end counts. */
function lineCount(text: string, part: MimePart): number {
  let lines = 0;
  let at = part.body;
  while (at < part.end) {
    const found = text.indexOf('\n', at);
    lines += 1;
    if (found < 0 || found >= part.end) break;
    at = found + 1;
  }
  return lines;
}
