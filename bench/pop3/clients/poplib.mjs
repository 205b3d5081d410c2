// poplib of Python, in a process of its own as all are: its turn begins when its modules are loaded.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { CHANGED } from '../contents.mjs';

/** @typedef {import('./postern.mjs').Job} Job */

const nothing = { wallMs: NaN, cpuMs: NaN, wholeCpuMs: NaN, rssGrowth: NaN };

/**
 * @param {Job} job
 * @param {() => void} [fetched] called when all messages are in hand
 * @returns {Promise<import('../../runner/contender.mjs').Cost>}
 */
export async function poplib({ port, user, password, count, digest }, fetched = () => undefined) {
  const script = join(import.meta.dirname, 'fetch_all.py');
  const child = spawn('python3', [script, String(port), user, password], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const absent = once(child, 'error').then(
    () => 'absent',
    () => undefined,
  );
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const first = await Promise.race([lines.next(), absent]);
  if (first === 'absent') return { ...nothing, missing: 'python3 is not installed' };
  if (first?.value !== 'fetched') throw new Error('poplib: it fetched nothing');
  fetched();
  child.stdin.end('\n');
  const { value } = await lines.next();
  const cost = JSON.parse(value ?? 'null');
  if (cost?.count !== count) throw new Error(`poplib: ${cost?.count} of ${count} messages`);
  if (digest !== undefined && cost.digest !== digest) throw new Error(CHANGED);
  const { wallMs, cpuMs, wholeCpuMs } = cost;
  return { ...nothing, wallMs, cpuMs, wholeCpuMs };
}
