import { expect, test } from 'vitest';
import { backoffHint } from './backoff-hint.ts';
import { parseStatus } from './parse/status.ts';

test.each([
  ['BAD Request is throttled. Suggested Backoff Time: 92415 milliseconds', 92_415],
  ['NO [LIMIT] Suggested Backoff Time: 5 milliseconds', 5],
  ['BAD Backoff Time: 999999999999 milliseconds', 86_400_000],
  ['BAD Backoff Time: 9999999999999 milliseconds', undefined],
  ['BAD Backoff Time: soon', undefined],
  ['OK Backoff Time: 5 milliseconds', undefined],
])('IMAP-142 %s', (line, hint) => {
  const reply = parseStatus(line);
  expect(reply && backoffHint(reply)).toBe(hint);
});
