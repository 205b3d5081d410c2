import { closeSync, openSync, writeSync } from 'node:fs';
import type { Progress } from '@postern/probe';
import { escapeText, printEndpoint } from '@postern/probe/report';
import type { Texts } from './texts/texts.ts';
import { UsageMistake } from './usage-error.ts';

/** A transcript file: who said what, when, in RFC notation. Secrets never reach it: they are masked where they arise. */
export class Trace implements Disposable {
  readonly #file: number;
  #broken = false;

  constructor(path: string, texts: Texts) {
    try {
      this.#file = openSync(path, 'w', 0o600);
    } catch {
      throw new UsageMistake(texts.cannotWrite('--trace', path));
    }
  }

  /** Whether some of it could not be written: a full disk spoils the transcript and not the probe. */
  get broken(): boolean {
    return this.#broken;
  }

  /** Writes one step of a probe. */
  write({ endpoint, ms, event, detail, side }: Progress): void {
    const where = `${ms.toFixed(1).padStart(9)} ${printEndpoint(endpoint)}`;
    const what = side
      ? `${side === 'client' ? 'C:' : 'S:'} ${escapeText(detail ?? '', { maxLength: 2000 })}`
      : `** ${event} ${escapeText(detail ?? '')}`;
    try {
      writeSync(this.#file, `${where} ${what.trimEnd()}\n`);
    } catch {
      this.#broken = true;
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
  }
}
