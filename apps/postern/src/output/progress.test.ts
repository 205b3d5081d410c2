import { expect, it } from 'vitest';
import { testTerminal } from '../../test/terminal.ts';
import { en } from '../texts/en.ts';
import { Progress } from './progress.ts';

it('writes over its line, no wider than the terminal, and takes it away', () => {
  const terminal = testTerminal({ tty: true, columns: 20 });
  const progress = new Progress(terminal.stderr, false);
  progress.line('looking for something long');
  progress.show(en, 1, 6);
  progress.clear();
  progress.clear();
  expect(terminal.err()).toBe(`\rlooking for somethi\r1 of 6 endpoints do\r${' '.repeat(19)}\r`);
});

it.each([
  ['in a pipe', false, false],
  ['where quiet is wanted', true, true],
])('is silent %s', (_, tty, quiet) => {
  const terminal = testTerminal({ tty });
  const progress = new Progress(terminal.stderr, quiet);
  progress.show(en, 1, 6);
  progress.clear();
  expect(terminal.err()).toBe('');
});
