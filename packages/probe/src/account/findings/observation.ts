import type { DomainFinding } from '../../advice/domain-texts.ts';
import type { Publication, Severity } from '../../report/account-report.ts';
import type { ServiceEndpoint } from '../../report/endpoint.ts';
import type { ReportReason } from '../../report/verdict.ts';

/** A finding before it is worded. */
export interface Observation {
  readonly name:
    DomainFinding | 'dane' | 'dane-untrusted' | 'mx-record' | 'sts-mx' | 'sts-policy' | 'tlsa-unusable';
  readonly severity: Severity;
  readonly reason?: ReportReason;
  /** The record it is about, where the text names one. */
  readonly record?: string;
  /** The host it is about; absent where it is about the domain. */
  readonly host?: string;
  /** The port of the host, where it is not 25 with STARTTLS. */
  readonly endpoint?: ServiceEndpoint;
  readonly publish?: Publication;
}
