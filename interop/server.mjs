// Starts a contained daemon and waits until it listens.
import { existsSync, readFileSync } from 'node:fs';
import { isIPv6 } from 'node:net';
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
    table = readFileSync(`/proc/${pid}/net/tcp${isIPv6(address) ? '6' : ''}`, 'utf8');
  } catch {
    return false;
  }
  // "0A01007F:0019 00000000:0000 0A": the address in words of the machine's byte order, and state 0A, LISTEN.
  const words = new Uint32Array(octetsOf(address).buffer);
  const hex = (/** @type {number} */ value, /** @type {number} */ digits) =>
    value.toString(16).toUpperCase().padStart(digits, '0');
  const local = Array.from(words, (word) => hex(word, 8)).join('');
  return table.includes(` ${local}:${hex(port, 4)} ${'0'.repeat(local.length)}:0000 0A `);
}

/** @param {string} address */
function octetsOf(address) {
  if (!isIPv6(address)) return Uint8Array.from(address.split('.'), Number);
  const [head = [], tail = []] = address.split('::').map((half) => half.split(':').filter(Boolean));
  const groups = [...head, ...Array(8 - head.length - tail.length).fill('0'), ...tail];
  return Uint8Array.from(groups.flatMap((group) => [parseInt(group, 16) >> 8, parseInt(group, 16) & 255]));
}

/** @param {{ address: string, port: number }} endpoint */
function written({ address, port }) {
  return isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`;
}

/** @param {string} file */
export function lastLines(file, count = 20) {
  return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n').slice(-count).join('\n') : '';
}
