// Text of a peer stands in reports as it came. JSON hides the ASCII controls in it; these are what is left that could do
// something to a terminal: C1 controls, format characters (bidirectional overrides, zero-width), separators.
const active = /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu;

/** A document for standard output. Any reader of JSON gets the texts exactly; a terminal gets nothing that acts on it. */
export function jsonDocument(value: unknown): string {
  const text = JSON.stringify(value, undefined, 2);
  return `${text.replace(active, (character) => Array.from({ length: character.length }, (_, unit) => escaped(character.charCodeAt(unit))).join(''))}\n`;
}

/** RFC 8259 §7: one escape per UTF-16 unit. */
function escaped(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`;
}
