import { probeEndpoint } from '@postern/probe';
import type { ProbeEnvironment, Progress } from '@postern/probe';
import { parseEndpoint } from '@postern/probe/report';
import { DeadlineExceeded } from '@postern/wire';
import type { Clock } from '@postern/wire';
import { environmentFor } from '../environment.ts';
import { exitStatus, probeStatus } from '../exit.ts';
import type { ExitStatus } from '../exit.ts';
import { probePage } from '../output/page/probe-page.ts';
import { interruptedSections, probeSections } from '../output/probe-report.ts';
import type { EventName, Texts } from '../texts/texts.ts';
import { openSilentPorts, sayRemembered } from '../silent-ports.ts';
import { UsageMistake } from '../usage-error.ts';
import type { Context } from './context.ts';
import { keep, show } from './show.ts';

/** `postern probe <endpoint>`. */
export async function probe(typed: string, context: Context): Promise<ExitStatus> {
  const { texts, options, io, progress, look } = context;
  const parsed = parseEndpoint(typed, { lang: options.lang });
  if (!parsed.ok) throw new UsageMistake(parsed.message);
  await using ports = await openSilentPorts(context);
  const base = { ...environmentFor(options, context.given), ...ports.environment };
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
      if (step.side === undefined) progress.line(eventLine(step, texts));
    },
  };
  const report = await probeEndpoint(parsed.endpoint, environment, {
    signal: patience(io.interrupted, base.clock),
    ...(options.deadlineMs === undefined ? {} : { deadline: options.deadlineMs }),
  }).finally(() => {
    progress.clear();
  });
  const interrupted = io.interrupted.aborted;
  const sections = interrupted ? interruptedSections : probeSections;
  show(context, interrupted ? { ...report, interrupted } : report, () => sections(report, look));
  sayRemembered([report], context);
  const status = interrupted ? exitStatus.interrupted : probeStatus(report);
  return keep(context, status, (at) => probePage(report, interrupted, look, at));
}

/** The user's patience as a deadline: a probe whose time runs out reports what it has seen, an aborted one nothing. */
function patience(interrupted: AbortSignal, clock: Clock): AbortSignal {
  const controller = new AbortController();
  const began = clock.now();
  const end = (): void => {
    controller.abort(new DeadlineExceeded(clock.now() - began));
  };
  if (interrupted.aborted) end();
  else interrupted.addEventListener('abort', end, { once: true });
  return controller.signal;
}

function eventLine({ event, endpoint }: Progress, texts: Texts): string {
  const worded = Object.hasOwn(texts.event, event) ? texts.event[event as EventName] : event;
  return `${endpoint.host}:${endpoint.port}  ${worded}…`;
}

/** Never from an argument: arguments can be read by every user of the machine. */
async function password(user: string, { io, texts }: Context): Promise<string> {
  const given = io.env['POSTERN_PASSWORD'] ?? (await io.askPassword(texts.passwordFor(user)));
  if (given === undefined || given === '') throw new UsageMistake(texts.noPassword);
  return given;
}
