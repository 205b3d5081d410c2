/**
 * The message identifiers of a field, without their angle brackets and in the one form that quoting leaves them (RFC 5256 §3): what is between
 * brackets without an `@` is none. Reads every character once.
 */
export function* messageIds(value: string): Generator<string> {
  let id = '';
  let place: 'outside' | 'inside' | 'quoted' = 'outside';
  /** Where the `@` outside quotes stands. */
  let at = -1;
  for (let next = 0; next < value.length; next += 1) {
    const character = value[next] ?? '';
    // Whatever was open: another begins here.
    if (character === '<' && place !== 'quoted') {
      id = '';
      at = -1;
      place = 'inside';
    } else if (place === 'outside') continue;
    else if (character === '\\') {
      next += 1;
      id += value[next] ?? '';
    } else if (character === '"') place = place === 'quoted' ? 'inside' : 'quoted';
    else if (place === 'quoted') id += character;
    else if (character === '>') {
      if (at > 0 && at < id.length - 1) yield id;
      place = 'outside';
    } else if (character !== ' ' && character !== '\t') {
      if (character === '@') at = id.length;
      id += character;
    }
  }
}
