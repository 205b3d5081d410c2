import { concatBytes, utf8 } from '@postern/wire';

/** A message in a maildrop: held in memory, or read when it is asked for. */
export type StoredMessage = HeldMessage | StreamedMessage;

/** A message in memory. */
export interface HeldMessage {
  /** 1 to 70 printable characters, never used twice (RFC 1939 §7). */
  readonly uid: string;
  /** The message with CRLF line ends; a last line without one gets it. */
  readonly content: Uint8Array;
}

/** A message that is somewhere else, so that a large one needs no memory. */
export interface StreamedMessage {
  /** 1 to 70 printable characters, never used twice (RFC 1939 §7). */
  readonly uid: string;
  /** Its size in octets, as LIST tells it (RFC 1939 §11). */
  readonly octets: number;
  /** What its header holds; `utf8` needs a client that said UTF8 (RFC 6856 §5). Default `ascii`. */
  readonly header?: 'ascii' | 'utf8';
  /**
   * Reads it from its beginning, with CRLF line ends; at each RETR and TOP anew. The next piece is asked for when the client has
   * taken the one before, and pieces are used before that. `signal` aborts when the session is over. What it throws breaks the
   * connection, without the line that ends a message: no client takes a part for the whole.
   */
  read(options: { readonly signal: AbortSignal }): AsyncIterable<Uint8Array>;
}

/** Its size in octets. */
export function sizeOf(message: StoredMessage): number {
  return 'content' in message ? message.content.length : message.octets;
}

/** The octets of all messages in it. */
export function octetsIn({ messages }: OpenMaildrop): number {
  return messages.reduce((sum, message) => sum + sizeOf(message), 0);
}

/** A maildrop that outlives the sessions that open it. */
export interface Maildrop {
  /** Locks it for one session (RFC 1939 §4); `undefined` while another holds it. */
  open(): OpenMaildrop | undefined;
  /** What is in it now. */
  readonly messages: readonly StoredMessage[];
}

/** A locked maildrop. */
export interface OpenMaildrop {
  /** As they were when it was opened: numbers never move within a session. */
  readonly messages: readonly StoredMessage[];
  /** Removes these of its messages for good and unlocks. Without it nothing is removed. */
  update(gone: readonly StoredMessage[]): void;
  /** Unlocks, changing nothing. Harmless after `update`. */
  release(): void;
}

/**
 * Makes a maildrop that is a list in memory; its messages need not be. A text is a message whose uid is its place.
 *
 * @example
 * ```ts run
 * import { memoryMaildrop } from '@postern/pop3/server';
 * const maildrop = memoryMaildrop(['Subject: hi\r\n\r\nhello\r\n']);
 * console.log(maildrop.messages.length); // 1
 * ```
 */
export function memoryMaildrop(messages: readonly (string | StoredMessage)[] = []): Maildrop {
  let stored = messages.map((message, index): StoredMessage => {
    const given = typeof message === 'string' ? { uid: `m${index + 1}`, content: utf8(message) } : message;
    if ('read' in given) return given;
    const { uid, content } = given;
    const whole = content.length === 0 || (content.at(-2) === 13 && content.at(-1) === 10);
    // The size of a message counts the CRLF of its last line (RFC 1939 §11).
    return { uid, content: whole ? content : concatBytes([content, utf8('\r\n')]) };
  });
  let locked = false;
  return {
    get messages() {
      return stored;
    },
    open() {
      if (locked) return undefined;
      locked = true;
      let held = true;
      const release = (): void => {
        if (held) locked = false;
        held = false;
      };
      return {
        messages: stored,
        update(gone) {
          const removed = new Set(gone);
          if (held) stored = stored.filter((message) => !removed.has(message));
          release();
        },
        release,
      };
    },
  };
}
