// Runs one short command to its end, within a time limit, and says how it went.
import { spawn } from 'node:child_process';

/**
 * A command as one reads it, without a shell: argv`dig @${server} ${name} ${options}`. The text is split at white
 * space; a value is never split, whatever is in it, and a list of values becomes as many arguments.
 */
export function argv(
  text: TemplateStringsArray,
  ...values: readonly (string | number | readonly string[])[]
): string[] {
  const rest = values.values();
  return text
    .join('\0')
    .split(/\s+/)
    .filter(Boolean)
    .flatMap((word) => {
      if (word !== '\0') return word.replaceAll('\0', () => String(rest.next().value));
      const value = rest.next().value;
      return typeof value === 'object' ? value : String(value);
    });
}

/** What a command left behind. */
export interface Outcome {
  /** `null` when a signal ended it. */
  readonly status: number | null;
  readonly timedOut: boolean;
  readonly stdout: string;
  readonly stderr: string;
  /** From start to exit. */
  readonly ms: number;
}

export interface CommandOptions {
  /** What it reads from its standard input. Default: nothing. */
  readonly input?: string;
  /** In milliseconds; the command is killed after it. Default 30 s. */
  readonly timeout?: number;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** Resolves also for a command that fails: only one that cannot be started rejects. */
export function runCommand(command: readonly string[], options: CommandOptions = {}): Promise<Outcome> {
  const { input = '', timeout = 30_000, ...place } = options;
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    const [file = '', ...args] = command;
    const child = spawn(file, args, { ...place, stdio: 'pipe' });
    // Decoded as a whole: a chunk may end within a character.
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill('SIGKILL');
      // Else what the command has started itself could hold these open, and the wait with them.
      child.stdout.destroy();
      child.stderr.destroy();
    }, timeout);
    child.stdout.on('data', (bytes: Buffer) => stdout.push(bytes));
    child.stderr.on('data', (bytes: Buffer) => stderr.push(bytes));
    child.stdin.on('error', () => {}); // a command that ends without reading its input is no fault
    child.stdin.end(input);
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on('close', (status) => {
      clearTimeout(timer);
      const [out, err] = [stdout, stderr].map((parts) => Buffer.concat(parts).toString());
      resolve({ status, timedOut, stdout: out ?? '', stderr: err ?? '', ms: performance.now() - begun });
    });
  });
}

/** The same for a command that must succeed: resolves with what it wrote to its standard output. */
export async function must(command: readonly string[], options?: CommandOptions): Promise<string> {
  const { status, timedOut, stdout, stderr } = await runCommand(command, options);
  if (status === 0) return stdout;
  const how = timedOut ? 'did not end in time' : `ended with status ${status}`;
  throw new Error(`${command.join(' ')}: ${how}\n${stderr.trim() || stdout.trim()}`);
}
