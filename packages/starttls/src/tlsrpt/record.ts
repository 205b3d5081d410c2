import { readTextRecord, withoutBlanks } from '../text-fields.ts';
import type { NoTextRecord } from '../text-fields.ts';

/** Where a domain wants reports, or why nowhere. */
export type TlsrptRecord =
  | {
      readonly ok: true;
      /** `mailto:` and `https:` addresses, in order; at least one. Others are left out (RFC 8460 §3). */
      readonly targets: readonly string[];
    }
  | NoTextRecord;

/** Targets that are kept. Ours: a report costs a delivery each, and a stranger's zone must not decide how many. */
const MAX_TARGETS = 10;

/**
 * Reads the TXT records of `_smtp._tls.<domain>` (RFC 8460 §3): exactly one that begins with `v=TLSRPTv1;`, with a `rua` of one
 * or more addresses. Unknown fields are left out; `,`, `!` and `;` inside an address come percent-encoded and stay so.
 *
 * @example
 * ```ts run
 * import { parseTlsrptRecord } from '@postern/starttls/tlsrpt';
 * const record = parseTlsrptRecord(['v=TLSRPTv1; rua=mailto:tls@example.org']);
 * if (record.ok) console.log(record.targets); // [ 'mailto:tls@example.org' ]
 * ```
 */
export function parseTlsrptRecord(texts: readonly string[]): TlsrptRecord {
  const record = readTextRecord(texts, 'TLSRPTv1');
  if (!record.ok) return record;
  const rua = record.fields.find(({ name }) => name === 'rua')?.value;
  const targets = (rua?.split(',') ?? [])
    .map(withoutBlanks)
    .filter((target) => /^(mailto:[^@]+@[^@]+|https:\/\/[^/].*)$/i.test(target))
    .slice(0, MAX_TARGETS);
  return targets.length > 0 ? { ok: true, targets } : { ok: false, problem: 'bad-record' };
}
