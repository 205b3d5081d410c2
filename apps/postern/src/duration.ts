import type { Texts } from './texts/texts.ts';
import { UsageMistake } from './usage-error.ts';

const units = { ms: 1, s: 1000, m: 60_000 } as const;

/** The longest deadline: beyond an hour it is no deadline any more. */
const LONGEST_MS = 3_600_000;

/** Reads a duration such as `30s`, `500ms` or `2m`, in milliseconds; a bare number means seconds. */
export function parseDuration(typed: string, texts: Texts): number {
  const found = /^(\d{1,7}(?:\.\d{1,3})?)(ms|s|m)?$/.exec(typed);
  const value = found ? Number(found[1]) * units[(found[2] ?? 's') as keyof typeof units] : Number.NaN;
  if (!(value > 0 && value <= LONGEST_MS)) throw new UsageMistake(texts.noDuration(typed));
  return value;
}
