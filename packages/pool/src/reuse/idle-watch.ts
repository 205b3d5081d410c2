import { WireError } from '@postern/wire';
import type { Clock, Connection, Milliseconds } from '@postern/wire';
import { callHook } from '../driver/driver.ts';
import type { Slot } from './slot.ts';

/** What is leased, with the connection below it. */
export interface Held<T> {
  readonly value: T;
  readonly connection: Connection;
}

/** The watch over one idle connection. */
interface Guard {
  readonly end: AbortController;
  readonly since: number;
  /** Bytes or the end of the stream came while nobody had asked for anything. */
  spent: boolean;
  /** Whether it is off the shelf: who looks at it tells what has become of it. */
  looked: boolean;
}

/**
 * Watches idle connections. Nothing has been asked on them, so whatever comes makes them unusable: bytes (a 421, an answer that
 * somebody did not wait for), the end of the stream, a break. Reading is how it is noticed; a read that is aborted loses nothing.
 */
export class IdleWatch<T> {
  readonly #clock: Clock;
  readonly #checkAfter: Milliseconds;
  readonly #check: ((value: T, options: { readonly signal: AbortSignal }) => Promise<boolean>) | undefined;
  readonly #spent: (slot: Slot) => void;
  readonly #guards = new Map<Slot, Guard>();

  constructor(
    clock: Clock,
    checkAfter: Milliseconds,
    check: ((value: T, options: { readonly signal: AbortSignal }) => Promise<boolean>) | undefined,
    spent: (slot: Slot) => void,
  ) {
    this.#clock = clock;
    this.#checkAfter = checkAfter;
    this.#check = check;
    this.#spent = spent;
  }

  watch(slot: Slot): void {
    const guard: Guard = {
      end: new AbortController(),
      since: this.#clock.now(),
      spent: false,
      looked: false,
    };
    this.#guards.set(slot, guard);
    const { connection } = slot.value as Held<T>;
    const over = (): void => {
      if (guard.end.signal.aborted) return;
      guard.spent = true;
      if (!guard.looked) this.#spent(slot);
    };
    callHook(() => connection.read({ signal: guard.end.signal })).then(over, over);
  }

  /** The connection is closed or handed out. */
  forget(slot: Slot): void {
    this.#guards.get(slot)?.end.abort();
    this.#guards.delete(slot);
  }

  /**
   * Looks at a connection before it goes out again, and tells the fault if there is one. One turn of the event loop passes, so that
   * what lies in the kernel is heard.
   */
  check(slot: Slot, options: { readonly signal: AbortSignal }, done: (error: unknown) => void): void {
    if (!this.#guards.has(slot)) this.watch(slot);
    const guard = this.#guards.get(slot);
    if (guard) guard.looked = true;
    this.#clock.alarm(this.#clock.now(), () => {
      const { value } = slot.value as Held<T>;
      this.forget(slot);
      if (!guard || guard.spent) {
        done(spentFault(slot));
        return;
      }
      const check = this.#check;
      if (!check || this.#clock.now() - guard.since < this.#checkAfter) {
        done(undefined);
        return;
      }
      callHook(() => check(value, options)).then(
        (good) => {
          done(good ? undefined : spentFault(slot));
        },
        (error: unknown) => {
          done(error ?? spentFault(slot));
        },
      );
    });
  }
}

function spentFault({ candidate }: Slot): WireError {
  return new WireError({
    kind: 'peer',
    reason: 'closed',
    phase: 'command',
    after: 0,
    endpoint: candidate.endpoint,
  });
}
