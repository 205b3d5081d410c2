import { escapeText } from '@postern/probe/report';
import type { ProbeReport } from '@postern/probe/report';
import type { EventName, Texts } from '../texts/texts.ts';
import { took } from './check-report.ts';
import { section } from './document.ts';
import type { Row, Section, Table } from './document.ts';
import { endpointRow, endpointTable, place, sign } from './endpoint-row.ts';
import { factsTable } from './facts.ts';
import type { View } from './look.ts';
import { explained } from './reasons.ts';

/** The report of one endpoint. */
export function probeSections(report: ProbeReport, view: View): readonly Section[] {
  const { texts, verbose } = view;
  return [
    section(undefined, [headline(report, view)]),
    report.verdict === 'works' ? [] : section(undefined, [explained(report.explanation)]),
    section(undefined, [factsTable(report, view)]),
    report.attempts.length > 1 ? section(undefined, [attempts(report, texts)]) : [],
    verbose ? section(texts.heading.timeline, [timeline(report, texts)]) : [],
    section(undefined, [took(1, report.elapsedMs, view)]),
  ].flat();
}

/** What is known of an endpoint when the user stops waiting: no verdict, only what happened so far. */
export function interruptedSections(report: ProbeReport, view: View): readonly Section[] {
  const { texts } = view;
  const [, ...cells] = endpointRow(report, view).slice(0, 5);
  const after = texts.interruptedAfter((report.elapsedMs / 1000).toFixed(1));
  const head: Row = [sign('could-not-tell'), ...cells, { text: after, tone: 'unsure' }];
  const seen = report.timeline.filter(({ event }) => event !== 'end');
  return [
    section(undefined, [{ ...endpointTable([head], texts), outdented: true }]),
    section(texts.heading.timeline, [timeline({ ...report, timeline: seen }, texts)]),
  ].flat();
}

/** What is known of it stands below: here only whether it works, or the reason code. */
function headline(report: ProbeReport, view: View): Table {
  const row = endpointRow(report, view);
  const shown = report.verdict === 'works' ? row.slice(0, -1) : row;
  return { ...endpointTable([shown], view.texts), outdented: true };
}

/** The addresses that were dialled and what became of each. */
function attempts({ attempts: all }: ProbeReport, { column, method, verdict: verdicts }: Texts): Table {
  const rows = all.map((attempt): Row => {
    const { reason, verdict } = attempt;
    return [
      sign(verdict),
      place(attempt),
      method[attempt.method],
      reason === 'none' ? verdicts[verdict] : reason,
      { text: `${Math.round(attempt.ms)} ms`, tone: 'faint' },
    ];
  });
  return { type: 'table', columns: ['', column.address, column.method, column.verdict, column.time], rows };
}

function timeline({ timeline: entries }: ProbeReport, { column, event: names }: Texts): Table {
  const times = entries.map(({ ms }) => `${Math.round(ms)} ms`);
  const longest = Math.max(0, ...times.map((time) => time.length));
  const rows = entries.map(({ event, detail }, index): Row => [
    { text: (times[index] ?? '').padStart(longest), tone: 'faint' },
    Object.hasOwn(names, event) ? names[event as EventName] : escapeText(event),
    detail === undefined ? '' : escapeText(detail),
  ]);
  return { type: 'table', columns: [column.time, column.event, column.detail], rows };
}
