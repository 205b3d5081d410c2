import { expect, it } from 'vitest';
import { run } from '../src/run.ts';
import { makeScene } from './scene.ts';
import { testTerminal } from './terminal.ts';

it('prints help and version on standard output', async () => {
  const help = testTerminal({ env: { LANG: 'de_DE.UTF-8' } });
  expect(await run([], help)).toBe(0);
  expect(help.out()).toMatch(/^Aufruf: postern/);
  expect(help.err()).toBe('');
  expect(
    Math.max(
      ...help
        .out()
        .split('\n')
        .map((line) => line.length),
    ),
  ).toBeLessThanOrEqual(130);
  const version = testTerminal();
  expect(await run(['--version'], version, { version: '1.2.3' })).toBe(0);
  expect(version.out()).toBe('1.2.3\n');
});

it('answers a mistake with one line and status 2, and prints nothing that acts on a terminal', async () => {
  const terminal = testTerminal({ tty: true });
  expect(await run(['\u001b[31mchekc\u202e'], terminal)).toBe(2);
  expect(terminal.err()).toMatch(/^postern: There is no command "\\x1b\[31mchekc\\u\{202e\}"\.[^\n]*\n$/);
  expect(terminal.out()).toBe('');
});

it('asks for a report where the fault is its own', async () => {
  const scene = await makeScene();
  const given = {
    ...scene.given,
    resolver: { query: () => Promise.reject(new TypeError('broken \u001b[2J')) },
  };
  const terminal = testTerminal();
  const status = await scene.clock.run(() =>
    run(['probe', 'imaps://mail.example.test'], terminal, { given }),
  );
  expect(status).toBe(1);
  expect(terminal.err()).toMatch(/^Postern has a bug here\.[^\n]*\nTypeError: broken \\x1b\[2J\n/);
});
