import { UsageError } from '@postern/wire';
import type { EpochMilliseconds } from '../wall-clock.ts';
import { packReport, reportFileName, reportMediaTypes } from './report-file.ts';
import { submitterOf, writeTlsReport } from './report.ts';
import type { TlsReport } from './report.ts';

/** What a report's mail needs besides the report. */
export interface ReportMailOptions {
  /** The domain that is reported to. */
  readonly domain: string;
  /** The address behind `mailto:` in the domain's record. */
  readonly to: string;
  /** When it is written. */
  readonly date: EpochMilliseconds;
}

/**
 * Builds the mail a report travels in (RFC 8460 §5.3): `multipart/report` with a sentence for people and the packed report, lines
 * ended by CRLF. It has to be signed by DKIM, without `l=`, before it is sent; and it is sent although TLS to the host of the
 * reports fails (RFC 8460 §3). Signing and sending are the caller's.
 *
 * Throws a `UsageError` for a contact, address or domain that could break a header.
 */
export async function reportMail(
  report: TlsReport,
  { domain, to, date }: ReportMailOptions,
): Promise<string> {
  const submitter = submitterOf(report.contactInfo);
  submitterOf(to);
  const name = reportFileName(report, domain);
  // RFC 5322 §3.6.4: an identifier is two atoms around an at sign; so is the report's, if it has none of its own.
  const id = report.reportId.includes('@') ? report.reportId : `${report.reportId}@${submitter}`;
  if (!/^[\w.+-]+@[\w.-]+$/.test(id))
    throw new UsageError('a report identifier fits into a header', 'RFC 5322 §3.6.4');
  const packed = await packReport(writeTlsReport(report));
  // No line of base64 and none of ours begins like it.
  const boundary = '=_tlsrpt';
  return [
    `From: <${report.contactInfo}>`,
    `To: <${to}>`,
    `Date: ${mailDate(date)}`,
    `Subject: Report Domain: ${domain} Submitter: ${submitter}`,
    ` Report-ID: <${id}>`,
    `Message-ID: <${id}>`,
    `TLS-Report-Domain: ${domain}`,
    `TLS-Report-Submitter: ${submitter}`,
    'MIME-Version: 1.0',
    `Content-Type: multipart/report; report-type="tlsrpt"; boundary="${boundary}"`,
    '',
    `--${boundary}`,
    'Content-Type: text/plain; charset="us-ascii"',
    'Content-Transfer-Encoding: 7bit',
    '',
    `This is an aggregate TLS report from ${submitter} about ${domain}.`,
    '',
    `--${boundary}`,
    `Content-Type: ${reportMediaTypes.gzip}`,
    'Content-Transfer-Encoding: base64',
    `Content-Disposition: attachment; filename="${name}"`,
    '',
    ...base64Lines(packed),
    `--${boundary}--`,
    '',
  ].join('\r\n');
}

/** RFC 2045 §6.8: lines of at most 76 characters. */
function base64Lines(octets: Uint8Array): readonly string[] {
  let text = '';
  for (const octet of octets) text += String.fromCharCode(octet);
  return btoa(text).match(/.{1,76}/g) ?? [];
}

/** RFC 5322 §3.3, in UTC. */
function mailDate(moment: EpochMilliseconds): string {
  // oxlint-disable-next-line no-restricted-globals -- computes only; asks for no time.
  return new Date(moment).toUTCString().replace('GMT', '+0000');
}
