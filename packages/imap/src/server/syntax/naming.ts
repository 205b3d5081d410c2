import { latin1, utf8 } from '@postern/wire';
import { decodeMailboxName, encodeMailboxName } from '../../mailbox-name.ts';
import { decoded } from '../../parse/tokens.ts';

/**
 * How a client writes the names of mailboxes. The store has them in modified UTF-7, as IMAP4rev1 does (RFC 3501 §5.1.3); once
 * IMAP4rev2 or UTF8=ACCEPT is enabled they are UTF-8 (RFC 9051 §5.1, RFC 6855 §3). Both sides are octets held as latin1.
 */
export interface Naming {
  /** The name in the store. */
  readonly read: (written: string) => string;
  readonly write: (name: string) => string;
}

/** Names as the store has them. */
export const modifiedUtf7: Naming = { read: (written) => written, write: (name) => name };

/** Names in UTF-8. */
export const utf8Names: Naming = {
  read: (written) => encodeMailboxName(decoded(written)),
  write: (name) => latin1(utf8(decodeMailboxName(decoded(name)).name)),
};

/** Whether a name is written as the store has them: only then is it the same in both forms. */
export function isModifiedUtf7(name: string): boolean {
  return encodeMailboxName(decodeMailboxName(name).name) === name;
}
