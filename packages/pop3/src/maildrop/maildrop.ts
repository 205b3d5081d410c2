import type { ListEntry, UidlEntry } from '../parse/listings.ts';
import type { Answer, CallOptions } from '../pop3.ts';
import type { Pop3Reply } from '../parse/reply.ts';

/** A message of a maildrop, with its unique identifier where the server has any. */
export interface MaildropEntry extends ListEntry {
  readonly uid: string | undefined;
}

/** What a maildrop holds, messages marked by DELE left out (RFC 1939 §5). */
export interface MaildropSize {
  readonly messages: number;
  readonly octets: number;
}

/** Options of {@link MessageContent.bytes}. */
export interface BytesOptions {
  /** Most octets that are taken; more reject with `reply-too-long`, and the connection is destroyed. Default 64 MiB. */
  readonly maxBytes?: number;
}

/**
 * The content of one message, while it comes in: octets as they were stored, dots unstuffed, every line with its CRLF. Read it
 * once, in pieces or whole. Nothing is read from the server but what is asked for, so a message of 10 GB needs no memory; how
 * long you take counts against no time-out. The bytes are yours, the `buffer` below them is not: small messages share one.
 */
export interface MessageContent extends AsyncIterable<Uint8Array> {
  /** All of it in one piece. */
  bytes(options?: BytesOptions): Promise<Uint8Array>;
  /** Reads what is left and throws it away: POP3 has no way to stop a message that is on its way. */
  discard(): Promise<void>;
}

/** The answer to RETR or TOP. While a positive one is not read to its end, other calls reject with a `UsageError`. */
export type Retrieved =
  | { readonly ok: true; readonly content: MessageContent }
  | {
      readonly ok: false;
      /** With code `UTF8` the message can only be had after UTF8, which a new session says before its login (RFC 6856 §5). */
      readonly reply: Pop3Reply;
    };

/** One message out of {@link Maildrop.messages}. */
export type MaildropMessage = MaildropEntry &
  (
    | {
        readonly ok: true;
        readonly content: MessageContent;
        /**
         * Marks it for deletion: DELE goes out with the next commands, and nothing waits for its reply; the next call does.
         * What was deleted is known after QUIT. A `UsageError` before the content is read to its end: what was not taken over
         * must not be lost.
         */
        delete(): void;
      }
    | { readonly ok: false; readonly reply: Pop3Reply }
  );

/** Options of {@link Maildrop.messages}. */
export interface MessagesOptions extends CallOptions {
  /** Which messages to fetch, for instance those whose `uid` is new. Default: all. */
  readonly only?: (entry: MaildropEntry) => boolean;
}

/**
 * A maildrop, once a login has opened it; before that its calls reject with a `UsageError`. The server locks it for us (RFC 1939
 * §4). Numbers stay the same within a session. Nothing is deleted before `quit`.
 */
export interface Maildrop {
  /** Numbers of the messages for which the server has accepted DELE, in that order; empty again after RSET. */
  readonly marked: readonly number[];
  /** Says STAT. */
  stat(options?: CallOptions): Promise<Answer<MaildropSize>>;
  /** Says LIST, of all messages. */
  list(options?: CallOptions): Promise<Answer<readonly ListEntry[]>>;
  /** Says UIDL, of all messages. Not every server has it: see `capabilities.uidl`. */
  uidl(options?: CallOptions): Promise<Answer<readonly UidlEntry[]>>;
  /** Says LIST and UIDL in one go. Where UIDL is not there `uid` is `undefined`. */
  entries(options?: CallOptions): Promise<Answer<readonly MaildropEntry[]>>;
  /** Says RETR: the whole message. Abort destroys the connection, also while the content comes. */
  retr(message: number, options?: CallOptions): Promise<Retrieved>;
  /** Says TOP: the header and so many lines of the body (RFC 1939 §7). Not every server has it: see `capabilities.top`. */
  top(message: number, lines: number, options?: CallOptions): Promise<Retrieved>;
  /** Says DELE: marks a message. It goes with QUIT; `rset` takes the marks away. */
  dele(message: number, options?: CallOptions): Promise<Answer<undefined>>;
  /** Says RSET: no message is marked any more. */
  rset(options?: CallOptions): Promise<Answer<undefined>>;
  /**
   * All messages, one after the other, in as few waits as there can be: RETRs go ahead of their replies where the server
   * lists PIPELINING, up to 16 KiB of them and 1 MiB of messages. The content of one message is gone when the next is asked
   * for. Breaking off the loop reads what is on its way and throws it away. Other calls reject with a `UsageError` until the
   * loop is over. Rejects with a `WireError` where the dialogue breaks, with `protocol-error` also where
   * LIST is refused.
   *
   * @example
   * ```ts
   * import type { Maildrop } from '@postern/pop3';
   *
   * export async function fetchAll(maildrop: Maildrop, store: (message: Uint8Array) => Promise<void>): Promise<void> {
   *   for await (const message of maildrop.messages()) {
   *     if (!message.ok) continue;
   *     await store(await message.content.bytes());
   *     message.delete();
   *   }
   * }
   * ```
   */
  messages(options?: MessagesOptions): AsyncIterable<MaildropMessage>;
}
