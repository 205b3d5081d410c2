import type { DomainReport } from '../../report/account-report.ts';
import { tlsrptLine } from '../zone-lines.ts';
import type { Observation } from './observation.ts';

/** What is to be told about the request for TLS reports (RFC 8460). */
export function tlsrptOf({ name, tlsrpt }: DomainReport): readonly Observation[] {
  const publish = { zone: [tlsrptLine(name)] };
  switch (tlsrpt?.status) {
    case undefined:
    case 'present':
      return [];
    case 'absent':
      return [{ name: 'tlsrpt-missing', severity: 'note', publish }];
    case 'broken':
      return [{ name: 'tlsrpt-broken', severity: 'warning', publish }];
    case 'failed':
      return [
        { name: 'policy-unknown', severity: 'warning', reason: tlsrpt.reason, record: `_smtp._tls.${name}` },
      ];
  }
}
