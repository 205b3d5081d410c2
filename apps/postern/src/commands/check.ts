import { checkAccount, parseAccount } from '@postern/probe';
import type { ProbeEnvironment } from '@postern/probe';
import type { AccountReport } from '@postern/probe/report';
import { environmentFor } from '../environment.ts';
import { accountStatus, exitStatus } from '../exit.ts';
import type { ExitStatus } from '../exit.ts';
import { checkSections } from '../output/check-report.ts';
import { checkPage } from '../output/page/check-page.ts';
import { openSilentPorts, sayRemembered } from '../silent-ports.ts';
import { UsageMistake } from '../usage-error.ts';
import type { Context } from './context.ts';
import { keep, show } from './show.ts';

/** `postern check <address or domain>`. */
export async function check(typed: string, context: Context): Promise<ExitStatus> {
  const report = await checkTyped(typed, context);
  const { interrupted } = context.io;
  const document = interrupted.aborted ? { ...report, interrupted: true } : report;
  show(context, document, () => checkSections(report, context.look));
  sayRemembered(report.probes, context);
  const status = interrupted.aborted ? exitStatus.interrupted : accountStatus(report);
  return keep(context, status, (at) => checkPage(report, context.look, at));
}

/** Checks what was typed and shows how far it is. Where the user interrupts, the report holds what is known by then. */
export async function checkTyped(typed: string, context: Context): Promise<AccountReport> {
  const { texts, trace, progress, io } = context;
  const { deadlineMs } = context.options;
  const parsed = parseAccount(typed);
  if (!parsed.ok) {
    const { problem } = parsed;
    throw new UsageMistake(problem === 'bad-domain' ? texts.badDomain(typed) : texts.address[problem]);
  }
  await using ports = await openSilentPorts(context);
  const environment = { ...environmentFor(context.options, context.given), ...ports.environment };
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
      without: context.options.without,
      ...(deadlineMs === undefined ? {} : { deadline: deadlineMs }),
      onProbe: (_report, done, all) => {
        progress.show(texts, done, all);
      },
    });
  } finally {
    progress.clear();
  }
}
