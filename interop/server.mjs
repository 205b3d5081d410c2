// Starts a contained daemon and waits until it listens.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runCommand } from './command.ts';
import { MACHINE } from './namespace.mjs';
import { startContained } from './process.mjs';

/** How long a server may take until it listens, in milliseconds: for a machine that is busy with other things. */
const PATIENCE = 20_000;

/** A daemon that does not do what its configuration says; the message holds what it had to say about it. */
export class NotStarted extends Error {}

/**
 * @param {import('./state.mjs').Run} run
 * @param {object} server
 * @param {string} server.name
 * @param {string} server.directory where `log` is
 * @param {readonly string[]} server.command stays in the foreground
 * @param {readonly { address: string, port: number }[]} server.listens
 * @param {import('./namespace.mjs').Place} [server.place]
 * @param {readonly string[]} [server.diagnose] a command that explains a failed start
 */
export async function startServer(run, { name, directory, command, listens, place = MACHINE, diagnose }) {
  // Else the other one's socket would be taken for ours below. A fresh namespace has no others.
  const taken =
    place === MACHINE ? listens.filter(({ address, port }) => isListening('self', address, port)) : [];
  if (taken.length > 0) {
    throw new NotStarted(`${name}: something else already listens on ${taken.map(written).join(', ')}`);
  }

  const output = join(directory, 'output');
  const contained = await startContained(run, command, { place, output });
  const deadline = performance.now() + PATIENCE;
  for (;;) {
    run.signal.throwIfAborted();
    const missing = listens.filter(({ address, port }) => !isListening(contained.pid, address, port));
    if (missing.length === 0) return;
    if (!contained.running() || performance.now() > deadline) {
      const why = contained.running()
        ? `does not listen on ${missing.map(written).join(', ')}`
        : `ended with status ${await contained.ended}`;
      const said = [lastLines(output), lastLines(join(directory, 'log'))]; // before diagnose writes there too
      if (diagnose) said.unshift((await runCommand(diagnose, { timeout: 10_000 })).stdout.trim());
      throw new NotStarted([`${name} ${why}`, ...said.filter(Boolean)].join('\n'));
    }
    await sleep(25);
  }
}

/**
 * Read from the kernel's table: a trial connection would leave its traces in the server's log and limits, and the
 * table can be read for another network namespace too.
 *
 * @param {number | 'self'} pid of a process in that network
 * @param {string} address
 * @param {number} port
 */
function isListening(pid, address, port) {
  let table;
  try {
    table = readFileSync(`/proc/${pid}/net/tcp`, 'utf8');
  } catch {
    return false;
  }
  // "0A01007F:0019 00000000:0000 0A": the address in the machine's byte order, and state 0A, LISTEN.
  const bytes = Uint32Array.of(0);
  new Uint8Array(bytes.buffer).set(address.split('.').map(Number));
  const hex = (/** @type {number} */ value, /** @type {number} */ digits) =>
    value.toString(16).toUpperCase().padStart(digits, '0');
  return table.includes(` ${hex(bytes[0] ?? 0, 8)}:${hex(port, 4)} 00000000:0000 0A `);
}

/** @param {{ address: string, port: number }} endpoint */
function written({ address, port }) {
  return `${address}:${port}`;
}

/** @param {string} file */
export function lastLines(file, count = 20) {
  return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n').slice(-count).join('\n') : '';
}
