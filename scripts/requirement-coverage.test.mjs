// The list of requirements without a test, on checklists and tests made for it.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

let folder;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'postern-requirements-'));
  mkdirSync(join(folder, 'sheets'));
  mkdirSync(join(folder, 'packages/one/src'), { recursive: true });
  writeFileSync(
    join(folder, 'sheets/one.md'),
    '- ABC-001 MUST a\n- ABC-002 MUST b\n- ABC-003 MUST c\n- ABC-004 MAY d\n- XY-01 MUST e\n',
  );
  writeFileSync(
    join(folder, 'packages/one/src/a.test.ts'),
    "test('ABC-001…002 two at once', () => {});\n// XY-01\n",
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

function run(reasons, ...args) {
  writeFileSync(join(folder, 'reasons.json'), JSON.stringify(reasons));
  const fixed = ['--tests', folder, '--reasons', join(folder, 'reasons.json')];
  const script = join(import.meta.dirname, 'requirement-coverage.mjs');
  const { status, stdout } = spawnSync(process.execPath, [script, ...fixed, ...args], { encoding: 'utf8' });
  return { status, lines: stdout.trimEnd().split('\n') };
}

it('lists what no test names, with the reason where there is one', () => {
  const sheets = ['--sheets', join(folder, 'sheets')];
  expect(run({ 'ABC-004': 'not built' }, ...sheets, 'abc')).toEqual({
    status: 1,
    lines: [
      'one.md: 2 of 4 requirements are named by a test',
      '  ABC-003  MUST c',
      '  ABC-004  (no test: not built)',
      '1 without test and reason',
    ],
  });
  expect(run({}, ...sheets, 'xy').status).toBe(0);
  const stale = run({ 'ABC-001': 'x', 'ABC-003': 'x', 'ABC-004': 'x', 'ABC-009': 'x' }, ...sheets, 'ABC');
  expect(stale.status).toBe(1);
  expect(stale.lines.slice(-3)).toEqual([
    'ABC-001 has a reason, but a test too',
    'ABC-009 has a reason, but no checklist',
    '0 without test and reason',
  ]);
});

it('lists what the tests name where there are no checklists', () => {
  const { status, lines } = run({}, '--sheets', join(folder, 'nowhere'), 'abc');
  expect(status).toBe(0);
  expect(lines[0]).toMatch(/^no checklists in .*nowhere; the tests name these:$/);
  expect(lines.slice(1)).toEqual([
    '  ABC-001  packages/one/src/a.test.ts',
    '  ABC-002  packages/one/src/a.test.ts',
  ]);
});
