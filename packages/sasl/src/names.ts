/**
 * The name of a mechanism in the form it is sent: upper case, 1 to 20 of `A-Z 0-9 - _` (RFC 4422 §3.1). `undefined` for a
 * text that is no such name; in a server's list it is skipped.
 */
export function mechanismName(text: string): string | undefined {
  return /^[A-Za-z0-9_-]{1,20}$/.test(text) ? text.toUpperCase() : undefined;
}

/** The mechanism names in a server's list, upper case, each once, in the server's order; what is no name is left out. */
export function mechanismNames(offered: readonly string[]): readonly string[] {
  const names = new Set<string>();
  for (const text of offered) {
    const name = mechanismName(text);
    if (name !== undefined) names.add(name);
  }
  return [...names];
}
