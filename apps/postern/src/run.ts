import { isUsageError, isWireError } from '@postern/wire';
import { explain as explainReason } from '@postern/probe';
import type { ProbeEnvironment } from '@postern/probe';
import { readArguments } from './arguments.ts';
import type { Request } from './arguments.ts';
import { check } from './commands/check.ts';
import { contextFor } from './commands/context.ts';
import type { Context } from './commands/context.ts';
import { demo } from './commands/demo.ts';
import { explain } from './commands/explain.ts';
import { lab } from './commands/lab.ts';
import { probe } from './commands/probe.ts';
import { exitStatus } from './exit.ts';
import type { ExitStatus } from './exit.ts';
import type { Io } from './io.ts';
import { textsFor } from './texts/texts.ts';
import { UsageMistake } from './usage-error.ts';

/** Runs the command: reads the arguments, does what they say, and gives the exit status. Never throws. */
export async function run(
  argv: readonly string[],
  io: Io,
  options?: { readonly given?: Partial<ProbeEnvironment>; readonly version?: string },
): Promise<ExitStatus> {
  let request: Request | undefined;
  try {
    request = readArguments(argv, io.env);
    if (request.type !== 'command') {
      const version = `${options?.version ?? '0.0.0'}\n`;
      io.stdout.write(request.type === 'help' ? textsFor(request.lang).usage : version);
      return exitStatus.works;
    }
    using context = contextFor(io, request.options, options?.given);
    return await dispatch(request, context);
  } catch (error) {
    const lang = request?.type === 'command' ? request.options.lang : 'en';
    return failed(error, lang, io);
  }
}

function dispatch(
  request: Extract<Request, { type: 'command' }>,
  context: Context,
): ExitStatus | Promise<ExitStatus> {
  const { argument = '' } = request;
  switch (request.command) {
    case 'check':
      return check(argument, context);
    case 'probe':
      return probe(argument, context);
    case 'explain':
      return explain(request.argument, context);
    case 'lab':
      return lab(context);
    case 'demo':
      return demo(context);
  }
}

/** One clear line on standard error; a stack trace only for a bug of ours. */
function failed(error: unknown, lang: 'en' | 'de', io: Io): ExitStatus {
  const texts = textsFor(lang);
  if (io.interrupted.aborted && error === io.interrupted.reason) {
    io.stderr.write(`${texts.interrupted}\n`);
    return exitStatus.interrupted;
  }
  if (error instanceof UsageMistake) {
    io.stderr.write(`postern: ${error.message}\n`);
    if (error.help === 'commands') io.stderr.write(`\n${texts.usage}`);
    return exitStatus.usage;
  }
  if (isWireError(error)) {
    const { summary, action } = explainReason(error.code, { lang });
    io.stderr.write(`postern: ${summary} ${action} (${error.code})\n`);
    return error.code === 'dns-bad-name' ? exitStatus.usage : exitStatus.couldNotTell;
  }
  if (isUsageError(error) && error.code === 'argument-refused') {
    io.stderr.write(`postern: ${error.message}\n`);
    return exitStatus.usage;
  }
  io.stderr.write(
    `${texts.internal}\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  return exitStatus.findings;
}
