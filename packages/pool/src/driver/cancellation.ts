import { onCancel } from '@postern/wire';
import type { ConnectOptions } from '@postern/wire';

/**
 * One thing under way that may be cancelled, as the options object that is handed to whoever does it. A pool holds very
 * many of them, and an AbortController with a listener costs more than half a kilobyte each (measured): so `signal` is a
 * getter that makes its controller when somebody reads it, and a network that knows the slot `onCancel` never does.
 */
export interface Cancellation extends ConnectOptions {
  readonly signal: AbortSignal;
  readonly cancelled: boolean;
  /** Cancels, once. */
  cancel(reason: unknown): void;
  /** It has come to its end: there is nothing left to cancel. */
  done(): void;
}

class LazyCancellation implements Cancellation {
  #controller: AbortController | undefined;
  #cancel: ((reason: unknown) => void) | undefined;
  #cancelled = false;
  #done = false;
  #reason: unknown;
  /** Bound on demand: a network may call it without its object, and most cancellations are never asked for it. */
  get [onCancel](): (cancel: (reason: unknown) => void) => void {
    return (cancel) => {
      if (this.#cancelled) cancel(this.#reason);
      else this.#cancel = cancel;
    };
  }

  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#cancelled) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  get cancelled(): boolean {
    return this.#cancelled;
  }

  cancel(reason: unknown): void {
    if (this.#cancelled || this.#done) return;
    this.#cancelled = true;
    this.#reason = reason;
    this.#cancel?.(reason);
    this.#controller?.abort(reason);
  }

  done(): void {
    this.#done = true;
    this.#cancel = undefined;
  }
}

/** Makes a {@link Cancellation}. */
export function createCancellation(): Cancellation {
  return new LazyCancellation();
}
