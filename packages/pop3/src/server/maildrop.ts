import { concatBytes, utf8 } from '@postern/wire';

/** A message in a maildrop. */
export interface StoredMessage {
  /** 1 to 70 printable characters, never used twice (RFC 1939 §7). */
  readonly uid: string;
  /** The message with CRLF line ends; a last line without one gets it. */
  readonly content: Uint8Array;
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
 * Makes a maildrop in memory. A text is a message whose uid is its place.
 *
 * @example
 * ```ts run
 * import { memoryMaildrop } from '@postern/pop3/server';
 * const maildrop = memoryMaildrop(['Subject: hi\r\n\r\nhello\r\n']);
 * console.log(maildrop.messages.length); // 1
 * ```
 */
export function memoryMaildrop(messages: readonly (string | StoredMessage)[] = []): Maildrop {
  let stored = messages.map((message, index) => {
    const { uid, content } =
      typeof message === 'string' ? { uid: `m${index + 1}`, content: utf8(message) } : message;
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
