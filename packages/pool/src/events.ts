import type { Endpoint, Instant, Milliseconds, Reason } from '@postern/wire';
import type { Outcome } from './attempt.ts';

/** What all events have. */
interface About {
  /** The destination's key. */
  readonly destination: string;
  readonly endpoint: Endpoint;
  /** The candidate's method. */
  readonly method: string;
  /** When it happened, on the pool's clock. */
  readonly at: Instant;
}

/** A candidate is dialled. */
export interface AttemptEvent extends About {
  readonly type: 'attempt';
}

/** A waiter got its connection. */
export interface WonEvent extends About {
  readonly type: 'won';
  readonly origin: 'dialled' | 'reused';
  /** Since the winner was dialled. */
  readonly ms: Milliseconds;
  /** Until its TCP stood; `undefined` for a reused one. */
  readonly connected: Milliseconds | undefined;
  readonly syns: number;
}

/** An attempt came to nothing, for whatever reason. */
export interface LostEvent extends About {
  readonly type: 'lost';
  readonly outcome: Exclude<Outcome, 'pending' | 'granted'>;
  readonly reason: Reason | undefined;
  readonly ms: Milliseconds;
}

/** A port was found silent: as many SYNs went unanswered as it takes to remember that. */
export interface SilentEvent {
  readonly type: 'silent';
  readonly endpoint: Endpoint;
  readonly at: Instant;
  /** How long it was waited for. */
  readonly ms: Milliseconds;
  /** SYNs that went unanswered. */
  readonly syns: number;
  /** Whether another port of the address answered in the same race. */
  readonly sibling: boolean;
}

/**
 * What a pool tells whoever watches it. No event holds anything of a peer's words or of a secret.
 * `diagnosticsChannels('postern:connect')` of `@postern/wire/node` publishes them as `postern:connect:attempt` and so on.
 */
export type PoolEvent = AttemptEvent | WonEvent | LostEvent | SilentEvent;
