import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseSimulation } from '../src/simulate/parse-model.ts';
import { run } from '../src/run.ts';
import { testTerminal } from './terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'postern-simulate-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const few = ['--destinations', '500', '--messages', '5000'];

describe('postern simulate', () => {
  it('prints a row for each strategy, and writes the report', async () => {
    const screen = testTerminal();
    const html = join(folder, 'report.html');
    expect(await run(['simulate', ...few, '--html', html], screen)).toBe(0);
    expect(
      screen
        .out()
        .split('\n')
        .map((line) => line.split(' ')[0]),
    ).toEqual([
      'strategy',
      'wait',
      'timeout-30s',
      'race',
      'race+memory',
      'race+memory+syns',
      'announced',
      '',
    ]);
    expect(readFileSync(html, 'utf8')).toContain('</html>');
  });

  it('gives JSON', async () => {
    const screen = testTerminal();
    expect(await run(['simulate', ...few, '--json'], screen)).toBe(0);
    expect(JSON.parse(screen.out())).toMatchObject({
      schema: 'postern.simulation/1',
      model: { destinations: 500, messages: 5000, limit: null },
    });
  });

  it.each([
    ['--destinations', '0'],
    ['--destinations', '1.5'],
    ['--destinations', 'many'],
    ['--loss', '0.95'],
    ['--loss', '-1'],
    ['--limit', '1'],
    ['--silent', '0.9', '--slow', '0.2'],
    ['--colour', 'red'],
    ['extra'],
    ['--html', '/nowhere/at/all.html', ...few],
  ])('refuses %s %s with one line', async (...args) => {
    const screen = testTerminal();
    expect(await run(['simulate', ...args], screen)).toBe(2);
    expect(screen.err().trim().split('\n')).toHaveLength(1);
  });

  it('takes ten messages a destination, within a thousand seconds, where nothing else is said', () => {
    expect(parseSimulation(['--destinations', '1_000']).model).toMatchObject({
      destinations: 1000,
      messages: 10_000,
      rate: 10,
    });
  });
});
