/**
 * Reports to a domain about how TLS with its mail servers went (RFC 8460): where it wants them, counting sessions, writing a
 * report, its file and its mail, and reading those of others. It signs and sends nothing.
 *
 * @packageDocumentation
 */
export { sessionCounts } from './count-sessions.ts';
export type { ReportedSession, SessionCounts } from './count-sessions.ts';
export { readTlsReport } from './read-report.ts';
export type { ReadReport } from './read-report.ts';
export { parseTlsrptRecord } from './record.ts';
export type { TlsrptRecord } from './record.ts';
export {
  packReport,
  parseReportFileName,
  reportFileName,
  reportMediaTypes,
  unpackReport,
} from './report-file.ts';
export type { ReportFileName } from './report-file.ts';
export { reportMail } from './report-mail.ts';
export type { ReportMailOptions } from './report-mail.ts';
export { reportDay, writeTlsReport } from './report.ts';
export type { FailureDetail, PolicyReport, TlsReport } from './report.ts';
export { tlsrptResult } from './result-type.ts';
export type { NoTextRecord } from '../text-fields.ts';
export type { TlsrptResult } from './result-type.ts';
