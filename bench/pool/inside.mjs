// Runs a worker in a network namespace of its own, in which firewalls can be put up and everything under 10.0.0.0/8 is this machine.
import { spawn } from 'node:child_process';
import { join } from 'node:path';

/**
 * @typedef {object} Job
 * @property {string} task an export of worker.mjs
 * @property {readonly string[]} [rules] of nft, for what comes in
 * @property {readonly string[]} [node] options of Node
 */

/**
 * @param {Job & Record<string, unknown>} job
 * @returns {Promise<any>} what the task returned, or `{ missing }`
 */
export function inside({ rules = [], node = [], ...job }) {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    return Promise.resolve({ missing: 'needs Linux and root, for a namespace of its own' });
  }
  const table = `table inet weather {\n  chain input {\n    type filter hook input priority 0; policy accept;\n${rules
    .map((rule) => `    ${rule}\n`)
    .join('')}  }\n}\n`;
  const setup = `set -e
ip link set lo up
ip route add local 10.0.0.0/8 dev lo
nft -f - <<'RULES'
${table}RULES
exec "$@"`;
  const worker = join(import.meta.dirname, 'worker.mjs');
  const conditions = process.execArgv.filter((option) => option.startsWith('--conditions='));
  const command = [process.execPath, ...conditions, ...node, worker, JSON.stringify(job)];
  return new Promise((resolve, reject) => {
    const child = spawn('unshare', ['-n', 'sh', '-c', setup, 'sh', ...command], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk) => (out += chunk));
    child.stderr.on('data', (chunk) => (err += chunk));
    child.on('error', () => {
      resolve({ missing: 'needs unshare, ip and nft' });
    });
    child.on('exit', (status) => {
      if (status === 127) resolve({ missing: 'needs unshare, ip and nft' });
      else if (status === 0) resolve(JSON.parse(out));
      else reject(new Error(`${job.task} ended with ${status}: ${err}`));
    });
  });
}
