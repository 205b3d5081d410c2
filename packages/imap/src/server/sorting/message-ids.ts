/**
 * The message identifiers of a field, without their angle brackets and in the one form that quoting leaves them (RFC 5256 §3): what is between
 * brackets without an `@` is none. Reads every character once.
 */
export function* messageIds(value: string): Generator<string> {
  let id = '';
  let place: 'outside' | 'inside' | 'quoted' = 'outside';
  /** Where the `@` outside quotes stands in the identifier. */
  let at = -1;
  /** From here on the characters are not in it yet. */
  let from = 0;
  for (let next = 0; next < value.length; next += 1) {
    const character = value[next] ?? '';
    // Whatever was open: another begins here.
    if (character === '<' && place !== 'quoted') {
      id = '';
      at = -1;
      place = 'inside';
      from = next + 1;
      continue;
    }
    if (place === 'outside' || (place === 'quoted' && character !== '"' && character !== '\\')) continue;
    if (character === '@') at = id.length + next - from;
    if (!ends.has(character)) continue;
    id += value.slice(from, next);
    from = next + 1;
    if (character === '\\') next += 1;
    else if (character === '"') place = place === 'quoted' ? 'inside' : 'quoted';
    else if (character === '>') {
      if (at > 0 && at < id.length - 1) yield id;
      place = 'outside';
    }
  }
}

/** What is not part of an identifier though it stands in it. */
const ends: ReadonlySet<string> = new Set(['\\', '"', '>', ' ', '\t']);
