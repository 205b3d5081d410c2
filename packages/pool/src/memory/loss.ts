/**
 * What is believed before anything was seen: one late answer in twenty, with the weight of ten answers. A first verdict then rests
 * on two SYNs, and a few late answers are enough to ask for more.
 */
const PRIOR_LATE = 0.5;
const PRIOR_COUNT = 10;

/**
 * Beyond so many answers the older half of the evidence fades: networks change. A burst of connections tells of its prompt answers
 * first and of its late ones last, so the memory is far longer than a burst; else its end looks like heavy loss (measured: 0.60 in
 * place of 0.51 with a thousand answers and bursts of two hundred).
 */
const MEMORY = 10_000;

/**
 * Estimates which share of SYNs an open port leaves unanswered, from the answers alone: where a first SYN or its answer got lost,
 * the answer comes after the second. Not a clock but a count: how long an answer takes says nothing about loss.
 */
export class LossEstimate {
  #count = 0;
  #late = 0;

  /** An answer came, after so many SYNs. */
  add(syns: number): void {
    this.#count += 1;
    if (syns > 1) this.#late += 1;
    if (this.#count < MEMORY) return;
    this.#count /= 2;
    this.#late /= 2;
  }

  get share(): number {
    return (this.#late + PRIOR_LATE) / (this.#count + PRIOR_COUNT);
  }

  clear(): void {
    this.#count = 0;
    this.#late = 0;
  }
}
