import { styleText } from 'node:util';
import type { Io } from '../io.ts';

/** Colours for a meaning, not for beauty; plain text where nobody looks at a terminal. */
export interface Paint {
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly unsure: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly strong: (text: string) => string;
}

/** Colours where standard output is a terminal that knows them, unless the user said no (`--no-color`, NO_COLOR). */
export function paintFor({ stdout, env }: Pick<Io, 'stdout' | 'env'>, color: boolean | undefined): Paint {
  const on = color ?? (stdout.isTTY && env['TERM'] !== 'dumb');
  const style =
    (format: Parameters<typeof styleText>[0]) =>
    (text: string): string =>
      on && text !== '' ? styleText(format, text, { validateStream: false }) : text;
  return {
    good: style('green'),
    bad: style('red'),
    unsure: style('yellow'),
    faint: style('dim'),
    strong: style('bold'),
  };
}
