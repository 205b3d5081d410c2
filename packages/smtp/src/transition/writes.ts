import type { ExchangeLine } from '@postern/sasl';
import { utf8 } from '@postern/wire';
import type { WriteOutput } from '@postern/wire';

/**
 * Collects what a group of commands writes: lines are joined into one text and one buffer, so that a group leaves in one
 * segment; content stays as it is, uncopied.
 */
export class GroupWriter {
  readonly #outputs: WriteOutput[] = [];
  #text = '';

  /** A line with its CRLF. */
  line(text: string): void {
    this.#text += text;
  }

  /** Octets of content. */
  content(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#flush();
    this.#outputs.push({ type: 'write', bytes });
  }

  /** A line of an exchange, which masks its secret. */
  masked(line: ExchangeLine): void {
    this.#flush();
    this.#outputs.push(lineOutput(line));
  }

  /** Everything, in order. */
  finish(): readonly WriteOutput[] {
    this.#flush();
    return this.#outputs;
  }

  #flush(): void {
    if (this.#text === '') return;
    this.#outputs.push({ type: 'write', bytes: utf8(this.#text) });
    this.#text = '';
  }
}

/** A line of an exchange as an output. */
export function lineOutput({ bytes, shown }: ExchangeLine): WriteOutput {
  return { type: 'write', bytes, ...(shown !== undefined && { shown }) };
}
