// Packs every package as npm would publish it and checks the tarball: publint reads its manifest, attw its types.
import { execFile } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

const root = join(import.meta.dirname, '..');
const attw = fileURLToPath(
  new URL('dist/index.js', import.meta.resolve('@arethetypeswrong/cli/package.json')),
);
// ESM only is meant: `require()` of these packages works from Node 22.12 on.
const attwOptions = ['--profile', 'node16', '--ignore-rules', 'cjs-resolves-to-esm'];
const packed = mkdtempSync(join(tmpdir(), 'postern-packaging-'));
const execute = promisify(execFile);
const run = (...args) => execute(process.execPath, args, { cwd: root, maxBuffer: 16 * 1024 * 1024 });

async function check(folder) {
  const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
  const { stdout } = await run(
    process.env.npm_execpath,
    'pack',
    join(root, folder),
    '--json',
    '--pack-destination',
    packed,
  );
  const [{ filename, files, size }] = JSON.parse(stdout);
  const tarball = join(packed, filename);

  const problems = files
    .filter(({ path }) => /\.test\./.test(path))
    .map(({ path }) => `packs a test: ${path}`);
  const { messages, pkg } = await publint({ pack: { tarball: readFileSync(tarball) }, strict: true });
  problems.push(...messages.map((message) => formatMessage(message, pkg, { color: false })));
  // attw has nothing to look at where nothing is exported.
  if (manifest.exports !== undefined) {
    await run(attw, tarball, ...attwOptions).catch((error) => problems.push(error.stdout || error.message));
  }

  const verdict = problems.length === 0 ? 'ok  ' : 'FAIL';
  console.log(`${verdict} ${manifest.name.padEnd(18)} ${files.length} files, ${(size / 1024).toFixed(1)} kB`);
  for (const problem of problems) console.log(problem);
  return problems.length === 0;
}

const queue = globSync(['packages/*', 'apps/*'], { cwd: root }).toSorted();
const results = [];
async function worker() {
  for (let folder = queue.shift(); folder !== undefined; folder = queue.shift())
    results.push(await check(folder));
}
try {
  await Promise.all([worker(), worker()]);
} finally {
  rmSync(packed, { recursive: true });
}
if (results.includes(false)) process.exitCode = 1;
