import { startNodeLab } from '@postern/lab/node';
import type { ProbeEnvironment } from '@postern/probe';
import type { AccountReport } from '@postern/probe/report';
import { exitStatus } from '../exit.ts';
import type { ExitStatus } from '../exit.ts';
import { jsonDocument } from '../output/json.ts';
import { labEnvironment } from '../lab-environment.ts';
import { checkLines } from '../output/check-report.ts';
import { paragraph } from '../output/table.ts';
import { checkTyped } from './check.ts';
import type { Context } from './context.ts';

/** The accounts of the lab that the demo checks, in order. */
const shown = ['allgood.test', 'walled.test', 'stripped.test'] as const;

/**
 * `postern demo`: starts the lab in this process, checks three of its accounts, and stops. The status is 0 although two of
 * the providers have faults: they are what is shown.
 */
export async function demo(context: Context): Promise<ExitStatus> {
  const { io, texts, look, options } = context;
  const reports: AccountReport[] = [];
  const print = (lines: readonly string[]): void => {
    if (!options.json) io.stdout.write(`${lines.join('\n')}\n`);
  };
  await using lab = await startNodeLab();
  const flush = { width: look.width, indent: 0 };
  print([...paragraph(texts.demo.opening, flush), '']);
  // Three sockets make silence certain in 0.7 s in place of 2.2 s; the lab does not mind, and nobody likes to wait.
  const given: Partial<ProbeEnvironment> = { ...labEnvironment(lab, context.given), sockets: 3 };
  // All at once: waiting for the silence of one provider is no reason to wait with the others.
  const checks = shown.map((provider) => {
    const account = lab.accounts.find((known) => known.provider === provider);
    if (!account) throw new Error(`the lab has no account at ${provider}`);
    const report = checkTyped(account.address, { ...context, given });
    report.catch(() => undefined);
    return { account, report };
  });
  for (const { account, report } of checks) {
    const lesson = `${texts.demo.lesson}: ${account.lesson[options.lang]}`;
    print([
      look.paint.strong(`postern check ${account.address}`),
      ...paragraph(lesson, { ...flush, paint: look.paint.faint }),
      '',
    ]);
    reports.push(await report);
    print([...checkLines(await report, look), '']);
    if (io.interrupted.aborted) break;
  }
  if (options.json) io.stdout.write(jsonDocument({ schema: 'postern.demo/1', checks: reports }));
  if (!io.interrupted.aborted) print([texts.demo.closing]);
  return io.interrupted.aborted ? exitStatus.interrupted : exitStatus.works;
}
