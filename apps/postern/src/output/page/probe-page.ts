import { escapeText } from '@postern/probe/report';
import type { ProbeReport } from '@postern/probe/report';
import type { View } from '../look.ts';
import { endpointParts, interruptedSections } from '../probe-report.ts';
import { pageOf } from './page.ts';

/** The report of one endpoint as a page; of an interrupted probe what had happened by then. */
export function probePage(report: ProbeReport, interrupted: boolean, { texts }: View, at: number): string {
  const view: View = { texts, verbose: true, medium: 'page' };
  const { answer, seen, facts, addresses, timeline, took } = endpointParts(report, view);
  const { protocol, host, port, method } = report.endpoint;
  const name = [texts.protocol[protocol], escapeText(host), texts.port(port), texts.method[method]];
  return pageOf({
    lang: report.explanation.lang,
    texts,
    title: name.join(' · '),
    at,
    ...(interrupted
      ? { answer: [], sections: interruptedSections(report, view), foot: [] }
      : { answer, sections: [...seen, ...facts, ...addresses, ...timeline], foot: took }),
  });
}
