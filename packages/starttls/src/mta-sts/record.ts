import { readTextRecord } from '../text-fields.ts';
import type { NoTextRecord } from '../text-fields.ts';

/** The record that says a domain has a policy, or why there is none that counts. */
export type StsRecord = { readonly ok: true; readonly id: string } | NoTextRecord;

/**
 * Reads the TXT records of `_mta-sts.<domain>` (RFC 8461 §3.1): exactly one that begins with `v=STSv1;`, with an `id` of 1 to
 * 32 letters and digits. Unknown fields are left out; of several ids the first counts (RFC 8461 §3.2 says so of policies).
 *
 * @example
 * ```ts run
 * import { parseStsRecord } from '@postern/starttls';
 * console.log(parseStsRecord(['v=STSv1; id=20250101T000000;'])); // { ok: true, id: '20250101T000000' }
 * ```
 */
export function parseStsRecord(texts: readonly string[]): StsRecord {
  const record = readTextRecord(texts, 'STSv1');
  if (!record.ok) return record;
  const id = record.fields.find(({ name }) => name === 'id')?.value;
  return id !== undefined && /^[A-Za-z0-9]{1,32}$/.test(id)
    ? { ok: true, id }
    : { ok: false, problem: 'bad-record' };
}
