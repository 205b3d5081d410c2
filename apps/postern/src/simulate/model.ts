import type { Milliseconds } from '@postern/wire';

/** What is simulated: destinations, what a firewall does to their port 465, and messages that come at random. */
export interface Model {
  readonly destinations: number;
  readonly messages: number;
  /** Messages a second. */
  readonly rate: number;
  /** Shares of destinations whose port 465 is silent, refuses, or answers late; the others answer at once. */
  readonly silent: number;
  readonly refusing: number;
  readonly slow: number;
  /** How late a slow port answers. */
  readonly slowness: Milliseconds;
  /** The share of packets that get lost, in each direction. */
  readonly loss: number;
  /** The least and the greatest round trip; each destination has its own between them. */
  readonly roundTrip: readonly [Milliseconds, Milliseconds];
  /** How long a connection is used. */
  readonly dialogue: Milliseconds;
  /** Descriptors there are; messages wait when there are no more. Infinity: as many as it takes. */
  readonly limit: number;
  readonly seed: number;
}

export const defaultModel: Model = {
  destinations: 100_000,
  messages: 1_000_000,
  rate: 1000,
  silent: 0.3,
  refusing: 0.1,
  slow: 0.05,
  slowness: 1500,
  loss: 0.01,
  roundTrip: [10, 200],
  dialogue: 1000,
  limit: Infinity,
  seed: 1,
};

/** How a sender deals with ports that may be silent. */
export type StrategyName = 'wait' | 'timeout-30s' | 'race' | 'race+memory' | 'race+memory+syns' | 'announced';

export interface Strategy {
  readonly name: StrategyName;
  /** How long 465 is waited for before 587 is dialled. */
  readonly fallback: Milliseconds;
  /** Whether the attempt at 465 goes on beside 587. */
  readonly races: boolean;
  /** `first`: a port that lost is remembered as silent. `counted`: its second SYN is waited for. */
  readonly memory: 'none' | 'first' | 'counted';
  /** DNS says whether 465 is offered (SRV, DANE), so that nobody has to try. */
  readonly announced: boolean;
}

/** A Linux system gives up after this (measured). */
const KERNEL: Milliseconds = 133_600;

export const strategies: readonly Strategy[] = [
  { name: 'wait', fallback: KERNEL, races: false, memory: 'none', announced: false },
  { name: 'timeout-30s', fallback: 30_000, races: false, memory: 'none', announced: false },
  { name: 'race', fallback: 250, races: true, memory: 'none', announced: false },
  { name: 'race+memory', fallback: 250, races: true, memory: 'first', announced: false },
  { name: 'race+memory+syns', fallback: 250, races: true, memory: 'counted', announced: false },
  { name: 'announced', fallback: 250, races: true, memory: 'none', announced: true },
];

/** When SYNs go out; as `linuxSyns` of the pool. */
export const SYNS: readonly Milliseconds[] = [0, 1020, 2050, 3070, 4100, 6100, 10_200];

/** When a silence is settled: the second SYN has had three round trips, or a tenth of a second. As in the pool. */
export function settledAfter(roundTrip: Milliseconds): Milliseconds {
  return 1020 + Math.max(100, 3 * roundTrip);
}

/** How long a silence is remembered: after the first time, and after another one that was seen later. */
export const FORGET: readonly [Milliseconds, Milliseconds] = [600_000, 86_400_000];

/** The share of SYNs that an open port leaves unanswered: the SYN or its answer got lost. */
export function unanswered({ loss }: Model): number {
  return 1 - (1 - loss) ** 2;
}

/** The time in which all messages arrive. */
export function duration({ messages, rate }: Model): Milliseconds {
  return (messages / rate) * 1000;
}
