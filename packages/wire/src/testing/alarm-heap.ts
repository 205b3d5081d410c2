import type { Instant } from '../time.ts';

/** An alarm that is set. */
export interface Alarm {
  readonly at: Instant;
  readonly order: number;
  readonly ring: () => void;
  /** Taken back: it stays in the heap until it comes up, which costs less than looking for it. */
  cancelled: boolean;
}

/** Alarms by time, and by the order of setting at one time: a binary heap, for tests with very many of them. */
export class AlarmHeap {
  readonly #alarms: Alarm[] = [];

  /** The next alarm that was not taken back. */
  peek(): Alarm | undefined {
    while (this.#alarms[0]?.cancelled) this.#removeFirst();
    return this.#alarms[0];
  }

  /** Takes the next alarm out. */
  pop(): Alarm | undefined {
    const first = this.peek();
    if (first) this.#removeFirst();
    return first;
  }

  push(alarm: Alarm): void {
    const alarms = this.#alarms;
    let at = alarms.push(alarm) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = alarms[parent];
      if (!above || !before(alarm, above)) break;
      alarms[at] = above;
      at = parent;
    }
    alarms[at] = alarm;
  }

  #removeFirst(): void {
    const alarms = this.#alarms;
    const last = alarms.pop();
    if (!last || alarms.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      const left = alarms[child];
      const right = alarms[child + 1];
      if (!left) break;
      if (right && before(right, left)) child += 1;
      const lesser = alarms[child];
      if (!lesser || !before(lesser, last)) break;
      alarms[at] = lesser;
      at = child;
    }
    alarms[at] = last;
  }
}

function before(one: Alarm, other: Alarm): boolean {
  return one.at === other.at ? one.order < other.order : one.at < other.at;
}
