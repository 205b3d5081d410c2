import type { ProbeEnvironment } from '@postern/probe';
import type { Options } from '../options.ts';
import type { Io } from '../io.ts';
import type { Look } from '../output/look.ts';
import { paintFor } from '../output/paint.ts';
import { Progress } from '../output/progress.ts';
import { textsFor } from '../texts/texts.ts';
import type { Texts } from '../texts/texts.ts';
import { PageFile } from '../page-file.ts';
import { Trace } from '../trace.ts';

/** Reports are set as wide as the terminal, up to this: beyond, the eye loses the row of a table. */
const WIDEST = 120;

/** Where there is no terminal. */
const PRINTED = 100;

/** What every command works with. */
export interface Context extends Disposable {
  readonly io: Io;
  readonly options: Options;
  readonly texts: Texts;
  readonly look: Look;
  readonly progress: Progress;
  readonly trace: Trace | undefined;
  /** Where a page goes; `undefined` where none is wanted. */
  readonly page: PageFile | undefined;
  /** Made by tests and by the demo in place of the machine's own network and resolver. */
  readonly given: Partial<ProbeEnvironment> | undefined;
}

/** Makes the context of a command. */
export function contextFor(io: Io, options: Options, given?: Partial<ProbeEnvironment>): Context {
  const texts = textsFor(options.lang);
  const page = options.html === undefined ? undefined : new PageFile(options.html, texts);
  const trace = options.trace === undefined ? undefined : new Trace(options.trace, texts);
  return {
    io,
    options,
    texts,
    look: {
      texts,
      paint: paintFor(io, options.color),
      verbose: options.verbose,
      medium: 'terminal',
      width: Math.min(io.stdout.columns ?? PRINTED, WIDEST),
    },
    progress: new Progress(io.stderr, options.quiet),
    trace,
    page,
    given,
    [Symbol.dispose]() {
      trace?.[Symbol.dispose]();
      if (trace?.broken === true)
        io.stderr.write(`postern: ${texts.cannotWrite('--trace', options.trace ?? '')}\n`);
    },
  };
}
