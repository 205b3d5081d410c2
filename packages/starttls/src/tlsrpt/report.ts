import { UsageError } from '@postern/wire';
import type { PolicyType } from '../host-requirement.ts';
import type { EpochMilliseconds } from '../wall-clock.ts';

/** Sessions that failed in the same way (RFC 8460 §4.4). */
export interface FailureDetail {
  /** One of {@link TlsrptResult}, or a type that was registered since. */
  readonly result: string;
  /** Our address. */
  readonly sendingMtaIp?: string;
  /** The host, as it stands in the MX record. */
  readonly receivingMxHostname?: string;
  /** What it called itself in its reply to EHLO. */
  readonly receivingMxHelo?: string;
  /** Its address. */
  readonly receivingIp?: string;
  /** How many there were. */
  readonly sessions: number;
  /** Where more can be read about it. */
  readonly additionalInformation?: string;
  /** Our own reason, where the type is a broad one. */
  readonly reasonCode?: string;
}

/** What became of the sessions under one policy. */
export interface PolicyReport {
  readonly type: PolicyType;
  /** The policy as it was found: TLSA records in text form, or the lines of an MTA-STS policy. */
  readonly strings: readonly string[];
  /** The domain, as A-labels. */
  readonly domain: string;
  /** The `mx` patterns of an MTA-STS policy; empty for the others. */
  readonly mxHosts: readonly string[];
  /** Sessions that fulfilled the policy. */
  readonly successes: number;
  /** Sessions that did not. */
  readonly failures: number;
  readonly details: readonly FailureDetail[];
}

/** A TLS report of one sender to one domain (RFC 8460 §4.4). Texts of one that was received are a stranger's: print them escaped. */
export interface TlsReport {
  /** Who reports. */
  readonly organizationName: string;
  /** First moment of the time that is reported; a UTC day is recommended (RFC 8460 §4.1). See `reportDay`. */
  readonly from: EpochMilliseconds;
  /** Last moment, to the second. */
  readonly until: EpochMilliseconds;
  /** A mail address, such as `tls-reports@example.org`; its domain is the submitter's. */
  readonly contactInfo: string;
  /** Unlike any other of this sender. */
  readonly reportId: string;
  /** At least one. */
  readonly policies: readonly PolicyReport[];
}

const DAY = 86_400_000;

/** RFC 3339 §1: a year has four digits. No report is from before there were any. */
const END_OF_TIMES = 253_402_300_800_000;

/** The UTC day a moment lies in, as a report gives it: 00:00:00 to 23:59:59. */
export function reportDay(moment: EpochMilliseconds): Pick<TlsReport, 'from' | 'until'> {
  const from = Math.floor(moment / DAY) * DAY;
  return { from, until: from + DAY - 1000 };
}

/**
 * Writes a report as JSON (RFC 8460 §4.4). `mx-host` is an array, as the text of the RFC has it and its example has not.
 *
 * Throws a `UsageError` for counts that are none, a time that is none, and a contact that is no mail address.
 */
export function writeTlsReport(report: TlsReport): string {
  submitterOf(report.contactInfo);
  return JSON.stringify({
    'organization-name': report.organizationName,
    'date-range': { 'start-datetime': dateTime(report.from), 'end-datetime': dateTime(report.until) },
    'contact-info': report.contactInfo,
    'report-id': report.reportId,
    policies: report.policies.map((policy) => ({
      policy: {
        'policy-type': policy.type,
        'policy-string': policy.strings,
        'policy-domain': policy.domain,
        ...(policy.type === 'sts' ? { 'mx-host': policy.mxHosts } : {}),
      },
      summary: {
        'total-successful-session-count': count(policy.successes),
        'total-failure-session-count': count(policy.failures),
      },
      // RFC 8460 §4.4: left out where nothing failed.
      ...(policy.details.length > 0 ? { 'failure-details': policy.details.map(writeDetail) } : {}),
    })),
  });
}

function writeDetail(detail: FailureDetail): object {
  return {
    'result-type': detail.result,
    'sending-mta-ip': detail.sendingMtaIp,
    'receiving-mx-hostname': detail.receivingMxHostname,
    'receiving-mx-helo': detail.receivingMxHelo,
    'receiving-ip': detail.receivingIp,
    'failed-session-count': count(detail.sessions),
    'additional-information': detail.additionalInformation,
    'failure-reason-code': detail.reasonCode,
  };
}

/** The domain of a contact, which names the submitter (RFC 8460 §5.1, §5.3). Throws a `UsageError` for no mail address. */
export function submitterOf(contactInfo: string): string {
  // RFC 5322 §3.2.3: a dot-atom; anything else between angle brackets could be two addresses.
  const local = /^([\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*)@/.exec(contactInfo)?.[0] ?? '';
  const domain = /^[a-z\d-]+(?:\.[a-z\d-]+)*$/i.exec(contactInfo.slice(local.length))?.[0];
  if (local === '' || domain === undefined)
    throw new UsageError('the contact of a report is a mail address', 'RFC 8460 §4.4');
  return domain.toLowerCase();
}

function count(sessions: number): number {
  if (!Number.isSafeInteger(sessions) || sessions < 0)
    throw new UsageError(`${sessions} is no number of sessions`, 'RFC 8460 §4.4');
  return sessions;
}

/** RFC 3339 §5.6, in UTC and without fractions. */
function dateTime(moment: EpochMilliseconds): string {
  // oxlint-disable-next-line no-restricted-globals -- computes only; asks for no time.
  const date = new Date(moment);
  if (!(moment >= 0 && moment < END_OF_TIMES))
    throw new UsageError('a time of the report is none', 'RFC 3339 §5.6');
  return `${date.toISOString().slice(0, 19)}Z`;
}
