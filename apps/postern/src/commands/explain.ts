import { explain as explainReason } from '@postern/probe';
import { isReason, reasonGroup, reasons } from '@postern/wire';
import { exitStatus } from '../exit.ts';
import type { ExitStatus } from '../exit.ts';
import { nearest } from '../nearest.ts';
import { section } from '../output/document.ts';
import type { Row, Table } from '../output/document.ts';
import { explained } from '../output/reasons.ts';
import { UsageMistake } from '../usage-error.ts';
import type { Texts } from '../texts/texts.ts';
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
    throw new UsageMistake(`${texts.noSuchReason(typed)} ${hintFor(typed, texts)}`);
  }
  const explanation = explainReason(typed, { lang });
  const document = { schema: 'postern.explain/1', reason: typed, explanation };
  show(context, document, () => section(typed, [explained(explanation)]));
  return exitStatus.works;
}

/** As many codes as a line holds. */
const MOST_MEANT = 4;

/** The code that is spelt nearly so, or those of which somebody remembered a part. */
function hintFor(typed: string, texts: Texts): string {
  const meant = nearest(typed, reasons);
  if (meant !== undefined) return texts.didYouMean(meant);
  const part = typed.toLowerCase();
  const holding = part.length < 3 ? [] : reasons.filter((reason) => reason.includes(part));
  return holding.length > 0
    ? `${texts.didYouMean(holding.slice(0, MOST_MEANT).join(', '))} ${texts.seeReasons}`
    : texts.seeReasons;
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
