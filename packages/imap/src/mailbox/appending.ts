import { UsageError } from '@postern/wire';
import type { Argument } from '../arguments.ts';
import type { Capabilities } from '../parse/capabilities.ts';
import type { ImapCommand, MailboxCommand } from '../commands.ts';
import type { ImapEvent } from '../events.ts';
import type { NewMessage } from './mailbox-options.ts';
import type { MailboxName } from '../mailbox-name.ts';
import { MessageSource } from './message-source.ts';

/** APPEND, and the sources of its messages that come in pieces, in their order. */
export interface Append {
  readonly command: MailboxCommand;
  readonly sources: readonly MessageSource[];
}

/** Puts APPEND together. Throws a `UsageError` for what the server would not take. */
export function appendCommand(
  mailbox: string | MailboxName,
  messages: readonly NewMessage[],
  { atoms }: Capabilities,
  enabled: readonly string[],
): Append {
  // RFC 7889 §4: what the server will not take is not sent; 0 = nothing at all.
  const limit = atoms.find((atom) => /^APPENDLIMIT=\d+$/.test(atom))?.slice(12);
  const list: Argument[] = [{ type: 'mailbox', name: mailbox }];
  for (const { message, flags, internalDate, header = 'ascii', binary = false } of messages) {
    const octets = message instanceof Uint8Array ? message.length : message.octets;
    if (limit !== undefined && octets > Number(limit))
      throw new UsageError(`the message is larger than ${limit} octets`, 'RFC 7889 §4', 'size-exceeded');
    if (header === 'utf-8' && !enabled.includes('UTF8=ACCEPT'))
      throw new UsageError('UTF8=ACCEPT is not enabled', 'RFC 6855 §4', 'argument-refused');
    if (binary && !atoms.includes('BINARY') && !atoms.includes('IMAP4REV2'))
      throw new UsageError('BINARY is not offered', 'RFC 3516 §4.4', 'argument-refused');
    if (flags) list.push({ type: 'list', items: flags.map((text): Argument => ({ type: 'atom', text })) });
    if (internalDate !== undefined) list.push({ type: 'string', text: internalDate });
    list.push({
      type: 'message',
      content: message instanceof Uint8Array ? message : { octets },
      form: header === 'utf-8' ? 'utf8' : binary ? 'binary' : 'plain',
      sizeKnown: limit !== undefined,
    });
  }
  const sources = messages.flatMap(({ message }) =>
    message instanceof Uint8Array ? [] : [new MessageSource(message)],
  );
  return { command: { verb: 'APPEND', arguments: list }, sources };
}

/** The dialogue that content is fed to. */
export interface ContentLine {
  listen(hear: (event: ImapEvent) => void): () => void;
  say(command: ImapCommand): void;
  drained(): Promise<void>;
  /** Whether nothing can be said any more. */
  readonly over: boolean;
  /** Ends the dialogue: what was announced cannot be taken back. */
  breakOff(error: unknown): void;
}

/**
 * Feeds the messages of an APPEND to the server as it asks for them. A source that is too short, too long or fails costs the connection,
 * because the server takes whatever comes next for content (RFC 9051 §4.3); one that fails before its message was announced
 * costs only the APPEND (RFC 3502 §6.3.11), and `failure` has its error then.
 */
export class Feed {
  failure: { readonly error: unknown } | undefined;
  readonly #line: ContentLine;
  readonly #sources: readonly MessageSource[];
  readonly #stop: () => void;
  #at = 0;
  #closed = false;

  constructor(line: ContentLine, { command, sources }: Append) {
    this.#line = line;
    this.#sources = sources;
    this.#stop = line.listen((event) => {
      if (event.type !== 'content' || event.command !== command) return;
      void this.#next().catch((error: unknown) => {
        if (!this.#closed) line.breakOff(error);
      });
    });
  }

  /** Lets go of everything. */
  close(): void {
    this.#closed = true;
    this.#stop();
    for (const source of this.#sources) source.close();
  }

  async #next(): Promise<void> {
    const source = this.#sources[this.#at];
    const upcoming = this.#sources[this.#at + 1];
    this.#at += 1;
    if (!source) return;
    for (;;) {
      const { piece, last } = await source.next();
      if (last) await this.#cancelUnlessReadable(upcoming);
      if (this.#line.over) return;
      this.#line.say({ verb: 'CONTENT', bytes: piece });
      if (last) return;
      await this.#line.drained();
      if (this.#line.over) return;
      this.#line.say({ verb: 'DRAINED' });
    }
  }

  async #cancelUnlessReadable(upcoming: MessageSource | undefined): Promise<void> {
    try {
      await upcoming?.prime();
    } catch (error) {
      this.failure = { error };
      if (!this.#line.over) this.#line.say({ verb: 'CANCEL' });
    }
  }
}
