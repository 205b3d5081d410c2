import { escapeText } from '@postern/probe';
import type { Lang } from '@postern/probe/report';
import type { Delivered, DeliveryResult } from '@postern/relay';
import { section } from './document.ts';
import type { Block, Cell, Row, Section } from './document.ts';
import type { View } from './look.ts';
import { becauseBlocks } from './plan-report.ts';
import { explained } from './reasons.ts';
import { sendReason } from './send-reasons.ts';

const signs: Readonly<Record<DeliveryResult['status'], Cell>> = {
  delivered: { text: '✓', tone: 'good' },
  refused: { text: '✗', tone: 'bad' },
  deferred: { text: '?', tone: 'unsure' },
  uncertain: { text: '?', tone: 'unsure' },
};

/** What became of a message, for people: a line for each recipient, then what is in the way; with `-v` all that was tried. */
export function sendSections(delivered: Delivered, view: View, lang: Lang): readonly Section[] {
  const { texts, verbose } = view;
  const { heading } = texts.delivery;
  const results = delivered.recipients.map((result) => resultRow(result, view));
  // The same at one place is told once.
  const reasons = new Map(
    delivered.recipients.flatMap((result) => {
      if (result.status === 'delivered') return [];
      const { place, explanation } = sendReason(result, delivered.domains, lang);
      return [[`${place} (${result.reason})`, explanation] as const];
    }),
  );
  const why = [...reasons].map(([title, explanation]): Block => ({ ...explained(explanation), title }));
  const attempts = delivered.domains.flatMap((domain) =>
    domain.attempts.map(({ host, endpoint, method, outcome, reason }): Row => [
      escapeText(host),
      endpoint.address,
      String(endpoint.port),
      texts.method[method],
      { text: reason ?? outcome, tone: 'faint' },
    ]),
  );
  const { column } = texts;
  const columns = [column.host, column.address, column.port, column.method, column.detail];
  return [
    ...section(undefined, [{ type: 'table', columns: ['', '', '', '', ''], rows: results, outdented: true }]),
    ...section(texts.heading.whyNothing, why),
    ...(verbose
      ? [
          ...section(heading.attempts, [{ type: 'table', columns, rows: attempts }]),
          ...delivered.domains.flatMap(({ domain, plan }) =>
            section(`${heading.because} (${escapeText(domain)})`, becauseBlocks(plan, view)),
          ),
        ]
      : []),
  ];
}

function resultRow(result: DeliveryResult, { texts }: View): Row {
  const { recipient, status } = result;
  const row: Row = [signs[status], escapeText(recipient), texts.delivery.result[status]];
  const host = escapeText(result.host ?? '');
  if (result.status === 'delivered') {
    const { protection } = result;
    const reason = protection.method === 'plaintext' && protection.reason ? ` (${protection.reason})` : '';
    return [...row, host, `${texts.method[protection.method]}${reason}`];
  }
  const reply =
    'reply' in result && result.reply ? `${result.reply.code} ${result.reply.lines.join(' ')}` : '';
  const when =
    result.status === 'deferred'
      ? texts.delivery.notBefore(
          `${new Date(result.notBefore).toISOString().slice(0, 16).replace('T', ' ')} UTC`,
        )
      : '';
  return [...row, host, escapeText([result.reason, reply, when].filter((text) => text !== '').join('; '))];
}
