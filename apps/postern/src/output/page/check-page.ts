import type { AccountReport } from '@postern/probe/report';
import { escapeText } from '@postern/probe/report';
import { accountParts } from '../check-report.ts';
import type { View } from '../look.ts';
import { programDialogs } from '../programs.ts';
import { programsHtml } from './blocks.ts';
import { markup } from './html.ts';
import { pageOf } from './page.ts';
import type { PageSection } from './page.ts';

/** The report of an account as a page: what works, why the rest does not, what to type, and then what an operator wants to know. */
export function checkPage(report: AccountReport, view: View, at: number): string {
  const { texts } = view;
  // The dialogs stand on the page anyway, so the table of the words that decide is always wanted.
  const { answer, tried, why, toType, programs, findings, domain, took } = accountParts(report, view, {
    programs: 'words',
  });
  const dialogs = programsHtml(programDialogs(report, view));
  const words = programs.map((part): PageSection => ({
    ...part,
    more: [markup`<p>${texts.page.openProgram}</p>`, ...dialogs],
  }));
  return pageOf({
    lang: report.lang,
    texts,
    title: escapeText(report.address ?? report.domain?.name ?? ''),
    at,
    answer,
    sections: [...tried, ...why, ...toType, ...words, ...findings, ...domain],
    foot: took,
  });
}
