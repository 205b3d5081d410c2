import { escapeText } from '@postern/probe/report';
import type { ProbeReport } from '@postern/probe/report';
import type { Look } from './check-report.ts';
import { endpointCells } from './endpoint-line.ts';
import { table, wrap } from './table.ts';

/** The report of one endpoint for people. */
export function probeLines(report: ProbeReport, { texts, paint, verbose, width }: Look): readonly string[] {
  const { explanation, certificate, attempts, timeline, capabilities } = report;
  const lines = [...table([endpointCells(report, texts, paint)], 0)];
  if (report.verdict !== 'works') {
    lines.push(
      '',
      ...wrap(explanation.summary, width, 2),
      ...wrap(explanation.cause, width, 2),
      ...wrap(explanation.action, width, 2),
    );
  }
  if (certificate) {
    const names = certificate.names.map((name) => escapeText(name)).join(', ');
    lines.push(...wrap(paint.faint(texts.certificateFor(names)), width, 2));
  }
  const reached = attempts.length > 1 || verbose ? attempts : [];
  if (reached.length > 0) {
    lines.push(
      '',
      ...table(
        reached.map(({ address, port, method, reason, ms }) => [
          address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`,
          texts.method[method],
          reason === 'none' ? texts.verdict.works : reason,
          paint.faint(`${Math.round(ms)} ms`),
        ]),
      ),
    );
  }
  if (verbose) {
    const offered = capabilities.insideTls ?? capabilities.beforeTls ?? [];
    if (offered.length > 0) lines.push('', ...offered.map((line) => `  ${escapeText(line)}`));
    lines.push(
      '',
      paint.strong(texts.heading.timeline),
      ...table(
        timeline.map(({ ms, event, detail }) => [
          `${ms.toFixed(0)} ms`,
          event,
          detail === undefined ? '' : escapeText(detail),
        ]),
      ),
    );
  }
  return [...lines, ''];
}
