import type { Endpoint, Fault, Instant, Milliseconds, Phase, Reason } from '@postern/wire';

/**
 * How an attempt ended. `pending`: not yet. `granted`: its result went to the caller. `failed`: the peer, the path or
 * `open` ended it. `silent`: no answer to as many SYNs as it takes to be sure of something. `open`: it answered after
 * another one had won, and was closed. `abandoned`: we ended it before it could tell anything.
 */
export type Outcome = 'pending' | 'granted' | 'failed' | 'silent' | 'open' | 'abandoned';

/**
 * What became of one dialled candidate. The record goes on being filled in after the race is won: a loser's outcome
 * comes when its silence is certain or its answer is late.
 */
export interface Attempt {
  readonly endpoint: Endpoint;
  /** The candidate's method. */
  readonly method: string;
  /** `dialled`: a connection of its own. `reused`: an idle one that was looked at before it went out again. */
  readonly origin: 'dialled' | 'reused';
  /** When it was dialled, or taken from the shelf. */
  readonly started: Instant;
  /** How far it came: `connect` until TCP stands, then `open`, or the phase that a fault of `open` names. */
  readonly phase: Phase | 'open';
  readonly outcome: Outcome;
  /**
   * The reason code, for `failed` and for `silent`. It is `timeout-connect` only when at least three SYNs went unanswered;
   * a silence that is merely good enough to remember has no reason, nor has a failure that is not a `WireError`.
   */
  readonly reason: Reason | undefined;
  /** The fault with its evidence, where the network or `open` named one, and for a reported silence. */
  readonly fault: Fault | undefined;
  /** What the network or `open` rejected with, untouched. */
  readonly error: unknown;
  /** From the dialling until TCP stood; `undefined` when it never did. */
  readonly connected: Milliseconds | undefined;
  /** From the dialling to the outcome; `undefined` while it is pending. */
  readonly ms: Milliseconds | undefined;
  /** How many SYNs it took until TCP was answered, by the system's table, or how many were sent in vain. */
  readonly syns: number;
}
