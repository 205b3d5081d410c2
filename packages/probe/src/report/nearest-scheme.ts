import { distance } from 'fastest-levenshtein';

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
