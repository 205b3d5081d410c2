import { expect, it } from 'vitest';
import { testTerminal } from '../../test/terminal.ts';
import type { TerminalOptions } from '../../test/terminal.ts';
import { paintFor } from './paint.ts';

it.each<readonly [string, TerminalOptions, boolean | undefined, boolean]>([
  ['a terminal', { tty: true }, undefined, true],
  ['a pipe', {}, undefined, false],
  ['a terminal of somebody who wants no colours', { tty: true }, false, false],
  ['a terminal without colours', { tty: true, env: { TERM: 'dumb' } }, undefined, false],
])('%s', (_, terminal, color, painted) => {
  const { good, faint } = paintFor(testTerminal(terminal), color);
  expect(good('x')).toBe(painted ? '\u001b[32mx\u001b[39m' : 'x');
  expect(faint('')).toBe('');
});
