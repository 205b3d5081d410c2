import type { Instant, Milliseconds } from '@postern/wire';
import type { BackOff, Limits } from './limits.ts';

/** Addresses that are remembered though nothing goes on there: how far they have ramped up, and whether they want peace. */
const MOST_IDLE = 10_000;

class Address {
  used = 0;
  /** How many connections it may have now. */
  window: number;
  /** When it may be dialled again; 0: now. */
  until: Instant = 0;
  /** Deferrals without a success in between. */
  deferrals = 0;

  constructor(window: number) {
    this.window = window;
  }
}

/** What each address bears: more after each success, less after each deferral, nothing for a while after that. */
export class Addresses {
  readonly #limits: Limits;
  readonly #backOff: BackOff;
  readonly #random: () => number;
  readonly #known = new Map<string, Address>();

  constructor(limits: Limits, backOff: BackOff, random: () => number) {
    this.#limits = limits;
    this.#backOff = backOff;
    this.#random = random;
  }

  hasRoom(address: string): boolean {
    const known = this.#known.get(address);
    return !known || known.used < known.window;
  }

  /** Until when the address wants to be left alone; `undefined` when it does not. */
  restsUntil(address: string, now: Instant): Instant | undefined {
    const until = this.#known.get(address)?.until ?? 0;
    return until > now ? until : undefined;
  }

  take(address: string): void {
    let known = this.#known.get(address);
    if (!known) {
      known = new Address(this.#limits.initial);
      this.#known.set(address, known);
      this.#forget();
    }
    known.used += 1;
  }

  release(address: string): void {
    const known = this.#known.get(address);
    if (!known) return;
    known.used -= 1;
    if (known.used === 0 && known.window === this.#limits.initial && known.deferrals === 0) {
      this.#known.delete(address);
    }
  }

  succeeded(address: string, now: Instant): void {
    const known = this.#known.get(address);
    // Nobody is dialled while it wants peace: who succeeds then came before, and says nothing about it.
    if (!known || known.until > now) return;
    known.window = Math.min(this.#limits.perAddress, known.window + 1);
    known.deferrals = 0;
    known.until = 0;
  }

  /** A 421 or 4xx: half of what is under way now, and peace for a time that doubles, with jitter so that nobody is in step. */
  deferred(address: string, now: Instant): Instant {
    const known = this.#known.get(address) ?? new Address(this.#limits.initial);
    this.#known.set(address, known);
    // Several connections that are turned away at once are one deferral.
    if (known.until <= now) {
      known.deferrals = Math.min(known.deferrals + 1, 30);
      const wait: Milliseconds = Math.min(
        this.#backOff.most,
        this.#backOff.first * 2 ** (known.deferrals - 1),
      );
      known.until = now + wait * (0.5 + clampUnit(this.#random()) / 2);
      known.window = Math.max(1, Math.floor(Math.min(known.window, Math.max(known.used, 1)) / 2));
    }
    return known.until;
  }

  /** Nobody's addresses are kept for ever: those of long ago at which nothing goes on are forgotten. */
  #forget(): void {
    if (this.#known.size <= MOST_IDLE) return;
    let looked = 0;
    for (const [address, known] of this.#known) {
      this.#known.delete(address);
      // What is in use goes to the end, so that the next look finds others.
      if (known.used > 0) this.#known.set(address, known);
      looked += 1;
      if (looked >= 4 || this.#known.size <= MOST_IDLE) return;
    }
  }
}

/** A random source of the caller's may be any function. */
function clampUnit(value: number): number {
  return value >= 0 && value <= 1 ? value : 1;
}
