import type { Instant, Milliseconds } from '@postern/wire';

/**
 * What is believed before anything was seen: one late answer in twenty, with the weight of ten answers. A first verdict then rests
 * on two SYNs, and a few late answers are enough to ask for more.
 */
const PRIOR_LATE = 0.5;
const PRIOR_COUNT = 10;

/** Beyond so many answers the older half of the evidence fades: networks change. */
const MEMORY = 10_000;

/** RFC 6298 §2.1: without a measured round trip the second SYN goes out one second after the first. */
const SECOND_SYN: Milliseconds = 1000;

/** Timers of systems ring up to so much later; measured: the second SYN goes out after 1,005 to 1,030 ms. */
const SCATTER: Milliseconds = 70;

/** Answers closer together than this begin to count together, so that what is held does not grow with their rate. */
const TOGETHER: Milliseconds = 10;

/**
 * Estimates which share of SYNs an open port leaves unanswered, from the answers alone: where a first SYN or its answer got lost,
 * the answer comes after the second. Not a clock but a count: how long an answer takes says nothing about loss.
 *
 * A prompt answer counts when a late one to the same dialling can have come. Else a burst would tell of its prompt answers first, and
 * its verdicts would be made while loss seems to be small; and its end, when only late ones are left, would look like heavy loss.
 */
export class LossEstimate {
  #count = 0;
  #late = 0;
  readonly #promptToCome: Held = new Held(SECOND_SYN + SCATTER);
  readonly #lateToCome: Held = new Held(SCATTER);

  /** An answer came, after so many SYNs. */
  add(syns: number, at: Instant): void {
    this.#take(at);
    (syns > 1 ? this.#lateToCome : this.#promptToCome).add(at);
  }

  share(now: Instant): number {
    this.#take(now);
    return (this.#late + PRIOR_LATE) / (this.#count + PRIOR_COUNT);
  }

  clear(): void {
    this.#count = 0;
    this.#late = 0;
    this.#promptToCome.clear();
    this.#lateToCome.clear();
  }

  #take(now: Instant): void {
    const late = this.#lateToCome.take(now);
    this.#late += late;
    this.#count += late + this.#promptToCome.take(now);
    if (this.#count < MEMORY) return;
    this.#count /= 2;
    this.#late /= 2;
  }
}

/** Answers that do not count yet. */
class Held {
  readonly #wait: Milliseconds;
  /** In the order of their time. */
  #groups: { readonly from: Instant; count: number }[] = [];

  constructor(wait: Milliseconds) {
    this.#wait = wait;
  }

  add(at: Instant): void {
    const from = at + this.#wait;
    const newest = this.#groups.at(-1);
    if (newest && from - newest.from < TOGETHER) newest.count += 1;
    else this.#groups.push({ from, count: 1 });
  }

  /** How many count from now on. */
  take(now: Instant): number {
    let taken = 0;
    let index = 0;
    for (const { from, count } of this.#groups) {
      if (from > now) break;
      taken += count;
      index += 1;
    }
    if (index > 0) this.#groups.splice(0, index);
    return taken;
  }

  clear(): void {
    this.#groups = [];
  }
}
