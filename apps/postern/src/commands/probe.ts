import { probeEndpoint } from '@postern/probe';
import type { ProbeEnvironment } from '@postern/probe';
import { parseEndpoint } from '@postern/probe/report';
import { environmentFor } from '../environment.ts';
import { exitStatus, probeStatus } from '../exit.ts';
import type { ExitStatus } from '../exit.ts';
import { probeLines } from '../output/probe-report.ts';
import { UsageMistake } from '../usage-error.ts';
import type { Context } from './context.ts';

/** `postern probe <endpoint>`. */
export async function probe(typed: string, context: Context): Promise<ExitStatus> {
  const { texts, options, io, progress } = context;
  const parsed = parseEndpoint(typed, { lang: options.lang });
  if (!parsed.ok) throw new UsageMistake(parsed.message);
  const base = await environmentFor(options, context.given);
  const environment: ProbeEnvironment = {
    ...base,
    ...(options.user === undefined
      ? {}
      : {
          credentials: {
            type: 'password',
            user: options.user,
            password: await password(options.user, context),
          },
        }),
    onProgress: (step) => {
      context.trace?.write(step);
      if (step.side === undefined) progress.line(`${step.event}…`);
    },
  };
  const report = await probeEndpoint(parsed.endpoint, environment, {
    signal: io.interrupted,
    ...(options.deadlineMs === undefined ? {} : { deadline: options.deadlineMs }),
  }).finally(() => {
    progress.clear();
  });
  if (options.json) io.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
  else for (const line of probeLines(report, context.look)) io.stdout.write(`${line}\n`);
  if (io.interrupted.aborted) return exitStatus.interrupted;
  return probeStatus(report);
}

/** Never from an argument: arguments can be read by every user of the machine. */
async function password(user: string, { io, texts }: Context): Promise<string> {
  const given = io.env['POSTERN_PASSWORD'] ?? (await io.askPassword(texts.passwordFor(user)));
  if (given === undefined || given === '') throw new UsageMistake(texts.noPassword);
  return given;
}
