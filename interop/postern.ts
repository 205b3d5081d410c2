// Runs the command as a user does: a process of its own, from the sources, that knows only its arguments.
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import type { AccountReport, ProbeReport } from '@postern/probe/report';
import { argv, runCommand, type Outcome } from './command.ts';
import { readEnvironment, type Place } from './environment.ts';

const { ca, directory, place: home, resolver: homeResolver } = readEnvironment();
const MAIN = join(import.meta.dirname, '..', 'apps', 'postern', 'src', 'main.ts');

interface Options {
  /** Default: where the servers on loopback are. */
  readonly place?: Place;
  readonly env?: NodeJS.ProcessEnv;
}

/** Less than a test may take: the command that hung is named, and none is left behind. */
const TIMEOUT = 14_000;

/** Where a command finds nothing of what an earlier one remembered, unless both are given the same. */
export function stateFolder(): string {
  return mkdtempSync(join(directory, 'state-'));
}

/** Runs `postern` with these arguments. Resolves also where it fails; the status tells. */
export async function postern(
  args: readonly string[],
  { place = home, env }: Options = {},
): Promise<Outcome> {
  const command = argv`${place.exec} ${process.execPath} --conditions=@postern/source ${MAIN} ${args}`;
  const outcome = await runCommand(command, {
    timeout: TIMEOUT,
    env: {
      PATH: process.env['PATH'],
      LC_ALL: 'C',
      // Saves a third of the start: stripped types are kept beside the compiled code.
      NODE_COMPILE_CACHE: join(directory, 'compile-cache'),
      XDG_STATE_HOME: stateFolder(),
      ...env,
    },
  });
  if (!outcome.timedOut) return outcome;
  throw new Error(`postern ${args.join(' ')} did not end in time:\n${outcome.stdout}${outcome.stderr}`);
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
