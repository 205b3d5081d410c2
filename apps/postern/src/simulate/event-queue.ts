/**
 * A binary heap of numbers by time, in typed arrays: a simulation of ten million messages takes some thirty million events, and
 * an object for each would be most of the work.
 */
export class EventQueue {
  #times = new Float64Array(1024);
  #events = new Int32Array(1024);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** When the next event is due; `Infinity` when there is none. */
  get nextTime(): number {
    return this.#size === 0 ? Infinity : (this.#times[0] ?? Infinity);
  }

  push(time: number, event: number): void {
    if (this.#size === this.#times.length) this.#grow();
    const times = this.#times;
    const events = this.#events;
    let place = this.#size;
    this.#size += 1;
    while (place > 0) {
      const parent = (place - 1) >>> 1;
      const parentTime = times[parent] ?? 0;
      if (parentTime <= time) break;
      times[place] = parentTime;
      events[place] = events[parent] ?? 0;
      place = parent;
    }
    times[place] = time;
    events[place] = event;
  }

  /** Takes the next event. */
  pop(): number {
    const times = this.#times;
    const events = this.#events;
    const first = events[0] ?? 0;
    this.#size -= 1;
    const size = this.#size;
    const time = times[size] ?? 0;
    const event = events[size] ?? 0;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= size) break;
      if (child + 1 < size && (times[child + 1] ?? 0) < (times[child] ?? 0)) child += 1;
      const childTime = times[child] ?? 0;
      if (childTime >= time) break;
      times[place] = childTime;
      events[place] = events[child] ?? 0;
      place = child;
    }
    times[place] = time;
    events[place] = event;
    return first;
  }

  #grow(): void {
    const times = new Float64Array(this.#times.length * 2);
    const events = new Int32Array(times.length);
    times.set(this.#times);
    events.set(this.#events);
    this.#times = times;
    this.#events = events;
  }
}
