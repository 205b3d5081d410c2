// Runs one short command to its end and says how it went.
import { spawn } from 'node:child_process';

/**
 * A command as one reads it, without a shell: argv`dig @${server} ${name} ${options}`. The text is split at white
 * space; a value is never split, whatever is in it, and a list of values becomes as many arguments.
 *
 * @param {TemplateStringsArray} text
 * @param {...(string | number | readonly string[])} values
 * @returns {string[]}
 */
export function argv(text, ...values) {
  const rest = values.values();
  return text
    .join('\0')
    .split(/\s+/)
    .filter(Boolean)
    .flatMap((word) => {
      if (word !== '\0') return word.replaceAll('\0', () => String(rest.next().value));
      const value = rest.next().value;
      return Array.isArray(value) ? value : String(value);
    });
}

/**
 * @typedef {object} Outcome
 * @property {number | null} status exit status; null when a signal ended the command
 * @property {boolean} timedOut
 * @property {string} stdout
 * @property {string} stderr
 * @property {number} ms
 */

/**
 * @param {readonly string[]} command
 * @param {{ input?: string, timeout?: number, cwd?: string, env?: NodeJS.ProcessEnv, signal?: AbortSignal }} [options]
 *   `timeout` in milliseconds; the command is killed after it
 * @returns {Promise<Outcome>} also for a command that fails: only one that cannot be started rejects
 */
export function runCommand(command, { input = '', timeout = 30_000, ...options } = {}) {
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    const [file = '', ...args] = command;
    const child = spawn(file, args, { ...options, killSignal: 'SIGKILL' });
    let stdout = '';
    let stderr = '';
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill('SIGKILL');
    }, timeout);
    child.stdout.on('data', (bytes) => (stdout += bytes));
    child.stderr.on('data', (bytes) => (stderr += bytes));
    child.stdin.on('error', () => {}); // a command that ends without reading its input is no fault
    child.stdin.end(input);
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on('close', (status) => {
      clearTimeout(timer);
      resolve({ status, timedOut, stdout, stderr, ms: performance.now() - begun });
    });
  });
}

/**
 * The same for a command that must succeed.
 *
 * @param {readonly string[]} command
 * @param {Parameters<typeof runCommand>[1]} [options]
 * @returns {Promise<string>} what it wrote to its standard output
 */
export async function must(command, options) {
  const { status, timedOut, stdout, stderr } = await runCommand(command, options);
  if (status === 0) return stdout;
  const how = timedOut ? 'did not end in time' : `ended with status ${status}`;
  throw new Error(`${command.join(' ')}: ${how}\n${stderr.trim() || stdout.trim()}`);
}
