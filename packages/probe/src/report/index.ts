/**
 * The shapes of Postern's reports and what a page needs to show them: no probe and no socket. Of the other
 * Postern packages only types are imported, so a browser loads a few kilobytes.
 *
 * @example
 * ```ts
 * import { escapeHtml, escapeText, printEndpoint } from '@postern/probe/report';
 * import type { ProbeReport } from '@postern/probe/report';
 *
 * function row(probe: ProbeReport): string {
 *   const reply = escapeHtml(escapeText(probe.evidence?.reply ?? ''));
 *   return `<tr><td>${escapeHtml(printEndpoint(probe.endpoint))}</td><td>${probe.verdict}</td><td>${reply}</td></tr>`;
 * }
 * ```
 *
 * @packageDocumentation
 */
export type * from './account-report.ts';
export { defaultPort } from './endpoint.ts';
export type {
  ClientProtocol,
  Method,
  Protocol,
  ServiceEndpoint,
  TlsEndpoint,
  TlsMethod,
} from './endpoint.ts';
export { parseEndpoint, printEndpoint } from './endpoint-url.ts';
export type { AcceptedEndpoint, EndpointProblem, ParsedEndpoint, RefusedEndpoint } from './endpoint-url.ts';
export { escapeHtml, escapeText } from './escape.ts';
export type { Explanation, Lang } from './explanation.ts';
export type * from './probe-report.ts';
export type * from './published-report.ts';
export { verdictOf } from './verdict.ts';
export type { ReportReason, Verdict } from './verdict.ts';
