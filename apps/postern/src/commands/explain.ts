import { explain as explainReason } from '@postern/probe';
import { isReason, reasonGroup, reasons } from '@postern/wire';
import { exitStatus } from '../exit.ts';
import type { ExitStatus } from '../exit.ts';
import { jsonDocument } from '../output/json.ts';
import { nearest } from '../nearest.ts';
import { explanationLines } from '../output/reasons.ts';
import { table } from '../output/table.ts';
import { UsageMistake } from '../usage-error.ts';
import type { Context } from './context.ts';

/** `postern explain [<reason>]`. */
export function explain(typed: string | undefined, context: Context): ExitStatus {
  const { options, texts, look, io } = context;
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
  if (options.json) {
    io.stdout.write(jsonDocument({ schema: 'postern.explain/1', reason: typed, explanation }));
    return exitStatus.works;
  }
  const lines = [look.paint.strong(typed), ...explanationLines(explanation, look, 2)];
  for (const line of lines) io.stdout.write(`${line}\n`);
  return exitStatus.works;
}

function listReasons({ options: { lang, json }, texts, look, io }: Context): void {
  if (json) {
    const list = reasons.map((reason) => ({
      reason,
      group: reasonGroup(reason),
      explanation: explainReason(reason, { lang }),
    }));
    io.stdout.write(jsonDocument({ schema: 'postern.explain/1', reasons: list }));
    return;
  }
  io.stdout.write(`${look.paint.strong(texts.reasonGroups)}\n`);
  const rows = reasons.map((reason) => [
    reason,
    { text: explainReason(reason, { lang }).summary, paint: look.paint.faint },
  ]);
  for (const line of table(rows, look)) io.stdout.write(`${line}\n`);
}
