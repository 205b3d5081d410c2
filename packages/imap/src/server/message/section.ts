import type { MimePart } from './mime.ts';

/** What of a message BODY[…] asks for (RFC 9051 §6.4.5.1). */
export interface Section {
  /** Part numbers, from the outermost to the innermost; none for the message itself. */
  readonly path: readonly number[];
  readonly text:
    | { readonly type: 'whole' | 'HEADER' | 'TEXT' | 'MIME' }
    | { readonly type: 'HEADER.FIELDS' | 'HEADER.FIELDS.NOT'; readonly names: readonly string[] };
}

/** The octets of a section as ranges of the text, to be put together; `undefined` where the message has no such part. */
export function sectionRanges(
  text: string,
  message: MimePart,
  section: Section,
): readonly (readonly [from: number, to: number])[] | undefined {
  const part = partAt(message, section.path);
  if (!part) return undefined;
  const outermost = section.path.length === 0;
  // A header or text is that of a message: of the whole one, or of one inside (RFC 9051 §6.4.5.1).
  const inner = outermost ? part : part.message;
  switch (section.text.type) {
    case 'whole':
      return [[outermost ? part.start : part.body, part.end]];
    case 'MIME':
      return [[part.start, part.body]];
    case 'HEADER':
      return inner && [[inner.start, inner.body]];
    case 'TEXT':
      return inner && [[inner.body, inner.end]];
    case 'HEADER.FIELDS':
    case 'HEADER.FIELDS.NOT': {
      if (!inner) return undefined;
      const names = new Set(section.text.names.map((name) => name.toLowerCase()));
      const wanted = section.text.type === 'HEADER.FIELDS';
      const fields = inner.fields.filter(({ name }) => names.has(name) === wanted);
      return [...fields.map(({ start, end }) => [start, end] as const), ...emptyLine(text, inner)];
    }
  }
}

/** The empty line behind a header belongs to what is asked for (RFC 9051 §6.4.5.1), if there is one. */
function emptyLine(text: string, part: MimePart): readonly (readonly [number, number])[] {
  const length = text.startsWith('\r\n', part.body - 2) ? 2 : 1;
  const from = part.body - length;
  const ended = text[part.body - 1] === '\n' && (from === part.start || text[from - 1] === '\n');
  return ended ? [[from, part.body]] : [];
}

/** The part of a path, if there is one (RFC 9051 §6.4.5.1). */
export function partAt(message: MimePart, path: readonly number[]): MimePart | undefined {
  let part: MimePart | undefined = message;
  for (const [depth, number] of path.entries()) {
    // The numbers below a message/rfc822 are those of the message in it.
    const within: MimePart | undefined = depth > 0 && part.message ? part.message : part;
    if (within.parts.length > 0) part = within.parts[number - 1];
    // A body that is no multipart has one part, itself; a part has none.
    else part = number === 1 && (depth === 0 || within !== part) ? within : undefined;
    if (!part) return undefined;
  }
  return part;
}
