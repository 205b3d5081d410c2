// What people write for a method that has two forms, or by the name of a port; edit distance would guess wrong here.
const habits: Readonly<Record<string, readonly string[]>> = {
  imap: ['imap+starttls', 'imaps'],
  pop3: ['pop3+starttls', 'pop3s'],
  pop: ['pop3+starttls', 'pop3s'],
  pops: ['pop3s'],
  smtp: ['smtp+starttls', 'submission+starttls', 'submissions'],
  submission: ['submission+starttls', 'submissions'],
  ssl: ['imaps', 'pop3s', 'submissions'],
  tls: ['imaps', 'pop3s', 'submissions'],
};

// "imap+ssl", "smtp+tls": the second half names the method in the words of a mail program.
const halves: Readonly<Record<string, string>> = {
  imap: 'imaps',
  pop3: 'pop3s',
  pop: 'pop3s',
  smtp: 'smtps',
  submission: 'submissions',
};

/** Levenshtein distance; both texts are short because longer ones are cut before. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replace = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replace, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** The schemes that a mistyped one most likely meant, best first; none where nothing is near. */
export function nearestSchemes(typed: string, schemes: readonly string[]): readonly string[] {
  const habit = Object.hasOwn(habits, typed) ? habits[typed] : undefined;
  if (habit) return habit;
  const [head = '', tail = ''] = typed.split('+', 2);
  const half = Object.hasOwn(halves, head) ? halves[head] : undefined;
  if (half !== undefined && /^(ssl|tls|ssl\/tls)$/.test(tail)) return [half];
  const ranked = schemes
    .map((scheme) => ({ scheme, far: distance(typed.slice(0, 40), scheme) }))
    .toSorted((a, b) => a.far - b.far);
  const near = ranked.filter(({ far }) => far <= 3 && far === ranked[0]?.far);
  return near.map(({ scheme }) => scheme);
}
