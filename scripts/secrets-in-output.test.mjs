import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { findSecrets } from './secrets-in-output.mjs';
import { testSecrets } from './test-secrets.mjs';

const folder = mkdtempSync(join(tmpdir(), 'postern-secrets-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the script over one captured file. */
function run(text) {
  const file = join(folder, 'captured');
  writeFileSync(file, text);
  return spawnSync(process.execPath, [join(import.meta.dirname, 'secrets-in-output.mjs'), file], {
    encoding: 'utf8',
  });
}

describe('SASL-009 what a test run printed', () => {
  it.each(testSecrets.map((_, index) => index))('number %i is found as it is, and in base64', (index) => {
    const secret = testSecrets[index] ?? '';
    for (const before of ['', '\0', '\0t', '\0tim\0']) {
      const octets = Buffer.from(`${before}${secret}`);
      const texts = [
        `said ${secret} aloud`,
        `AUTH PLAIN ${octets.toString('base64')}`,
        octets.toString('base64url'),
        `\u001B[31m${secret.slice(0, 3)}\u001B[39m${secret.slice(3)}`,
      ];
      for (const text of texts) expect(findSecrets(`good\n${text}\n`)).toContainEqual({ line: 2, secret });
    }
  });

  it('is in order without', () => {
    const { status, stdout } = run('ok 12 tests, <redacted 16 octets>\n');
    expect(stdout).toMatch(/^secrets: none of \d+ in \d+ characters of output\n$/);
    expect(status).toBe(0);
  });

  it('is told by file and line with one', () => {
    const { status, stderr } = run(`fine\nAUTH PLAIN ${Buffer.from('\0tim\0tanstaaf').toString('base64')}\n`);
    expect(stderr).toBe(`${join(folder, 'captured')}:2: tanstaaf\n`);
    expect(status).toBe(1);
  });

  it('is not in order where nothing was captured', () => {
    expect(run('').status).toBe(1);
  });
});
