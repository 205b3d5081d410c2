import { exitStatus } from '../exit.ts';
import type { ExitStatus } from '../exit.ts';
import type { Section } from '../output/document.ts';
import { jsonDocument } from '../output/json.ts';
import { terminalLines } from '../output/terminal.ts';
import type { Context } from './context.ts';

/** Prints a report, as a document for programs or in sections for people. */
export function show(
  { io, options, look }: Pick<Context, 'io' | 'options' | 'look'>,
  document: object,
  sections: () => readonly Section[],
): void {
  if (options.json) io.stdout.write(jsonDocument(document));
  else io.stdout.write(`${terminalLines(sections(), look).join('\n')}\n`);
}

/** Writes the page where one is wanted. Gives the status: a result that could not be written is nothing to rely on. */
export function keep(
  { page, texts, io }: Pick<Context, 'page' | 'texts' | 'io'>,
  status: ExitStatus,
  make: (at: number) => string,
): ExitStatus {
  if (!page || page.write(make(Date.now()))) return status;
  io.stderr.write(`postern: ${texts.cannotWrite('--html', page.path)}\n`);
  return exitStatus.couldNotTell;
}
