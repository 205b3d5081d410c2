import { isUsageError, isWireError } from '@postern/wire';
import { escapeText, explain as explainReason } from '@postern/probe';
import type { Lang, ProbeEnvironment } from '@postern/probe';
import { readArguments } from './arguments.ts';
import type { Request } from './arguments.ts';
import { check } from './commands/check.ts';
import { contextFor } from './commands/context.ts';
import type { Context } from './commands/context.ts';
import { explain } from './commands/explain.ts';
import { plan } from './commands/plan.ts';
import { probe } from './commands/probe.ts';
import { send } from './commands/send.ts';
import { exitStatus } from './exit.ts';
import type { ExitStatus } from './exit.ts';
import type { Io } from './io.ts';
import { spokenLang } from './lang.ts';
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
    if (argv[0] === 'simulate') {
      // Its options are numbers of a model, and none of them means anything elsewhere.
      const { simulate } = await import('./commands/simulate.ts');
      return await simulate(argv.slice(1), io);
    }
    request = readArguments(argv, io.env);
    if (request.type !== 'command') {
      const version = `${options?.version ?? '0.0.0'}\n`;
      io.stdout.write(request.type === 'help' ? textsFor(request.lang).usage : version);
      return exitStatus.works;
    }
    using context = contextFor(io, request.options, options?.given);
    return await dispatch(request, context);
  } catch (error) {
    return failed(error, request, { lang: spokenLang(argv, io.env), io });
  }
}

/** The lab and its certificate maker are loaded only where they are wanted: that is half of what there is to load. */
async function dispatch(
  request: Extract<Request, { type: 'command' }>,
  context: Context,
): Promise<ExitStatus> {
  const { argument = '' } = request;
  switch (request.command) {
    case 'check':
      return check(argument, context);
    case 'probe':
      return probe(argument, context);
    case 'plan':
      return plan(argument, context);
    case 'send':
      return send(request.argument, context);
    case 'explain':
      return explain(request.argument, context);
    case 'lab': {
      const { lab } = await import('./commands/lab.ts');
      return lab(context);
    }
    case 'demo': {
      const { demo } = await import('./commands/demo.ts');
      return demo(request.argument, context);
    }
  }
}

/** One clear line on standard error; a stack trace only for a bug of ours. */
function failed(
  error: unknown,
  request: Request | undefined,
  { lang, io }: { readonly lang: Lang; readonly io: Io },
): ExitStatus {
  const texts = textsFor(lang);
  const say = (line: string): void => {
    io.stderr.write(`${escapeText(line, { maxLength: 2000 })}\n`);
  };
  if (io.interrupted.aborted && error === io.interrupted.reason) {
    say(texts.interrupted);
    return exitStatus.interrupted;
  }
  if (error instanceof UsageMistake || (isUsageError(error) && error.code === 'argument-refused')) {
    say(`postern: ${error.message}`);
    return exitStatus.usage;
  }
  if (isWireError(error)) {
    const name = request?.type === 'command' ? request.argument : undefined;
    const facts = name === undefined ? {} : { domain: name.slice(name.lastIndexOf('@') + 1) };
    const { summary, action } = explainReason(error.code, { lang, facts });
    say(`postern: ${summary} ${action} (${error.code})`);
    return error.code === 'dns-bad-name' ? exitStatus.usage : exitStatus.couldNotTell;
  }
  say(texts.internal);
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  for (const line of trace.split('\n')) say(line);
  return exitStatus.findings;
}
