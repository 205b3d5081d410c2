import type { MailboxCommand } from '../commands.ts';
import type { ImapEvent } from '../events.ts';
import type { FetchStream } from './fetch-stream.ts';
import type { StatusResponse } from '../parse/status.ts';

/** A stream of whatever, as the dialogue sees it. */
export type OpenFetch = Pick<
  FetchStream<unknown>,
  'command' | 'looped' | 'shown' | 'hasRoom' | 'hear' | 'complete' | 'fail'
>;

/** What the dialogue keeps of a stream: itself, or a part for each command where its set does not fit into one. */
export function fetchParts(stream: OpenFetch, commands: readonly MailboxCommand[]): readonly OpenFetch[] {
  if (commands.length === 1) return [stream];
  const outcome = { open: commands.length, refusal: undefined };
  return commands.map((command) => new FetchPart(stream, command, outcome));
}

/** One of several commands whose messages go to one stream. The stream is over when all are; the first refusal is its reply. */
class FetchPart implements OpenFetch {
  readonly command: MailboxCommand;
  readonly #stream: OpenFetch;
  readonly #outcome: { open: number; refusal: StatusResponse | undefined };

  constructor(
    stream: OpenFetch,
    command: MailboxCommand,
    outcome: { open: number; refusal: StatusResponse | undefined },
  ) {
    this.command = command;
    this.#stream = stream;
    this.#outcome = outcome;
  }

  get looped(): boolean {
    return this.#stream.looped;
  }

  get shown(): string {
    return this.#stream.shown;
  }

  get hasRoom(): boolean {
    return this.#stream.hasRoom;
  }

  hear(event: ImapEvent): void {
    this.#stream.hear(event);
  }

  complete(reply: StatusResponse): void {
    this.#outcome.open -= 1;
    if (reply.status !== 'OK') this.#outcome.refusal ??= reply;
    if (this.#outcome.open === 0) this.#stream.complete(this.#outcome.refusal ?? reply);
  }

  fail(error: unknown): void {
    this.#stream.fail(error);
  }
}
