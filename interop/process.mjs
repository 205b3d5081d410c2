// Starts a daemon so that it can be stopped with everything it forked, whatever it does to escape: it runs in a PID
// namespace, and when the first process of such a namespace dies the kernel kills all the others.
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { argv } from './command.ts';
import { startTime } from './identity.mjs';
import { MACHINE } from './namespace.mjs';

// The first process is this shell and not the daemon. A daemon that changes its user loses the parent-death signal
// and would outlive a run that was killed; the shell stays root and keeps it. It passes SIGTERM on, and ends with the
// daemon's status.
const INIT = `
  "$@" & child=$!
  trap 'kill -TERM $child' TERM
  # A signal interrupts wait: wait again as long as there is a child.
  while wait $child; status=$?; kill -0 $child 2>/dev/null; do :; done
  exit $status`;

/** How long a daemon may take to end by itself after SIGTERM, in milliseconds. */
const GRACE = 4000;

/**
 * @typedef {object} Contained
 * @property {number} pid of the outermost process; its /proc/PID/net shows the sockets of the daemon's network
 * @property {Promise<number>} ended exit status
 * @property {() => boolean} running
 * @property {() => Promise<void>} stop rejects when a process was left
 */

/**
 * @param {import('./state.mjs').Run} run stops it at its end
 * @param {readonly string[]} command
 * @param {object} [options]
 * @param {import('./namespace.mjs').Place} [options.place]
 * @param {string} [options.output] file for what it prints; without it, it prints where this process does
 * @param {string} [options.cwd]
 * @param {NodeJS.ProcessEnv} [options.env]
 * @returns {Promise<Contained>}
 */
export async function startContained(run, command, { place = MACHINE, output, cwd, env } = {}) {
  run.signal.throwIfAborted();
  const sink = output === undefined ? 'inherit' : openSync(output, 'a');
  // Two links of one chain: this run dies → unshare is killed → the shell, first of the namespace, is killed.
  const [file = '', ...args] = argv`setpriv --pdeathsig KILL -- ${place.exec}
    unshare --pid --mount-proc --fork --kill-child=KILL -- sh -c ${INIT} init ${command}`;
  // A session of its own: Ctrl-C at the terminal is for this run, which then stops the daemons in order.
  const child = spawn(file, args, { detached: true, stdio: ['ignore', sink, sink], cwd, env });
  if (typeof sink === 'number') closeSync(sink);
  /** @type {Promise<number>} */
  const ended = new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (status) => resolve(status ?? 1));
  });
  ended.catch(() => {}); // reported by whoever waits for it; here it must only not count as unhandled
  const running = () => child.exitCode === null && child.signalCode === null;

  const pid = child.pid ?? 0;
  let init;
  while ((init = firstChild(pid)) === undefined && running()) await Promise.race([ended, sleep(5)]);
  const namespace = init === undefined ? undefined : pidNamespace(init);

  const contained = {
    pid,
    ended,
    running,
    async stop() {
      for (const signal of /** @type {const} */ (['SIGTERM', 'SIGKILL'])) {
        if (!running()) break;
        // unshare ignores SIGTERM, so its child is asked. While unshare runs it has not reaped it: the pid is right.
        const first = firstChild(pid);
        if (first !== undefined) send(first, signal);
        await Promise.race([ended, sleep(GRACE, undefined, { ref: false })]);
      }
      const left = namespace === undefined ? [] : membersOf(namespace);
      if (left.length > 0) throw new Error(`${command[0]}: still running: ${left.join(', ')}`);
    },
  };
  run.onClose(() => contained.stop());
  if (init !== undefined) run.recordProcess(init);
  return contained;
}

/** @param {number} pid */
function firstChild(pid) {
  try {
    const [first] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ');
    return first ? Number(first) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * @param {number} pid
 * @param {NodeJS.Signals} signal
 */
function send(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch {
    // it ended in this moment
  }
}

/** @param {number | string} pid */
function pidNamespace(pid) {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return undefined;
  }
}

/** @param {string} namespace */
function membersOf(namespace) {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && pidNamespace(name) === namespace)
    .filter((pid) => startTime(Number(pid)) !== undefined);
}
