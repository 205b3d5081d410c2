#!/usr/bin/env node
// The entry of `npm run test:interop`: starts real mail and DNS servers, runs the interop tests against them, and
// stops everything it started, whatever happens. See README.md.
import { copyFileSync, existsSync, rmSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, join } from 'node:path';
import { parseArgs } from 'node:util';
import { argv, runCommand } from './command.ts';
import { MACHINE, createNamespace, setResolver } from './namespace.mjs';
import { installPackages } from './packages.mjs';
import { explain, printLogs } from './print.mjs';
import { startContained } from './process.mjs';
import { NotStarted } from './server.mjs';
import { smoke } from './smoke/smoke.mjs';
import { startWorld } from './start.mjs';
import { openRun } from './state.mjs';
import { sweep } from './sweep.mjs';
import { ADDRESSES } from './world.mjs';

const root = join(import.meta.dirname, '..');

/** Far more than the tests need, in milliseconds: a run that hangs ends, cleans up and fails. */
const LIMIT = 600_000;

const say = (/** @type {string} */ line) => console.log(`interop: ${line}`);

const { values, positionals } = parseArgs({
  options: {
    smoke: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    env: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
  allowPositionals: true, // go to vitest: names of test files
});

if (values.help) {
  console.log('usage: node interop/run.mjs [--smoke | --keep] [--env FILE] [VITEST FILTER…]');
} else {
  const reason = await cannotRun();
  if (reason === undefined) {
    const status = await main();
    process.exitCode ||= status; // an uncaught exception has set it already
  } else {
    say(`skipped: ${reason}`);
  }
}

/** @returns {Promise<string | undefined>} why this machine cannot run the servers */
async function cannotRun() {
  const aptGet = (process.env['PATH'] ?? '')
    .split(delimiter)
    .some((folder) => existsSync(join(folder, 'apt-get')));
  if (process.getuid?.() !== 0 || !aptGet) return 'needs root to install and start mail servers';
  // Root in a container may lack the right. The same call as every server gets.
  const { status, stderr } = await runCommand(argv`unshare --net --pid --mount-proc --fork true`);
  return status === 0 ? undefined : `this root may not create namespaces (${stderr.trim()})`;
}

async function main() {
  const ending = new AbortController();
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => ending.abort(signal));
  }
  process.on('uncaughtException', (error) => {
    console.error(error);
    process.exitCode = 1;
    ending.abort();
  });
  /** @type {import('./state.mjs').Run | undefined} */
  let current;
  let status = 1;
  try {
    await installPackages(say);
    for (const folder of await sweep()) say(`removed ${folder}, left by a run that was killed`);
    current = openRun(ending.signal);
    if (!values.keep) setTimeout(() => ending.abort('limit'), LIMIT).unref();
    status = await work(current);
  } catch (error) {
    // After a signal it is only how the work was left.
    if (!ending.signal.aborted) {
      console.error(error instanceof NotStarted ? `interop: ${error.message}` : error);
    }
  }
  if (ending.signal.reason === 'limit') {
    say(`interrupted after ${LIMIT / 1000} s`);
    status ||= 1;
  }
  const number = constants.signals[/** @type {NodeJS.Signals} */ (ending.signal.reason)];
  // A signal is the way to end --keep; everything else it interrupts.
  if (number !== undefined && !(values.keep && status === 0)) {
    say(`interrupted by ${ending.signal.reason}`);
    status = 128 + number;
  }
  const left = (await current?.close()) ?? [];
  for (const problem of left) console.error(`interop: ${problem}`);
  if (left.length === 0) say('everything is stopped');
  return left.length > 0 && status === 0 ? 1 : status;
}

/**
 * @param {import('./state.mjs').Run} run
 * @returns {Promise<number>} exit status
 */
async function work(run) {
  // The tests get a loopback of their own: runs at the same time, or a mail server of the machine, do not disturb
  // them. A developer who wants to look at the servers needs them on the machine's loopback.
  const place = values.keep ? MACHINE : await createNamespace(run, 'home');
  if (place !== MACHINE) setResolver(place, ADDRESSES.resolver);
  const begun = performance.now();
  const { environment, file } = await startWorld(run, place);
  say(`all servers listen after ${((performance.now() - begun) / 1000).toFixed(1)} s`);

  const copy = values.env;
  if (copy !== undefined) {
    copyFileSync(file, copy);
    run.onClose(async () => rmSync(copy, { force: true }));
  }
  if (values.smoke) return smoke(environment, run.signal);
  if (values.keep) {
    explain(environment, copy ?? file);
    await new Promise((resolve) => run.signal.addEventListener('abort', resolve));
    return 0;
  }
  const status = await vitest(run, place, file);
  if (status !== 0 && !run.signal.aborted) printLogs(run);
  return status;
}

/**
 * @param {import('./state.mjs').Run} run
 * @param {import('./namespace.mjs').Place} place
 * @param {string} environment
 */
async function vitest(run, place, environment) {
  const bin = join(root, 'node_modules', '.bin');
  // npm puts this first by itself; called without npm, the Node that is installed may be too old for vitest.
  const env = {
    ...process.env,
    PATH: `${bin}${delimiter}${process.env['PATH']}`,
    POSTERN_INTEROP: environment,
  };
  const tests = await startContained(
    run,
    argv`${join(bin, 'vitest')} run --config ${join(import.meta.dirname, 'vitest.config.ts')} ${positionals}`,
    { place, env, cwd: root },
  );
  run.signal.throwIfAborted();
  // What could not be stopped is reported when the run closes.
  run.signal.addEventListener('abort', () => void tests.stop().catch(() => {}));
  return tests.ended;
}
