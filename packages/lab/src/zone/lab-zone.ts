import { zoneAnswers } from '@postern/dns';
import type { DnsAnswerer, ZoneOptions } from '@postern/dns';

/** A zone that can be changed while its server runs. */
export class LabZone {
  readonly #options: ZoneOptions;
  #text: string;
  #answer: DnsAnswerer;

  constructor(text: string, options: ZoneOptions) {
    this.#options = options;
    this.#text = text;
    this.#answer = zoneAnswers(text, options);
  }

  /** All of it, as master-file text. */
  get text(): string {
    return this.#text;
  }

  /** Answers by what it holds at that time. */
  readonly answer: DnsAnswerer = (query, transport) => this.#answer(query, transport);

  /**
   * Puts records in place of those with the same owners and types. Throws a `UsageError` for lines that no zone can hold, and
   * changes nothing then.
   */
  publish(lines: readonly string[]): void {
    const places = new Set(lines.map(place));
    const kept = this.#text.split('\n').filter((line) => !places.has(place(line)));
    const text = [...kept.filter((line) => line !== ''), ...new Set(lines), ''].join('\n');
    this.#answer = zoneAnswers(text, this.#options);
    this.#text = text;
  }
}

/** Owner and type of a line; the lab writes one record a line, with its owner in full. */
function place(line: string): string {
  const [owner = '', ...rest] = line.split(/\s+/);
  const type = rest.find((word) => /^[A-Z]+$/.test(word) && word !== 'IN') ?? '';
  return `${owner.toLowerCase()} ${type}`;
}
