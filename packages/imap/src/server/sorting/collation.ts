import { latin1, utf8 } from '@postern/wire';

/**
 * What i;unicode-casemap compares in place of a text (RFC 5051 §2): every character in title case, then taken apart, as UTF-8 octets held as
 * latin1, so that `<` is the order of the octets. Equal keys are equal texts (RFC 5256 §7).
 */
export function collationKey(text: string): string {
  if (/^[\0-\u007f]*$/.test(text)) return text.toUpperCase();
  let key = '';
  for (const character of text) key += characterKey(character);
  return latin1(utf8(key));
}

/** Capital letters whose title case is another (UnicodeData.txt): of two letters in one the first is a capital there. */
const ligatures: Readonly<Record<string, string>> = {
  '\u01c4': '\u01c5',
  '\u01c7': '\u01c8',
  '\u01ca': '\u01cb',
  '\u01f1': '\u01f2',
};

function characterKey(character: string): string {
  if (character < '\u0080') return character.toUpperCase();
  return titleCase(character).normalize('NFKD');
}

/** The simple title case: one character for one. */
function titleCase(character: string): string {
  // Georgian has capitals that begin no word.
  if (/[\u10d0-\u10ff]/.test(character)) return character;
  const upper = character.toUpperCase();
  const one = String.fromCodePoint(upper.codePointAt(0) ?? 0);
  if (one === upper) return Object.hasOwn(ligatures, upper) ? (ligatures[upper] ?? upper) : upper;
  // Greek letters with a small iota below have a form with a capital in front of it; others that would become two stay.
  if (/[\u1f80-\u1f87\u1f90-\u1f97\u1fa0-\u1fa7]/.test(character)) return moved(character, 8);
  return /[\u1fb3\u1fc3\u1ff3]/.test(character) ? moved(character, 9) : character;
}

function moved(character: string, by: number): string {
  return String.fromCodePoint((character.codePointAt(0) ?? 0) + by);
}
