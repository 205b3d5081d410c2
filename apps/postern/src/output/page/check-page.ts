import { escapeText } from '@postern/probe/report';
import type { AccountReport } from '@postern/probe/report';
import { accountParts } from '../check-report.ts';
import type { View } from '../look.ts';
import { programDialogs, programWords } from '../programs.ts';
import { programsHtml } from './blocks.ts';
import { markup } from './html.ts';
import { pageOf } from './page.ts';
import type { PageSection } from './page.ts';

/** The report of an account as a page: what works, why the rest does not, what to type, and then what an operator wants to know. */
export function checkPage(report: AccountReport, { texts, verbose }: View, at: number): string {
  const view: View = { texts, verbose, medium: 'page' };
  const parts = accountParts(report, view, programWords(report, view));
  const { answer, tried, why, toType, programs, findings, domain, took } = parts;
  const dialogs = programsHtml(programDialogs(report, view));
  const words = programs.map((part): PageSection => ({
    ...part,
    more: [markup`<p>${texts.page.openProgram}</p>\n`, ...dialogs],
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
