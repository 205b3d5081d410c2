import type { DomainReport } from '../../report/account-report.ts';
import { mxLine } from '../zone-lines.ts';
import type { Observation } from './observation.ts';

/** What is wrong with the MX records, though mail may flow (RFC 5321 §5.1, RFC 7505 §3). */
export function mxRecords({
  name,
  diagnostics = [],
  exchangers,
  exchanges,
}: DomainReport): readonly Observation[] {
  // Only where all are known can the whole set be written down.
  const known = exchanges === undefined || exchanges.length === exchangers.length;
  const zone = known ? exchangers.map(({ host, preference }) => mxLine(name, preference, host)) : [];
  return diagnostics.flatMap(({ type }): readonly Observation[] => {
    const publish = { zone };
    if (type === 'null-mx-ignored') return [{ name: 'mx-beside-null-mx', severity: 'warning', publish }];
    if (type === 'mx-is-address') return [{ name: 'mx-record', severity: 'warning', reason: type, publish }];
    return [];
  });
}
