import type { Reason } from '@postern/wire';
import type { Attempt } from './attempt.ts';

/** How an acquire ended without a lease; an abort is none of these, it rejects with `signal.reason`. */
export type PoolErrorEnd = 'no-candidates' | 'all-failed' | 'backing-off' | 'deadline' | 'disposed';

/** Attempts that the message names; the others are counted. */
const NAMED = 4;

/**
 * Nothing could be had: every candidate failed, or the deadline ran out. All attempts are listed, not only the last. The
 * message holds no text of a peer, so it is safe to print.
 */
export class PoolError extends Error {
  override readonly name: string = 'PoolError';
  /** The destination's key. */
  readonly destination: string;
  readonly ended: PoolErrorEnd;
  /** Every attempt, in the order in which they were dialled. */
  readonly attempts: readonly Attempt[];

  /** `options.cause` keeps what the first hook threw that was not a `WireError`. */
  constructor(
    destination: string,
    ended: PoolErrorEnd,
    attempts: readonly Attempt[],
    options?: { readonly cause?: unknown },
  ) {
    super(sentence(destination, ended, attempts), options);
    this.destination = destination;
    this.ended = ended;
    this.attempts = attempts;
  }

  /** The reason of the attempt that came furthest, the earliest among equals; `undefined` where none has one. */
  get code(): Reason | undefined {
    const withReason = this.attempts.filter((attempt) => attempt.reason !== undefined);
    return (withReason.find((attempt) => attempt.connected !== undefined) ?? withReason[0])?.reason;
  }
}

function sentence(destination: string, ended: PoolErrorEnd, attempts: readonly Attempt[]): string {
  const why = {
    'no-candidates': 'there are no candidates',
    'all-failed': 'every attempt failed',
    'backing-off': 'every address wants to be left alone for longer than the deadline',
    deadline: 'the deadline ran out',
    disposed: 'the pool was disposed of',
  }[ended];
  const named = attempts.slice(0, NAMED).map(({ endpoint, method, outcome, reason, syns }) => {
    const verdict = `${reason ?? outcome}${outcome === 'silent' ? ` (${syns} SYNs)` : ''}`;
    const address = endpoint.address.includes(':') ? `[${endpoint.address}]` : endpoint.address;
    return `${verdict} at ${address}:${endpoint.port} ${method}`;
  });
  if (attempts.length > NAMED) named.push(`and ${attempts.length - NAMED} more`);
  return `no connection to ${destination}: ${[why, ...named].join('; ')}`;
}
