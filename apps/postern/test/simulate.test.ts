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

  it.each([
    [['--foo'], 'There is no option --foo. postern simulate --help lists all.'],
    [['--seeed', '1'], 'There is no option --seeed. Did you mean --seed?'],
    [['--seed'], '--seed needs a value.'],
    [['--json=yes'], '--json takes no value.'],
    [['x'], 'simulate takes no argument; "x" is one too many.'],
    [['--loss', '2'], '--loss takes a number from 0 to 0.9.'],
    [['--lang', 'fr'], '--lang: "fr" is not known. Known are en and de.'],
    [['--lang', 'de', '--seeed', '1'], 'Die Option --seeed gibt es nicht. Meinten Sie --seed?'],
    [['--lang', 'de', '--limit', '1'], '--limit braucht eine ganze Zahl von 2 bis 100000000.'],
    [
      ['--lang', 'de', '--silent', '1', '--slow', '1'],
      '--silent, --refusing und --slow sind zusammen mehr als 1.',
    ],
  ])('names the mistake in %j, in the reader’s language', async (args, said) => {
    const screen = testTerminal();
    expect(await run(['simulate', ...args], screen)).toBe(2);
    expect(screen.err()).toBe(`postern: ${said}\n`);
  });

  it('has a help in two languages', async () => {
    const help = async (lang: string): Promise<string> => {
      const screen = testTerminal();
      expect(await run(['simulate', '--help', '--lang', lang, '--no-color'], screen)).toBe(0);
      return screen.out();
    };
    const [english, german] = [await help('en'), await help('de')];
    const named = (text: string): readonly string[] => text.match(/^ {2}--[a-z]+/gm) ?? [];
    expect(named(english)).toHaveLength(13);
    expect(named(german)).toEqual(named(english));
    expect(german).toContain('Firewalls');
  });

  it('takes ten messages a destination, within a thousand seconds, where nothing else is said', () => {
    expect(parseSimulation(['--destinations', '1_000']).model).toMatchObject({
      destinations: 1000,
      messages: 10_000,
      rate: 10,
    });
  });
});
