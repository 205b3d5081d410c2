import type { Milliseconds } from '@postern/wire';
import type { Outcome } from './simulate.ts';

/** One strategy with what theory says of it. */
export interface Row {
  readonly outcome: Outcome;
  /** Pending attempts on average by Little's law. */
  readonly expected: number;
}

/** What the kernel and the pool keep for one pending attempt, in bytes (measured: 4.6 kB and 5.4 kB). */
const ATTEMPT_BYTES = 10_000;

/** How far the simulation is from theory. */
export function deviation({ outcome, expected }: Row): number {
  return expected === 0 ? 0 : outcome.meanPending / expected - 1;
}

export const reportHeads: readonly string[] = [
  'strategy',
  'peak pending',
  'mean',
  "Little's law",
  'off by',
  'peak descriptors',
  'memory',
  'p50',
  'p90',
  'p99',
  'p99.9',
  'mean wait',
  'misjudged',
];

export function reportCells(row: Row): readonly string[] {
  const { outcome, expected } = row;
  const { waits } = outcome;
  return [
    outcome.strategy.name,
    whole(outcome.peakPending),
    whole(outcome.meanPending),
    whole(expected),
    `${(deviation(row) * 100).toFixed(1).replace('-0.0', '0.0')} %`,
    whole(outcome.peakDescriptors),
    `${(memory(outcome) / 1e6).toFixed(1)} MB`,
    time(waits.quantile(0.5)),
    time(waits.quantile(0.9)),
    time(waits.quantile(0.99)),
    time(waits.quantile(0.999)),
    time(waits.sum / Math.max(1, waits.count)),
    whole(outcome.falselySilent),
  ];
}

/** One strategy as data. */
export function reportData(row: Row): object {
  const { outcome, expected } = row;
  const { waits } = outcome;
  return {
    strategy: outcome.strategy.name,
    peakPending: outcome.peakPending,
    meanPending: outcome.meanPending,
    expectedPending: expected,
    deviation: deviation(row),
    peakDescriptors: outcome.peakDescriptors,
    peakQueue: outcome.peakQueue,
    memoryBytes: memory(outcome),
    waitMs: {
      p50: waits.quantile(0.5),
      p90: waits.quantile(0.9),
      p99: waits.quantile(0.99),
      p999: waits.quantile(0.999),
      mean: waits.sum / Math.max(1, waits.count),
    },
    misjudged: outcome.falselySilent,
    wastedAttempts: outcome.wastedAttempts,
  };
}

function memory({ peakPending }: Outcome): number {
  return peakPending * ATTEMPT_BYTES;
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en');
}

function time(ms: Milliseconds): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 0)} s`;
}
