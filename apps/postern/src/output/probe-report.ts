import { escapeText } from '@postern/probe/report';
import type { ProbeReport } from '@postern/probe/report';
import type { EventName, Texts } from '../texts/texts.ts';
import { took } from './check-report.ts';
import { section } from './document.ts';
import type { Paragraph, Row, Section, Table } from './document.ts';
import { endpointRow, endpointTable, place, sign } from './endpoint-row.ts';
import { factsTable } from './facts.ts';
import type { View } from './look.ts';
import { explained } from './reasons.ts';

/** The parts of an endpoint's report; each is a section or nothing. */
export interface EndpointParts {
  /** Whether it works. */
  readonly answer: readonly Section[];
  readonly seen: readonly Section[];
  readonly facts: readonly Section[];
  readonly addresses: readonly Section[];
  readonly timeline: readonly Section[];
  readonly took: readonly Section[];
}

/** Writes the parts of a report. On a terminal they are short enough to do without headings. */
export function endpointParts(report: ProbeReport, view: View): EndpointParts {
  const { texts, medium } = view;
  const { heading } = texts;
  const titled = (title: string): string | undefined => (medium === 'page' ? title : undefined);
  const works = report.verdict === 'works';
  return {
    answer: section(undefined, [medium === 'page' ? verdictLine(report, view) : headline(report, view)]),
    seen: works ? [] : section(titled(heading.seen), [explained(report.explanation)]),
    facts: section(titled(heading.facts), [factsTable(report, view)]),
    addresses:
      report.attempts.length > 1 ? section(titled(heading.addresses), [attempts(report, texts)]) : [],
    timeline: section(heading.timeline, [timeline(report, texts)]),
    took: section(undefined, [took(1, report.elapsedMs, view)]),
  };
}

/** The report of one endpoint for a terminal. */
export function probeSections(report: ProbeReport, view: View): readonly Section[] {
  const { answer, seen, facts, addresses, timeline: steps, took: end } = endpointParts(report, view);
  return [answer, seen, facts, addresses, view.verbose ? steps : [], end].flat();
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

function verdictLine({ verdict, reason }: ProbeReport, { texts }: View): Paragraph {
  const why = reason === 'none' ? '' : ` (${reason})`;
  return { type: 'paragraph', text: `${texts.verdict[verdict]}${why}`, mark: sign(verdict), outdented: true };
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
