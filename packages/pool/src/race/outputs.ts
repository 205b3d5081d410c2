import type { RaceOutput } from './race.ts';

/** What the driver is to do, gathered while a scheduler works something off. */
export class Outputs<R, A> {
  #list: RaceOutput<R, A>[] = [];

  push(output: RaceOutput<R, A>): void {
    this.#list.push(output);
  }

  /** Hands them over. */
  take(): RaceOutput<R, A>[] {
    const outputs = this.#list;
    this.#list = [];
    return outputs;
  }
}
