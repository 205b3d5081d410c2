import type { Out } from '../io.ts';
import type { Texts } from '../texts/texts.ts';

/** One line on standard error that is written over while something is waited for. Silent where nobody looks. */
export class Progress {
  readonly #out: Out;
  readonly #on: boolean;
  #shown = 0;

  constructor(out: Out, quiet: boolean) {
    this.#out = out;
    this.#on = out.isTTY && !quiet;
  }

  /** Shows how far it is. */
  show(texts: Texts, done: number, all: number): void {
    this.line(texts.progress(done, all));
  }

  /** Shows a line in place of the one before. */
  line(text: string): void {
    if (!this.#on) return;
    const shown = text.slice(0, (this.#out.columns ?? 80) - 1);
    this.#out.write(`\r${shown}${' '.repeat(Math.max(0, this.#shown - shown.length))}`);
    this.#shown = shown.length;
  }

  /** Takes the line away, so that the report begins on a clean one. */
  clear(): void {
    if (this.#shown > 0) this.#out.write(`\r${' '.repeat(this.#shown)}\r`);
    this.#shown = 0;
  }
}
