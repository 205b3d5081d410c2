import { unlessAborted } from '@postern/wire';
import type { CallOptions } from './imap.ts';

/** Options of what waits for its turn. */
export interface TurnOptions extends CallOptions {
  /** Called when the turn has come, before anything is sent; where it throws, nothing is. */
  readonly atTurn?: () => void;
}

/**
 * Who may go when: calls that share, side by side, and calls that want the dialogue for themselves, which wait for all
 * before them and let all after them wait.
 */
export class Turns {
  #alone: Promise<void> = Promise.resolve();
  readonly #sharing = new Set<Promise<void>>();
  #calls = 0;

  /** How many calls are under way or wait. */
  get calls(): number {
    return this.#calls;
  }

  /** Runs when no call that wants to be alone is before it. Abort while waiting rejects with `signal.reason`. */
  async share<T>(signal: AbortSignal | undefined, run: () => Promise<T>): Promise<T> {
    const done = Promise.withResolvers<void>();
    const before = this.#alone;
    this.#sharing.add(done.promise);
    try {
      return await this.#after(before, signal, run);
    } finally {
      this.#sharing.delete(done.promise);
      done.resolve();
    }
  }

  /** Runs when every call before it is done, and nothing runs beside it. */
  async beAlone<T>(signal: AbortSignal | undefined, run: () => Promise<T>): Promise<T> {
    const done = Promise.withResolvers<void>();
    const before = Promise.all([this.#alone, ...this.#sharing]).then(() => undefined);
    this.#alone = before.then(() => done.promise);
    try {
      return await this.#after(before, signal, run);
    } finally {
      done.resolve();
    }
  }

  async #after<T>(before: Promise<void>, signal: AbortSignal | undefined, run: () => Promise<T>): Promise<T> {
    this.#calls += 1;
    try {
      await unlessAborted(before, signal);
      return await run();
    } finally {
      this.#calls -= 1;
    }
  }
}
