import type { Milliseconds } from '@postern/wire';
import { EventQueue } from './event-queue.ts';
import { duration, FORGET, settledAfter, SYNS, unanswered } from './model.ts';
import type { Model, Strategy } from './model.ts';
import { seeded } from './random.ts';
import { Waits } from './waits.ts';

/** What one strategy came to. */
export interface Outcome {
  readonly strategy: Strategy;
  readonly waits: Waits;
  /** Attempts that wait for TCP: at most, and on average over the time in which messages arrive. */
  readonly peakPending: number;
  readonly meanPending: number;
  /** Attempts and connections at most. */
  readonly peakDescriptors: number;
  /** Messages that waited for a descriptor at most. */
  readonly peakQueue: number;
  /** The pending attempts over time, in equal steps up to the arrival of the last message. */
  readonly pending: Float64Array;
  /** Destinations whose port 465 was open and was remembered as silent at least once. */
  readonly falselySilent: number;
  /** Attempts at 465 that nothing could have come of. */
  readonly wastedAttempts: number;
}

/** What a destination's port 465 does. */
const SILENT = 0;
const REFUSING = 1;
const SLOW = 2;
const ANSWERING = 3;

/** Steps of the curve of pending attempts. */
const STEPS = 400;

/** What an event is: its lowest three bits; the rest is the destination. */
const ATTEMPT_ENDS = 0;
const CONNECTION_CLOSES = 1;
const SECOND_BEGINS = 2;
const WINNER_CONNECTS = 3;
const SILENCE_SETTLES = 4;
const ANSWER_SETTLES = 5;

/** Runs one strategy in virtual time. The same seed gives the same destinations and the same messages to every strategy. */
export function simulate(model: Model, strategy: Strategy): Outcome {
  return new Simulation(model, strategy).run();
}

class Simulation {
  readonly #model: Model;
  readonly #strategy: Strategy;
  readonly #queue = new EventQueue();
  readonly #kinds: Uint8Array;
  readonly #roundTrips: Float32Array;
  /** Until when 465 is remembered as silent, since when, and how often it was found so. */
  readonly #until: Float64Array;
  readonly #since: Float64Array;
  readonly #observations: Uint8Array;
  readonly #misjudged: Uint8Array;
  readonly #random: () => number;
  readonly #unanswered: number;
  readonly #waits = new Waits();
  readonly #waiting: { arrived: Float64Array; to: Int32Array; head: number; tail: number };
  readonly #pendingSum = new Float64Array(STEPS);
  readonly #step: Milliseconds;
  #now = 0;
  #pending = 0;
  #descriptors = 0;
  #integral = 0;
  #peakPending = 0;
  #peakDescriptors = 0;
  #peakQueue = 0;
  /** Descriptors kept for second attempts that have not begun. */
  #reserved = 0;
  #falselySilent = 0;
  #wasted = 0;

  constructor(model: Model, strategy: Strategy) {
    const { destinations, silent, refusing, slow, roundTrip, seed } = model;
    this.#model = model;
    this.#strategy = strategy;
    this.#kinds = new Uint8Array(destinations);
    this.#roundTrips = new Float32Array(destinations);
    const remembers = strategy.memory === 'none' ? 0 : destinations;
    this.#until = new Float64Array(remembers);
    this.#since = new Float64Array(remembers).fill(-Infinity);
    this.#observations = new Uint8Array(remembers);
    this.#misjudged = new Uint8Array(remembers);
    this.#unanswered = unanswered(model);
    this.#step = duration(model) / STEPS;
    const queued = Number.isFinite(model.limit) ? model.messages : 0;
    this.#waiting = { arrived: new Float64Array(queued), to: new Int32Array(queued), head: 0, tail: 0 };
    const random = seeded(seed);
    for (let index = 0; index < destinations; index += 1) {
      const what = random();
      const [least, most] = roundTrip;
      this.#roundTrips[index] = least + random() * (most - least);
      if (what < silent) this.#kinds[index] = SILENT;
      else if (what < silent + refusing) this.#kinds[index] = REFUSING;
      else if (what < silent + refusing + slow) this.#kinds[index] = SLOW;
      else this.#kinds[index] = ANSWERING;
    }
    this.#random = random;
  }

