/** Writes a string (RFC 9051 §9): quoted where it may be, else as a literal. Held as latin1; NUL, which neither may hold, is left out. */
export function stringText(value: string): string {
  const text = value.includes('\0') ? value.replaceAll('\0', '') : value;
  if (text.length <= 1000 && /^[\u0020-\u007e]*$/.test(text))
    return `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
  return `{${text.length}}\r\n${text}`;
}

/** The same, NIL for nothing (RFC 9051 §4.5). */
export function nstringText(value: string | undefined): string {
  return value === undefined ? 'NIL' : stringText(value);
}

/** A mailbox name or another astring: as it is where it is an atom, else as a string. */
export function astringText(value: string): string {
  return /^[!#$&'+-[^-z|}~]+$/.test(value) && !/^nil$/i.test(value) ? value : stringText(value);
}
