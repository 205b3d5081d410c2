import type { Connection, Endpoint } from './network.ts';

/**
 * A light way to dial for callers that hold very many attempts: no promise, no options object, and the same two functions
 * for all of them. A network need not have it; whoever uses it falls back to `connect`. Networks keep it from being
 * enumerated, so that a copy with another `connect` does not inherit it.
 */
export const dial: unique symbol = Symbol.for('postern.dial');

/** What becomes of attempts; one object for all of them. `token` is what the caller gave when it dialled. */
export interface DialHandlers<T> {
  /** TCP stands; the connection is the caller's. Never called during {@link dial}. */
  readonly connected: (token: T, connection: Connection) => void;
  /** It failed with a `WireError` of phase `connect`. Never called during {@link dial}. */
  readonly failed: (token: T, error: unknown) => void;
}

/** An attempt under way. */
export interface Dialling {
  /** Ends it at once and gives its descriptor back; neither handler is called any more. */
  cancel(reason?: unknown): void;
}

/** What a network has that can be dialled so. */
export interface BulkDialling {
  /** Begins an attempt. Throws `UsageError` for an endpoint that is none. */
  readonly [dial]: <T>(endpoint: Endpoint, token: T, handlers: DialHandlers<T>) => Dialling;
}
