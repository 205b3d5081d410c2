// Runs before `npm start` and `npm test`, so that both work on a fresh clone: installs what the lock names, builds
// what changed. The first run starts under whatever Node is installed, before the project's own Node 24 is there;
// so this file uses no dependency and nothing newer than Node 20.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const stampFile = join(root, 'node_modules', '.install-stamp');
const stamp = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .update(`${process.platform}-${process.arch}`)
  .digest('hex');

/** Runs a Node program; its output is shown only if it fails, and then on stderr: stdout belongs to the command. */
function run(...args) {
  const result = spawnSync(process.execPath, args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', TURBO_NO_UPDATE_NOTIFIER: '1' },
  });
  if (result.status === 0) return;
  process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? ''}`);
  if (result.error) process.stderr.write(`${result.error.message}\n`);
  process.exit(result.status ?? 1);
}

if (!existsSync(stampFile) || readFileSync(stampFile, 'utf8') !== stamp) {
  const npm = process.env.npm_execpath;
  if (npm === undefined) {
    process.stderr.write('Run this through npm: `npm start` or `npm test`.\n');
    process.exit(1);
  }
  process.stderr.write('Setting up (first run only)…\n');
  run(npm, 'ci', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error');
  writeFileSync(stampFile, stamp);
}
run(join(root, 'node_modules', 'turbo', 'bin', 'turbo'), 'run', 'build', '--output-logs=errors-only');
