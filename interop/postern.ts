// Runs the command as a user does: a process of its own, from the sources, that knows only its arguments.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { AccountReport, ProbeReport } from '@postern/probe/report';
import { readEnvironment, type Place } from './environment.ts';

const { ca, directory, place: home, resolver: homeResolver } = readEnvironment();
const MAIN = join(import.meta.dirname, '..', 'apps', 'postern', 'src', 'main.ts');

/** What a command left behind. */
export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** From start to exit, the start of Node included. */
  readonly ms: number;
}

interface Options {
  /** Default: where the servers on loopback are. */
  readonly place?: Place;
  readonly env?: NodeJS.ProcessEnv;
}

/** Runs `postern` with these arguments. Resolves also where it fails; the status tells. */
export function postern(args: readonly string[], { place = home, env }: Options = {}): Promise<Outcome> {
  const [file = '', ...rest] = [
    ...place.exec,
    process.execPath,
    '--conditions=@postern/source',
    MAIN,
    ...args,
  ];
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(file, rest, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        LC_ALL: 'C',
        // Saves a third of the start: stripped types are kept beside the compiled code.
        NODE_COMPILE_CACHE: join(directory, 'compile-cache'),
        ...env,
      },
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', reject);
    child.on('close', (status) => {
      resolve({ status, stdout, stderr, ms: performance.now() - begun });
    });
  });
}

/** The arguments that make the test world the world: its certificate authority and its resolver. */
export const world: readonly string[] = ['--ca', ca.root, '--resolver', homeResolver.address];

/** An outcome with the document that `--json` printed. */
export type Reported<R> = Outcome & { readonly report: R };

/** `postern probe ENDPOINT --json` in the test world. */
export async function probe(
  endpoint: string,
  args: readonly string[] = [],
  options?: Options,
): Promise<Reported<ProbeReport>> {
  return reported(await postern(['probe', endpoint, '--json', ...world, ...args], options));
}

/** `postern check ADDRESS --json` in the test world, or in another with its own `args`. */
export async function check(
  address: string,
  args: readonly string[] = world,
  options?: Options,
): Promise<Reported<AccountReport>> {
  return reported(await postern(['check', address, '--json', ...args], options));
}

function reported<R>(outcome: Outcome): Reported<R> {
  try {
    return { ...outcome, report: JSON.parse(outcome.stdout) as R };
  } catch {
    throw new Error(`status ${outcome.status}, and no document:\n${outcome.stdout}${outcome.stderr}`);
  }
}
