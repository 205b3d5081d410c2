// Removes what a run left behind that was killed before it could clean up.
import { lstatSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { startTime } from './identity.mjs';
import { namespacesOf, removeNamespace } from './namespace.mjs';
import { PREFIX, PROCESSES } from './state.mjs';

/** @returns {Promise<string[]>} the folders that were removed */
export async function sweep() {
  const removed = [];
  for (const directory of staleFolders()) {
    // The servers die with their run (see process.mjs); this is for a kernel that saw it otherwise.
    for (const [pid, start] of recordedProcesses(directory)) {
      if (startTime(pid) === start) process.kill(pid, 'SIGKILL');
    }
    for (const name of await namespacesOf(owner(directory).id)) await removeNamespace(name);
    rmSync(directory, { recursive: true, force: true });
    removed.push(directory);
  }
  return removed;
}

/** @returns {string[]} */
function staleFolders() {
  return readdirSync(dirname(PREFIX))
    .filter((name) => name.startsWith(basename(PREFIX)))
    .map((name) => join(dirname(PREFIX), name))
    .filter((directory) => {
      const entry = lstatSync(directory);
      // Anybody may create names in /tmp: only root's own folders are believed.
      if (!entry.isDirectory() || entry.uid !== 0) return false;
      const { id, start } = owner(directory);
      return startTime(Number(id)) !== start;
    });
}

/** @param {string} directory */
function owner(directory) {
  const [id = '', start = ''] = directory.slice(PREFIX.length).split('-');
  return { id, start };
}

/**
 * @param {string} directory
 * @returns {[number, string][]}
 */
function recordedProcesses(directory) {
  let text;
  try {
    text = readFileSync(join(directory, PROCESSES), 'utf8');
  } catch {
    return []; // it was killed before it started anything
  }
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [pid, start = ''] = line.split(' ');
      return [Number(pid), start];
    });
}
