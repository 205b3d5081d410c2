import { UsageError } from '@postern/wire';
import type { Milliseconds } from '@postern/wire';
import type { Terms } from './terms.ts';

/** How connections are used again. */
export interface Reuse<D, T> {
  /** Under which terms a destination's connection was made, and may be used again. */
  readonly terms: (destination: D) => Terms;
  /**
   * Asks an idle value whether it still works, such as by NOOP; called before it is used again when it was idle for
   * `checkAfter`. `false` or a rejection: it is closed and another one is made. Its time counts as that of any attempt: after a
   * stagger the first candidate is dialled beside it.
   */
  readonly check?: (value: T, options: { readonly signal: AbortSignal }) => Promise<boolean>;
  /** Default 10 s: a connection that was idle for less is only looked at. */
  readonly checkAfter?: Milliseconds;
  /** How long a connection is kept idle. Default 30 s: less than what servers allow (RFC 5321 §4.5.3.2.7: 5 min). */
  readonly idle?: Milliseconds;
  /** How old a connection may become. Default 10 min, so that changes of DNS and of policy arrive. */
  readonly age?: Milliseconds;
  /** How often a connection is lent. Default 100, as mail servers commonly limit the messages of a connection. */
  readonly uses?: number;
}

/** The numbers in a {@link Reuse}, with the defaults. */
export interface ReuseRules {
  readonly checkAfter: Milliseconds;
  readonly idle: Milliseconds;
  readonly age: Milliseconds;
  readonly uses: number;
}

/** Fills in the defaults; throws {@link UsageError} for what contradicts itself. */
export function checkReuse(reuse: Reuse<never, never> | undefined): ReuseRules {
  if (reuse !== undefined && typeof reuse.terms !== 'function') {
    throw new UsageError(
      'reuse.terms is not a function',
      'nothing is used again without saying under which terms',
    );
  }
  const idle = reuse?.idle ?? 30_000;
  const rules: ReuseRules = {
    idle,
    checkAfter: reuse?.checkAfter ?? 10_000,
    age: reuse?.age ?? Math.max(600_000, idle),
    uses: reuse?.uses ?? 100,
  };
  for (const name of ['idle', 'age', 'checkAfter'] as const) {
    const value = rules[name];
    if (!Number.isFinite(value) || value < 0 || (value === 0 && name !== 'checkAfter')) {
      throw new UsageError(
        `reuse.${name} is ${String(value)}`,
        'durations are positive, finite numbers of milliseconds',
      );
    }
  }
  if (rules.age < idle) {
    throw new UsageError(
      `reuse.age (${rules.age} ms) is shorter than reuse.idle (${idle} ms)`,
      'a connection may become as old as it may be idle',
    );
  }
  if (!Number.isInteger(rules.uses) || rules.uses < 1) {
    throw new UsageError(`reuse.uses is ${String(rules.uses)}`, 'a connection is lent at least once');
  }
  return rules;
}
