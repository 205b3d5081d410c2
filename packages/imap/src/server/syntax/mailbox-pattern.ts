/**
 * Whether a name fits a pattern of LIST (RFC 9051 §6.3.9): `*` is anything, `%` anything but the delimiter. INBOX is
 * case-insensitive. Costs at most the product of both lengths, whatever the pattern.
 */
export function fitsPattern(name: string, pattern: string): boolean {
  if (name === 'INBOX' && fits(name, pattern.toUpperCase())) return true;
  return fits(name, pattern);
}

function fits(name: string, pattern: string): boolean {
  // The places in the pattern at which we may stand; a wildcard is a place that stays.
  let places = behindWildcards(new Set([0]), pattern);
  for (const character of name) {
    const next = new Set<number>();
    for (const place of places) {
      const wanted = pattern[place];
      if (wanted === '*' || (wanted === '%' && character !== '/')) next.add(place);
      else if (wanted === character) next.add(place + 1);
    }
    if (next.size === 0) return false;
    places = behindWildcards(next, pattern);
  }
  return places.has(pattern.length);
}

/** A wildcard may stand for nothing. */
function behindWildcards(places: Set<number>, pattern: string): Set<number> {
  // A set is walked through with what is added meanwhile.
  for (const place of places) if (pattern[place] === '*' || pattern[place] === '%') places.add(place + 1);
  return places;
}
