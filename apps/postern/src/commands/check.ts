import { checkAccount, parseAccount } from '@postern/probe';
import type { ProbeEnvironment } from '@postern/probe';
import type { AccountReport } from '@postern/probe/report';
import { environmentFor } from '../environment.ts';
import { accountStatus, exitStatus } from '../exit.ts';
import type { ExitStatus } from '../exit.ts';
import { jsonDocument } from '../output/json.ts';
import { checkLines } from '../output/check-report.ts';
import { UsageMistake } from '../usage-error.ts';
import type { Context } from './context.ts';

/** `postern check <address or domain>`. */
export async function check(typed: string, context: Context): Promise<ExitStatus> {
  const report = await checkTyped(typed, context);
  const { stdout, interrupted } = context.io;
  const shown = interrupted.aborted ? { ...report, interrupted: true } : report;
  if (context.options.json) stdout.write(jsonDocument(shown));
  else for (const line of checkLines(report, context.look)) stdout.write(`${line}\n`);
  return interrupted.aborted ? exitStatus.interrupted : accountStatus(report);
}

/** Checks what was typed and shows how far it is. Where the user interrupts, the report holds what is known by then. */
export async function checkTyped(typed: string, context: Context): Promise<AccountReport> {
  const { texts, trace, progress, io } = context;
  const { deadlineMs } = context.options;
  const parsed = parseAccount(typed);
  if (!parsed.ok) throw new UsageMistake(texts.address[parsed.problem]);
  const environment = await environmentFor(context.options, context.given);
  const traced: ProbeEnvironment = {
    ...environment,
    onProgress: (step) => {
      trace?.write(step);
    },
  };
  progress.line(texts.trying(parsed.account.domain));
  try {
    return await checkAccount(parsed.account, trace ? traced : environment, {
      random: Math.random,
      stop: io.interrupted,
      ...(deadlineMs === undefined ? {} : { deadline: deadlineMs }),
      onProbe: (_report, done, all) => {
        progress.show(texts, done, all);
      },
    });
  } finally {
    progress.clear();
  }
}
