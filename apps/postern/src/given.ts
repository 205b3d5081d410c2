import type { FlagName } from './options.ts';

/** An option as typed, with its value; empty where it takes none. */
export interface Given {
  readonly typed: string;
  readonly value: string;
}

/** The values of an option that can be given several times, or with commas. */
export function listOf(name: FlagName, given: ReadonlyMap<FlagName, Given>): readonly string[] {
  return (given.get(name)?.value ?? '')
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
}
