// Lets one contender do its work in a process of its own, so that nobody runs on code that another has warmed up, and
// says what it cost.
import { fork } from 'node:child_process';
import { join } from 'node:path';

/**
 * @typedef {object} Cost
 * @property {number} wallMs
 * @property {number} cpuMs user and system time of the process, for the work alone
 * @property {number} wholeCpuMs the same with the start of the process and the loading of modules
 * @property {number} rssGrowth octets by which the peak of the resident memory grew
 * @property {string} [missing] why it could not be done: the package is not installed, or cannot do this
 */

/**
 * @param {string} module path of a module whose export `task` is called with `job` and returns the work: what is to be
 *   measured. It may be asynchronous and do what need not be measured.
 * @param {string} task
 * @param {object} job
 * @returns {Promise<Cost>}
 */
export function measure(module, task, job) {
  return new Promise((resolve, reject) => {
    const child = fork(join(import.meta.dirname, 'child.mjs'), {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    child.on('message', (/** @type {any} */ message) => {
      if (message.error === undefined) resolve(message);
      else reject(new Error(`${task} of ${module}: ${message.error}`));
    });
    child.on('error', reject);
    child.on('exit', (status, signal) => {
      reject(new Error(`${task} of ${module} ended with ${signal ?? status}`));
    });
    child.send({ module, task, job });
  });
}

/**
 * Starts a server in a process of its own: `module` exports `serve(options)`, which resolves with what others have to
 * know of it.
 *
 * @param {string} module
 * @param {object} [options]
 * @returns {Promise<{ facts: any, ask: () => Promise<any>, stop: () => void }>} `ask` tells what it has seen since the
 *   last time, by its export `report`
 */
export function startServer(module, options = {}) {
  return new Promise((resolve, reject) => {
    const child = fork(join(import.meta.dirname, 'child.mjs'), {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    /** @type {((report: any) => void) | undefined} */
    let answer;
    const stop = () => {
      child.kill('SIGKILL');
    };
    const ask = () =>
      new Promise((told) => {
        answer = told;
        child.send({ report: true });
      });
    child.on('message', (/** @type {any} */ message) => {
      if (message.error !== undefined) reject(new Error(`${module}: ${message.error}`));
      else if ('facts' in message) resolve({ facts: message.facts, ask, stop });
      else answer?.(message.report);
    });
    child.on('error', reject);
    child.on('exit', (status) => {
      reject(new Error(`${module} ended with ${status}`));
    });
    child.send({ module, serve: options });
  });
}
