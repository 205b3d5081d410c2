import { explain as explainReason } from '@postern/probe';
import { isReason, reasonGroup, reasons } from '@postern/wire';
import { exitStatus } from '../exit.ts';
import type { ExitStatus } from '../exit.ts';
import { nearest } from '../nearest.ts';
import { section } from '../output/document.ts';
import type { Row, Table } from '../output/document.ts';
import { explained } from '../output/reasons.ts';
import { UsageMistake } from '../usage-error.ts';
import type { Context } from './context.ts';
import { show } from './show.ts';

/** `postern explain [<reason>]`. */
export function explain(typed: string | undefined, context: Context): ExitStatus {
  const { options, texts } = context;
  const { lang } = options;
  if (typed === undefined) {
    listReasons(context);
    return exitStatus.works;
  }
  if (!isReason(typed)) {
    const meant = nearest(typed, reasons);
    const hint = meant === undefined ? '' : ` ${texts.didYouMean(meant)}`;
    throw new UsageMistake(`${texts.noSuchReason(typed)}${hint}`);
  }
  const explanation = explainReason(typed, { lang });
  const document = { schema: 'postern.explain/1', reason: typed, explanation };
  show(context, document, () => section(typed, [explained(explanation)]));
  return exitStatus.works;
}

function listReasons(context: Context): void {
  const { lang } = context.options;
  const { column, reasonGroups } = context.texts;
  const list = reasons.map((reason) => ({
    reason,
    group: reasonGroup(reason),
    explanation: explainReason(reason, { lang }),
  }));
  const rows = list.map(({ reason, explanation }): Row => [
    reason,
    { text: explanation.summary, tone: 'faint' },
  ]);
  const table: Table = { type: 'table', columns: [column.fact, column.detail], named: 0, rows };
  show(context, { schema: 'postern.explain/1', reasons: list }, () => section(reasonGroups, [table]));
}
