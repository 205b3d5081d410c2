import { printEndpoint } from '@postern/probe/report';
import type { ProbeReport } from '@postern/probe/report';
import type { View } from '../look.ts';
import { interruptedSections, probeSections } from '../probe-report.ts';
import { pageOf } from './page.ts';

/** The report of one endpoint as a page; of an interrupted probe what had happened by then. */
export function probePage(report: ProbeReport, interrupted: boolean, view: View, at: number): string {
  const sections = interrupted
    ? interruptedSections(report, view)
    : probeSections(report, { ...view, verbose: true });
  return pageOf({
    lang: report.explanation.lang,
    texts: view.texts,
    title: printEndpoint(report.endpoint),
    at,
    answer: [],
    sections: sections.slice(0, interrupted ? undefined : -1),
    foot: interrupted ? [] : sections.slice(-1),
  });
}
