import { zoneAnswers } from '@postern/dns';
import type { DnsAnswerer, ZoneOptions } from '@postern/dns';
import { UsageError } from '@postern/wire';

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
    for (const line of lines) {
      if (!isRecord(line))
        throw new UsageError(`zone: "${line}" is no record with its owner`, 'RFC 1035 §5.1');
    }
    const places = new Set(lines.map(place));
    const kept = this.#text.split('\n').filter((line) => !places.has(place(line)));
    const text = [...kept.filter((line) => line !== ''), ...new Set(lines), ''].join('\n');
    this.#answer = zoneAnswers(text, this.#options);
    this.#text = text;
  }
}

/** One line that begins with an owner: no comment, no directive, nothing that goes on or takes the owner of another line. */
function isRecord(line: string): boolean {
  return /^[^\s;$"()][^\r\n]*$/.test(line);
}

/** Owner and type of a line; the lab writes one record a line, with its owner in full. */
function place(line: string): string {
  const [owner = '', ...rest] = line.split(/\s+/);
  const type = rest.find((word) => /^[A-Z]+$/.test(word) && word !== 'IN') ?? '';
  // With its last dot or without is the same: nothing in the lab's zone is relative.
  return `${owner.toLowerCase().replace(/\.$/, '')} ${type}`;
}