  run(): Outcome {
    const { messages, rate, destinations } = this.#model;
    // Arrivals have numbers of their own: how many others a strategy uses must not change them.
    const arrivals = seeded(this.#model.seed + 7);
    const end = duration(this.#model);
    let next = 0;
    for (let message = 0; message < messages; message += 1) {
      next += (-Math.log(1 - arrivals()) / rate) * 1000;
      const to = Math.floor(arrivals() * destinations);
      while (this.#queue.nextTime <= next) this.#happen();
      this.#advance(next);
      this.#arrive(to);
    }
    while (this.#queue.size > 0) this.#happen();
    const last = Math.max(end, next);
    return {
      strategy: this.#strategy,
      waits: this.#waits,
      peakPending: this.#peakPending,
      meanPending: this.#integral / last,
      peakDescriptors: this.#peakDescriptors,
      peakQueue: this.#peakQueue,
      pending: this.#pendingSum.map((sum) => sum / this.#step),
      falselySilent: this.#falselySilent,
      wastedAttempts: this.#wasted,
    };
  }

  /** Time passes with so many attempts pending. */
  #advance(to: number): void {
    const pending = this.#pending;
    this.#integral += pending * (to - this.#now);
    let from = this.#now;
    while (from < to) {
      const step = Math.floor(from / this.#step);
      if (step >= STEPS) break;
      const until = Math.min(to, (step + 1) * this.#step);
      this.#pendingSum[step] = (this.#pendingSum[step] ?? 0) + pending * (until - from);
      // A step's end may round to its beginning.
      if (until <= from) break;
      from = until;
    }
    this.#now = to;
  }

  #happen(): void {
    this.#advance(this.#queue.nextTime);
    const event = this.#queue.pop();
    const to = event >>> 3;
    switch (event & 7) {
      case ATTEMPT_ENDS:
        this.#pending -= 1;
        this.#release();
        break;
      case CONNECTION_CLOSES:
        this.#release();
        break;
      case SECOND_BEGINS:
        this.#reserved -= 1;
        this.#begin();
        break;
      case WINNER_CONNECTS:
        this.#pending -= 1;
        this.#queue.push(this.#now + this.#model.dialogue, CONNECTION_CLOSES);
        break;
      case SILENCE_SETTLES:
        this.#noteSilence(to);
        break;
      case ANSWER_SETTLES:
        if (this.#until.length > 0) this.#until[to] = 0;
        break;
    }
  }

  #begin(): void {
    this.#pending += 1;
    this.#descriptors += 1;
    if (this.#pending > this.#peakPending) this.#peakPending = this.#pending;
    if (this.#descriptors > this.#peakDescriptors) this.#peakDescriptors = this.#descriptors;
  }

  #release(): void {
    this.#descriptors -= 1;
    const waiting = this.#waiting;
    while (waiting.head < waiting.tail && this.#hasRoom) {
      const { head } = waiting;
      waiting.head += 1;
      this.#send(waiting.to[head] ?? 0, waiting.arrived[head] ?? this.#now);
    }
  }

  /** A race may need two descriptors, and both are kept for it: the limit is never exceeded. */
  get #hasRoom(): boolean {
    return this.#descriptors + this.#reserved + (this.#strategy.races ? 2 : 1) <= this.#model.limit;
  }

  #arrive(to: number): void {
    const waiting = this.#waiting;
    if (waiting.tail === waiting.head && this.#hasRoom) {
      this.#send(to, this.#now);
      return;
    }
    waiting.arrived[waiting.tail] = this.#now;
    waiting.to[waiting.tail] = to;
    waiting.tail += 1;
    this.#peakQueue = Math.max(this.#peakQueue, waiting.tail - waiting.head);
  }

  /** When an open port answers, counted from the first SYN: the first that gets through, and its answer back. */
  #answer(to: number): Milliseconds {
    let syn = 0;
    while (syn < SYNS.length - 1 && this.#random() < this.#unanswered) syn += 1;
    return (SYNS[syn] ?? 0) + (this.#roundTrips[to] ?? 0);
  }

  /** When 465 answers; Infinity when it never does. A refusal is an answer as well, but nothing to talk to. */
  #answerOf465(to: number): Milliseconds {
    const kind = this.#kinds[to];
    if (kind === SILENT) return Infinity;
    return this.#answer(to) + (kind === SLOW ? this.#model.slowness : 0);
  }

  #send(to: number, arrived: number): void {
    const { fallback, memory, announced } = this.#strategy;
    const kind = this.#kinds[to];
    const known = memory !== 'none' && (this.#until[to] ?? 0) > this.#now;
    const offered = !announced || kind === SLOW || kind === ANSWERING;
    if (known || !offered) {
      this.#only(to, this.#answer(to), arrived);
      return;
    }
    if (kind === SILENT || kind === REFUSING) this.#wasted += 1;
    const first = this.#answerOf465(to);
    const works = kind === SLOW || kind === ANSWERING;
    if (works && first <= fallback) {
      this.#only(to, first, arrived);
      return;
    }
    const second = Math.min(first, fallback);
    this.#both(to, { first, works, second }, arrived);
  }

  /** One attempt, and it answers. */
  #only(to: number, answer: Milliseconds, arrived: number): void {
    this.#begin();
    this.#queue.push(this.#now + answer, (to << 3) | WINNER_CONNECTS);
    this.#waits.add(this.#now + answer - arrived);
  }

  /** 465 first, and 587 after a while. */
  #both(
    to: number,
    {
      first,
      works,
      second,
    }: { readonly first: Milliseconds; readonly works: boolean; readonly second: Milliseconds },
    arrived: number,
  ): void {
    const { races, memory, fallback } = this.#strategy;
    const now = this.#now;
    const queue = this.#queue;
    this.#begin();
    const other = second + this.#answer(to);
    const refused = !works && first <= fallback;
    if (!races || refused) {
      // One after the other, after a refusal or at the end of the patience: the second one takes the descriptor of the first.
      queue.push(now + other, (to << 3) | WINNER_CONNECTS);
      this.#waits.add(now + other - arrived);
      return;
    }
    this.#reserved += 1;
    queue.push(now + second, SECOND_BEGINS);
    const won = works ? Math.min(first, other) : other;
    this.#waits.add(now + won - arrived);
    if (works && first <= other) {
      queue.push(now + first, (to << 3) | WINNER_CONNECTS);
      queue.push(now + first, ATTEMPT_ENDS);
      return;
    }
    queue.push(now + other, (to << 3) | WINNER_CONNECTS);
    if (memory !== 'counted') {
      queue.push(now + other, ATTEMPT_ENDS);
      if (memory === 'first') queue.push(now + other, (to << 3) | SILENCE_SETTLES);
      return;
    }
    const settled = Math.max(other, Math.min(first, settledAfter(this.#roundTrips[to] ?? 0)));
    queue.push(now + settled, ATTEMPT_ENDS);
    queue.push(now + settled, (to << 3) | (first <= settled ? ANSWER_SETTLES : SILENCE_SETTLES));
  }

  #noteSilence(to: number): void {
    const kind = this.#kinds[to];
    if ((kind === SLOW || kind === ANSWERING) && this.#misjudged[to] === 0) {
      this.#misjudged[to] = 1;
      this.#falselySilent += 1;
    }
    // What many see at once is seen once.
    if (this.#now - (this.#since[to] ?? -Infinity) > 60_000) {
      this.#observations[to] = Math.min(255, (this.#observations[to] ?? 0) + 1);
      this.#since[to] = this.#now;
    }
    this.#until[to] = this.#now + FORGET[(this.#observations[to] ?? 0) > 1 ? 1 : 0];
  }
}
