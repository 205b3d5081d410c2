import { isWireError } from '@postern/wire';
import type { Cancellation } from './cancellation.ts';

/** What `open` is called with; its signal is made when it is read. */
export class OpenOptions<D> {
  readonly #hook: Cancellation;
  readonly destination: D;

  constructor(hook: Cancellation, destination: D) {
    this.#hook = hook;
    this.destination = destination;
  }

  get signal(): AbortSignal {
    return this.#hook.signal;
  }
}

/** Whether an error says that it is too much for the peer: a 421, or a reason that is for a while only. */
export function isDeferral(error: unknown): boolean {
  if (!isWireError(error)) return false;
  const { reason, evidence } = error.fault;
  return reason.endsWith('-temporarily') || evidence?.reply?.startsWith('421') === true;
}

/** Whether something can be leased. */
export function isDisposable(value: unknown): value is AsyncDisposable {
  return (
    typeof value === 'object' &&
    value !== null &&
    Symbol.asyncDispose in value &&
    typeof value[Symbol.asyncDispose] === 'function'
  );
}
