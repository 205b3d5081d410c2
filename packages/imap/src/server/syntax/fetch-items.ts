import { astringText } from '../message/strings.ts';
import type { Section } from '../message/section.ts';
import { BadSyntax } from './cursor.ts';
import type { Cursor } from './cursor.ts';

const simpleItems = [
  'ENVELOPE',
  'FLAGS',
  'INTERNALDATE',
  'RFC822.SIZE',
  'UID',
  'MODSEQ',
  'EMAILID',
  'THREADID',
  'BODY',
  'BODYSTRUCTURE',
] as const;

/** Some of the octets (RFC 9051 §6.4.5.1). */
interface Partial {
  readonly from: number;
  readonly size: number;
}

/** What FETCH asks for (RFC 9051 §6.4.5). */
export type FetchItem =
  | { readonly type: (typeof simpleItems)[number] }
  | {
      readonly type: 'section';
      /** How the answer calls it. */
      readonly label: string;
      readonly section: Section;
      readonly partial: Partial | undefined;
      /** Whether it marks the message as seen. */
      readonly sees: boolean;
    }
  /** A part without its transfer encoding, or how many octets that has. */
  | {
      readonly type: 'BINARY' | 'BINARY.SIZE';
      readonly label: string;
      readonly section: Section;
      readonly partial: Partial | undefined;
      readonly sees: boolean;
    };

/** RFC 3501 §6.4.5: names for what has a section, too. */
const oldNames: Readonly<
  Record<string, { readonly text: 'whole' | 'HEADER' | 'TEXT'; readonly sees: boolean }>
> = {
  RFC822: { text: 'whole', sees: true },
  'RFC822.HEADER': { text: 'HEADER', sees: false },
  'RFC822.TEXT': { text: 'TEXT', sees: true },
};

const macros: Readonly<Record<string, readonly (typeof simpleItems)[number][]>> = {
  FAST: ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE'],
  ALL: ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE', 'ENVELOPE'],
  FULL: ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE', 'ENVELOPE', 'BODY'],
};

/** How many items one FETCH may ask for: each may be the whole message. */
const maxItems = 100;

const itemName = /[A-Z][A-Z\d.]*/iy;

/** Reads what FETCH asks for: a macro, one item or a list. */
export function readFetchItems(cursor: Cursor): readonly FetchItem[] {
  if (cursor.sees('(')) {
    const items = cursor.list(() => readItem(cursor, readName(cursor)), 1);
    if (items.length > maxItems) throw new BadSyntax('that is too much at once');
    return items;
  }
  const name = readName(cursor);
  const macro = Object.hasOwn(macros, name) ? macros[name] : undefined;
  return macro ? macro.map((type) => ({ type })) : [readItem(cursor, name)];
}

function readName(cursor: Cursor): string {
  return (cursor.match(itemName)?.[0] ?? '').toUpperCase();
}

function readItem(cursor: Cursor, name: string): FetchItem {
  if ((name === 'BODY' || name === 'BODY.PEEK') && cursor.takes('['))
    return readSectionItem(cursor, name === 'BODY');
  if (/^BINARY(?:\.PEEK|\.SIZE)?$/.test(name) && cursor.takes('[')) return readBinaryItem(cursor, name);
  const old = Object.hasOwn(oldNames, name) ? oldNames[name] : undefined;
  if (old)
    return {
      type: 'section',
      label: name,
      section: { path: [], text: { type: old.text } },
      partial: undefined,
      sees: old.sees,
    };
  const type = simpleItems.find((known) => known === name);
  if (type === undefined) throw new BadSyntax('there is no such item');
  return { type };
}

const path = /[1-9]\d{0,5}(?:\.[1-9]\d{0,5}){0,99}/y;
const partialText = /<(\d{1,10})\.(\d{1,10})>/y;

function readSectionItem(cursor: Cursor, sees: boolean): FetchItem {
  const numbers = cursor.match(path)?.[0];
  const section: Section = {
    path: numbers?.split('.').map(Number) ?? [],
    text:
      (numbers === undefined && !cursor.sees(']')) || (numbers !== undefined && cursor.takes('.'))
        ? readSectionText(cursor, numbers !== undefined)
        : { type: 'whole' },
  };
  cursor.expect(']');
  const partial = readPartial(cursor);
  return {
    type: 'section',
    label: `BODY[${[numbers ?? [], sectionName(section)].flat().join('.')}]${originText(partial)}`,
    section,
    partial,
    sees,
  };
}

function readBinaryItem(cursor: Cursor, name: string): FetchItem {
  const numbers = cursor.match(path)?.[0];
  cursor.expect(']');
  const type = name === 'BINARY.SIZE' ? name : 'BINARY';
  const partial = type === 'BINARY' ? readPartial(cursor) : undefined;
  return {
    type,
    label: `${type}[${numbers ?? ''}]${originText(partial)}`,
    section: { path: numbers?.split('.').map(Number) ?? [], text: { type: 'whole' } },
    partial,
    sees: name === 'BINARY',
  };
}

function readPartial(cursor: Cursor): Partial | undefined {
  const [, from, size] = cursor.match(partialText) ?? [];
  if (from === undefined) return undefined;
  // RFC 9051 §9 partial: at least one octet.
  if (Number(size) === 0) throw new BadSyntax('no octets are asked for');
  return { from: Number(from), size: Number(size) };
}

/** The answer tells where the octets begin. */
function originText(partial: Partial | undefined): string {
  return partial ? `<${partial.from}>` : '';
}

const sectionText = /[A-Z.]+/iy;

function readSectionText(cursor: Cursor, inPart: boolean): Section['text'] {
  const word = (cursor.match(sectionText)?.[0] ?? '').toUpperCase();
  switch (word) {
    case 'HEADER':
    case 'TEXT':
      return { type: word };
    case 'MIME':
      if (inPart) return { type: word };
      break;
    case 'HEADER.FIELDS':
    case 'HEADER.FIELDS.NOT':
      cursor.space();
      return { type: word, names: cursor.list(() => cursor.astring(), 1) };
    default:
      break;
  }
  throw new BadSyntax('there is no such section');
}

function sectionName({ text }: Section): readonly string[] {
  if (text.type === 'whole') return [];
  return [
    'names' in text ? `${text.type} (${text.names.map((name) => astringText(name)).join(' ')})` : text.type,
  ];
}
