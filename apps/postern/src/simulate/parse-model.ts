import { parseArgs } from 'node:util';
import { UsageMistake } from '../usage-error.ts';
import { defaultModel } from './model.ts';
import type { Model } from './model.ts';

/** What was asked for. */
export interface SimulationRequest {
  readonly model: Model;
  readonly html: string | undefined;
  readonly json: boolean;
  readonly help: boolean;
}

export const simulateUsage = `postern simulate [options]

  What becomes of a mail provider that tries port 465 where firewalls swallow it: six strategies in virtual time.

  --destinations N   where messages go to; default 100000
  --messages N       default ten for each destination
  --rate N           messages a second; default such that they come within 1000 s
  --silent SHARE     of destinations whose port 465 is silent, 0 to 1; default 0.3
  --refusing SHARE   whose port 465 refuses; default 0.1
  --slow SHARE       whose port 465 answers after --slowness; default 0.05
  --slowness MS      default 1500
  --loss SHARE       of packets lost in each direction, below 0.9; default 0.01
  --dialogue MS      how long a connection is used; default 1000
  --limit N          descriptors there are; default as many as it takes
  --seed N           default 1; the same seed gives the same result
  --html FILE        write a report with charts
  --json             print the figures as JSON
`;

const numbers = {
  destinations: { least: 1, most: 10_000_000, whole: true },
  messages: { least: 1, most: 1_000_000_000, whole: true },
  rate: { least: 0.001, most: 10_000_000, whole: false },
  silent: { least: 0, most: 1, whole: false },
  refusing: { least: 0, most: 1, whole: false },
  slow: { least: 0, most: 1, whole: false },
  slowness: { least: 0, most: 100_000, whole: false },
  loss: { least: 0, most: 0.9, whole: false },
  dialogue: { least: 0, most: 3_600_000, whole: false },
  limit: { least: 2, most: 100_000_000, whole: true },
  seed: { least: 0, most: 2 ** 31 - 1, whole: true },
} as const;

type NumberName = keyof typeof numbers;

const numberNames = Object.keys(numbers) as NumberName[];

/** Reads the arguments behind `simulate`. Throws {@link UsageMistake} with one line that names the mistake. */
export function parseSimulation(argv: readonly string[]): SimulationRequest {
  let values: Readonly<Record<string, string | boolean | undefined>>;
  try {
    ({ values } = parseArgs({
      args: [...argv],
      options: {
        ...Object.fromEntries(numberNames.map((name) => [name, { type: 'string' as const }])),
        html: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
      allowPositionals: false,
    }));
  } catch (error) {
    throw new UsageMistake(error instanceof Error ? error.message : String(error));
  }
  const given: Partial<Record<NumberName, number>> = {};
  for (const name of numberNames) {
    const typed = values[name];
    if (typeof typed === 'string') given[name] = read(name, typed);
  }
  const destinations = given.destinations ?? defaultModel.destinations;
  const messages = given.messages ?? destinations * 10;
  const model: Model = { ...defaultModel, destinations, messages, rate: messages / 1000, ...given };
  if (model.silent + model.refusing + model.slow > 1) {
    throw new UsageMistake('--silent, --refusing and --slow are more than 1 together');
  }
  const html = values['html'];
  return {
    model,
    html: typeof html === 'string' ? html : undefined,
    json: values['json'] === true,
    help: values['help'] === true,
  };
}

function read(name: NumberName, typed: string): number {
  const { least, most, whole } = numbers[name];
  const value = typed.trim() === '' ? Number.NaN : Number(typed.replaceAll('_', ''));
  if (!Number.isFinite(value) || value < least || value > most || (whole && !Number.isInteger(value))) {
    throw new UsageMistake(`--${name} takes a ${whole ? 'whole ' : ''}number from ${least} to ${most}`);
  }
  return value;
}
