import type { ProbeEnvironment } from '@postern/probe';
import type { Options } from '../arguments.ts';
import type { Io } from '../io.ts';
import type { Look } from '../output/check-report.ts';
import { paintFor } from '../output/paint.ts';
import { Progress } from '../output/progress.ts';
import { textsFor } from '../texts/texts.ts';
import type { Texts } from '../texts/texts.ts';
import { Trace } from '../trace.ts';

/** Running text is not set wider than this: long lines are hard to read. */
const WIDEST = 100;

/** What every command works with. */
export interface Context extends Disposable {
  readonly io: Io;
  readonly options: Options;
  readonly texts: Texts;
  readonly look: Look;
  readonly progress: Progress;
  readonly trace: Trace | undefined;
  /** Made by tests and by the demo in place of the machine's own network and resolver. */
  readonly given: Partial<ProbeEnvironment> | undefined;
}

/** Makes the context of a command. */
export function contextFor(io: Io, options: Options, given?: Partial<ProbeEnvironment>): Context {
  const texts = textsFor(options.lang);
  const trace = options.trace === undefined ? undefined : new Trace(options.trace, texts);
  return {
    io,
    options,
    texts,
    look: {
      texts,
      paint: paintFor(io.stdout, options.color),
      verbose: options.verbose,
      width: Math.min(io.stdout.columns ?? WIDEST, WIDEST),
    },
    progress: new Progress(io.stderr, options.quiet),
    trace,
    given,
    [Symbol.dispose]() {
      trace?.[Symbol.dispose]();
    },
  };
}
