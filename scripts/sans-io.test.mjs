// Tries the rules that keep the protocol core free of sockets, clocks and randomness: a rule that has silently
// stopped working looks just like clean code.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const sources = {
  'packages/smtp/src/sockets.ts': `import 'node:net';\nimport type {} from 'node:tls';\nimport 'node:timers/promises';\n`,
  'packages/smtp/src/hash.ts': `import { createHash } from 'node:crypto';\nexport { createHash };\n`,
  'packages/sasl/src/hash.ts': `import { createHash } from 'node:crypto';\nexport { createHash };\n`,
  'packages/sasl/src/nonce.ts': `import { randomBytes } from 'node:crypto';\nexport { randomBytes };\n`,
  'packages/wire/src/node/sockets.ts': `import 'node:net';\nsetTimeout(() => {}, 1);\n`,
  'packages/imap/src/time.test.ts': `import 'node:net';\nsetTimeout(() => {}, 1);\n`,
  'packages/imap/src/time.ts': [
    'setTimeout(() => {}, 1);',
    'setInterval(() => {}, 1);',
    'setImmediate(() => {});',
    'performance.now();',
    'Date.now();',
    'Math.random();',
    'AbortSignal.timeout(1);',
    'globalThis.setTimeout(() => {}, 1);',
    'export const type: Date | undefined = undefined;',
    '',
  ].join('\n'),
};

let copy;
beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'postern-sans-io-'));
  for (const file of ['.oxlintrc.json', '.dependency-cruiser.cjs', 'tsconfig.json', 'tsconfig.base.json']) {
    copyFileSync(join(root, file), join(copy, file));
  }
  for (const [path, text] of Object.entries(sources)) {
    mkdirSync(dirname(join(copy, path)), { recursive: true });
    writeFileSync(join(copy, path), text);
  }
});
afterAll(() => rmSync(copy, { recursive: true }));

function run(program, ...args) {
  return spawnSync(process.execPath, [join(root, 'node_modules', program), ...args], {
    cwd: copy,
    encoding: 'utf8',
    // oxlint looks for its type checker there; npm has it in the path already, an editor may not.
    env: { ...process.env, PATH: `${join(root, 'node_modules/.bin')}${delimiter}${process.env.PATH}` },
  }).stdout;
}

it('catches clocks, timers and randomness in the core, and only there', { timeout: 20_000 }, () => {
  const { diagnostics } = JSON.parse(run('oxlint/bin/oxlint', '--format=json', 'packages'));
  const found = diagnostics
    .filter(({ code }) => code.includes('no-restricted'))
    .map(({ filename, labels }) => `${filename}:${labels[0].span.line}`);
  const expected = [1, 2, 3, 4, 5, 6, 7, 8].map((line) => `packages/imap/src/time.ts:${line}`);
  expect([...new Set(found)].toSorted()).toEqual([...expected, 'packages/sasl/src/nonce.ts:1']);
});

it('catches imports of Node in the core, and only there', { timeout: 20_000 }, () => {
  const { summary } = JSON.parse(
    run('dependency-cruiser/bin/dependency-cruiser.mjs', '--output-type=json', 'packages'),
  );
  expect(summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`).toSorted()).toEqual(
    [
      'sans-io-crypto: packages/smtp/src/hash.ts -> crypto',
      'sans-io: packages/smtp/src/sockets.ts -> net',
      'sans-io: packages/smtp/src/sockets.ts -> timers/promises',
      'sans-io: packages/smtp/src/sockets.ts -> tls',
    ],
  );
});
