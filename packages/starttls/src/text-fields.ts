/** A field of a TXT record. */
interface TextField {
  readonly name: string;
  readonly value: string;
}

/** What a set of TXT records says: the fields of the one that counts, or why none does. */
type TextRecord = { readonly ok: true; readonly fields: readonly TextField[] } | NoTextRecord;

/** Why none of the TXT records of a name counts. */
export interface NoTextRecord {
  readonly ok: false;
  /** None of that version; more than one; one that is not well formed. */
  readonly problem: 'no-record' | 'several-records' | 'bad-record';
}

/**
 * Reads the one record with a version tag among the TXT records of a name: `v=STSv1;` (RFC 8461 §3.1) or `v=TLSRPTv1;`
 * (RFC 8460 §3). Records of other versions are left out first; then there must be exactly one. White space around `;` does not
 * matter, letter case does. Each text is the strings of one record joined.
 */
export function readTextRecord(texts: readonly string[], version: string): TextRecord {
  const tagged = texts.filter((text) => text.startsWith(`v=${version};`));
  const [record] = tagged;
  if (record === undefined) return { ok: false, problem: 'no-record' };
  if (tagged.length > 1) return { ok: false, problem: 'several-records' };
  const fields: TextField[] = [];
  for (const part of record.split(';').slice(1)) {
    const text = withoutBlanks(part);
    if (text === '') continue;
    const [, name, value] = /^([A-Za-z0-9][A-Za-z0-9_.-]{0,31})=([!-:<-~][ \t!-:<-~]*)$/.exec(text) ?? [];
    if (name === undefined || value === undefined) return { ok: false, problem: 'bad-record' };
    fields.push({ name, value });
  }
  return { ok: true, fields };
}

/** A text without the spaces and tabs at its ends. By hand: an expression would try each blank of a stranger's text that is full of them. */
export function withoutBlanks(text: string): string {
  let [begin, end] = [0, text.length];
  while (begin < end && isBlank(text[begin])) begin += 1;
  while (end > begin && isBlank(text[end - 1])) end -= 1;
  return text.slice(begin, end);
}

function isBlank(character: string | undefined): boolean {
  return character === ' ' || character === '\t';
}
