import { escapeText } from '@postern/probe/report';
import type { Explanation, Lang } from '@postern/probe/report';
import type { Delivered } from '@postern/relay';
import type { DeliveryPlan } from '@postern/starttls';
import type { Section } from '../document.ts';
import type { View } from '../look.ts';
import { planSections } from '../plan-report.ts';
import { sendSections } from '../send-report.ts';
import { pageOf } from './page.ts';
import type { PageParts } from './page.ts';

/** A plan as a page. */
export function planPage(
  plan: DeliveryPlan,
  explanation: Explanation | undefined,
  { texts }: View,
  lang: Lang,
  at: number,
): string {
  const view: View = { texts, verbose: true, medium: 'page' };
  const title = texts.delivery.page.plan(escapeText(plan.domain));
  return page(title, planSections(plan, explanation, view), { texts, lang, at });
}

/** What became of a message as a page, with all that was tried. */
export function sendPage(delivered: Delivered, { texts }: View, lang: Lang, at: number): string {
  const view: View = { texts, verbose: true, medium: 'page' };
  const domains = delivered.domains.map(({ domain }) => escapeText(domain)).join(', ');
  return page(texts.delivery.page.send(domains), sendSections(delivered, view, lang), { texts, lang, at });
}

/** The first section is the answer. */
function page(
  title: string,
  [first, ...sections]: readonly Section[],
  rest: Pick<PageParts, 'texts' | 'lang' | 'at'>,
): string {
  return pageOf({ ...rest, title, answer: first ? [first] : [], sections, foot: [] });
}
