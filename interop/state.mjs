// What one run owns: a folder, and a list of things to undo at its end.
import { appendFileSync, chmodSync, chownSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { startTime } from './identity.mjs';

// In /tmp and open to read: the daemons change to users of their own, who cannot look into a home folder. The name
// carries pid and start time of the run, so that a later run sees whether it is still alive.
export const PREFIX = '/tmp/postern-interop-';

/** File in the folder, one line "pid start-time" per server process. */
export const PROCESSES = 'processes';

/**
 * @typedef {object} Run
 * @property {string} id short and unique among the living runs; part of every namespace name
 * @property {string} directory
 * @property {AbortSignal} signal aborted when the run is to end early; nothing may be started after that
 * @property {(name: string, owner?: string) => string} folder makes a folder and returns its path
 * @property {(pid: number) => void} recordProcess
 * @property {(undo: () => Promise<void>) => void} onClose last in, first out
 * @property {() => Promise<string[]>} close undoes everything; returns what could not be undone
 */

/**
 * @param {AbortSignal} signal
 * @returns {Run}
 */
export function openRun(signal) {
  const id = String(process.pid);
  const directory = `${PREFIX}${id}-${startTime(process.pid)}`;
  mkdirSync(directory);
  chmodSync(directory, 0o755); // whatever the umask says

  /** @type {(() => Promise<void>)[]} */
  const undoing = [];
  return {
    id,
    directory,
    signal,
    folder(name, owner) {
      const path = join(directory, name);
      mkdirSync(path, { recursive: true });
      chmodSync(path, 0o755);
      if (owner !== undefined) chownSync(path, ...account(owner));
      return path;
    },
    recordProcess(pid) {
      appendFileSync(join(directory, PROCESSES), `${pid} ${startTime(pid)}\n`);
    },
    onClose(undo) {
      undoing.push(undo);
    },
    async close() {
      /** @type {string[]} */
      const left = [];
      for (const undo of undoing.toReversed()) {
        // One failure must not keep the others from being undone.
        await undo().catch((/** @type {Error} */ error) => left.push(error.message));
      }
      rmSync(directory, { recursive: true, force: true });
      return left;
    },
  };
}

/**
 * @param {string} user name of an account, or "uid:gid" where none is needed
 * @returns {[number, number]}
 */
function account(user) {
  const numeric = /^(\d+):(\d+)$/.exec(user);
  if (numeric) return [Number(numeric[1]), Number(numeric[2])];
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${user}:`));
  if (line === undefined) throw new Error(`no account named ${user}`);
  const [, , uid, gid] = line.split(':');
  return [Number(uid), Number(gid)];
}
