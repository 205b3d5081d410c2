/** The `postern` command: argv, environment, terminal and exit status; everything else lives in modules that tests can call. */
import { setMaxListeners } from 'node:events';
import process from 'node:process';
import { buffer } from 'node:stream/consumers';
import manifest from '../package.json' with { type: 'json' };
import { exitStatus } from './exit.ts';
import type { Io, Out } from './io.ts';
import { askPassword } from './password.ts';
import { run } from './run.ts';

// One signal ends all probes of a check: that many listeners are no leak. Node before 22.13 would warn.
setMaxListeners(0);
const interrupted = new AbortController();
const interrupt = (): void => {
  interrupted.abort(new Error('interrupted'));
};
// Once: a second Ctrl-C ends the process at once.
process.once('SIGINT', interrupt);
process.once('SIGTERM', interrupt);
// A reader that went away (`postern … | head`) is no error of ours; a result that could not be written is.
let unwritten: string | undefined;
process.stderr.on('error', () => undefined);
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') unwritten ??= error.message;
});
process.once('exit', () => {
  if (unwritten === undefined) return;
  process.stderr.write(`postern: ${unwritten}\n`);
  process.exitCode = exitStatus.couldNotTell;
});

const out = (stream: NodeJS.WriteStream): Out => ({
  write: (text) => {
    stream.write(text);
  },
  isTTY: stream.isTTY,
  columns: stream.isTTY ? stream.columns : undefined,
});

const io: Io = {
  stdout: out(process.stdout),
  stderr: out(process.stderr),
  env: process.env,
  interrupted: interrupted.signal,
  readInput: () => buffer(process.stdin),
  askPassword: (prompt) =>
    askPassword(prompt, {
      input: process.stdin,
      screen: process.stderr,
      signal: interrupted.signal,
      interrupt,
    }),
};

process.exitCode = await run(process.argv.slice(2), io, { version: manifest.version });
