import { UsageError } from '@postern/wire';
import type { Milliseconds } from '@postern/wire';
import type { RaceRules } from '../race/rules.ts';

/** How many connections there may be. A connection counts while it is dialled, opened, on loan, idle and being closed. */
export interface Limits {
  /**
   * Descriptors in all, attempts that have lost and only settle the memory included. Default 10,000: half of what a process
   * gets on common systems, the rest is for files and servers. Reaching it drops settling attempts first, then the idle
   * connection that was idle for longest; after that acquires wait.
   */
  readonly total: number;
  /** Attempts that wait for TCP. Default: as `total`. A provider's connection table may want less. */
  readonly halfOpen: number;
  /** Connections to one destination. Default 20, as mail servers commonly allow. */
  readonly perDestination: number;
  /** Connections to one address, whatever the destination. Default 20. Losers to silent ports do not count: they reach nobody. */
  readonly perAddress: number;
  /** Connections to one provider, where candidates name their `group`. Default: no limit. */
  readonly perGroup: number;
  /**
   * Connections to one address at the beginning. Each success adds one up to `perAddress`; a deferral halves what is under
   * way. Default 5.
   */
  readonly initial: number;
}

/** How long an address is left alone that asked for it by a 421 or another 4xx. */
export interface BackOff {
  /** After the first deferral. Default 1 s; doubles with each further one. */
  readonly first: Milliseconds;
  /** At most. Default 5 min: RFC 5321 §4.5.4.1 wants half an hour between deliveries, not between connections. */
  readonly most: Milliseconds;
}

/** Fills in the defaults; throws {@link UsageError} for limits of 0 and for those that contradict each other. */
export function checkLimits(given: Partial<Limits> | undefined): Limits {
  const total = given?.total ?? 10_000;
  const perAddress = given?.perAddress ?? 20;
  const limits: Limits = {
    total,
    halfOpen: given?.halfOpen ?? total,
    perDestination: given?.perDestination ?? 20,
    perAddress,
    perGroup: given?.perGroup ?? Infinity,
    initial: given?.initial ?? Math.min(5, perAddress),
  };
  for (const [name, limit] of Object.entries(limits) as [keyof Limits, number][]) {
    const whole = Number.isInteger(limit) || limit === Infinity;
    if (!whole || limit < 1 || (limit === Infinity && name === 'total')) {
      throw new UsageError(`limits.${name} is ${String(limit)}`, 'limits are whole numbers of at least 1');
    }
  }
  if (limits.halfOpen > total) {
    throw new UsageError(
      `limits.halfOpen (${limits.halfOpen}) is above limits.total (${total})`,
      'what is half open is part of the total',
    );
  }
  if (limits.initial > perAddress) {
    throw new UsageError(
      `limits.initial (${limits.initial}) is above limits.perAddress (${perAddress})`,
      'the number of connections to an address grows up to its limit',
    );
  }
  return limits;
}

/** The same for {@link BackOff}. */
export function checkBackOff(given: Partial<BackOff> | undefined): BackOff {
  const first = given?.first ?? 1000;
  const most = given?.most ?? Math.max(300_000, first);
  for (const [name, value] of Object.entries({ first, most })) {
    if (!Number.isFinite(value) || value <= 0) {
      throw new UsageError(
        `backOff.${name} is ${String(value)}`,
        'durations are positive, finite numbers of milliseconds',
      );
    }
  }
  if (most < first) {
    throw new UsageError(
      `backOff.most (${most} ms) is shorter than backOff.first (${first} ms)`,
      'a back-off grows',
    );
  }
  return { first, most };
}

/** For a scheduler whose races know no limits and keep nothing. */
export const unlimited: Pick<RaceRules, 'admission' | 'shelf'> = {
  admission: {
    limits: {
      total: Infinity,
      halfOpen: Infinity,
      perDestination: Infinity,
      perAddress: Infinity,
      perGroup: Infinity,
      initial: Infinity,
    },
    backOff: { first: 1, most: 1 },
    random: (): number => 1,
  },
  shelf: { idle: 0, age: 0, uses: 0 },
};
