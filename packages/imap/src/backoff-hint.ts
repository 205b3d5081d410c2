import type { Milliseconds } from '@postern/wire';
import type { StatusResponse } from './parse/status.ts';

/**
 * How long a server asks to be left alone, where its words say so: Office 365 refuses a command with `Request is throttled. Suggested
 * Backoff Time: 92415 milliseconds` (seen 2023-09). `undefined` = it does not say. The connection stays usable, and nothing else reads
 * these words: waiting is the caller's choice. At most a day: more is no hint.
 *
 * @example
 * ```ts run
 * import { backoffHint } from '@postern/imap';
 * const text = 'Request is throttled. Suggested Backoff Time: 92415 milliseconds';
 * console.log(backoffHint({ status: 'BAD', code: undefined, text })); // 92415
 * ```
 */
export function backoffHint({ status, text }: StatusResponse): Milliseconds | undefined {
  if (status !== 'NO' && status !== 'BAD') return undefined;
  const written = /\bBackoff Time: (\d{1,12}) milliseconds\b/i.exec(text)?.[1];
  return written === undefined ? undefined : Math.min(Number(written), day);
}

const day = 86_400_000;
