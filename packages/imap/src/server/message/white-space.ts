/**
 * Takes white space off the ends of a text held as latin1: only that of RFC 5322 §2.2.2 and line ends. `trim` would take the
 * last octet of `à`, which looks like a space without a break.
 */
export function trimmed(text: string): string {
  let start = 0;
  while (start < text.length && isSpace(text, start)) start += 1;
  return trimmedEnd(text.slice(start));
}

/** The same at its end only. */
export function trimmedEnd(text: string): string {
  let end = text.length;
  while (end > 0 && isSpace(text, end - 1)) end -= 1;
  return text.slice(0, end);
}

/** Whether a character is white space of a header or a line end. */
export function isSpace(text: string, at: number): boolean {
  const character = text[at];
  return character === ' ' || character === '\t' || character === '\r' || character === '\n';
}
