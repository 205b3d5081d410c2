import type { MailStore, StoreRefusal } from '../store/mail-store.ts';
import type { Naming } from '../syntax/naming.ts';
import type { View } from '../view.ts';

/** What a client has switched on; each comes by ENABLE, CONDSTORE also by commands that need it (RFC 7162 §3.1). */
export type Enabled = 'CONDSTORE' | 'QRESYNC' | 'IMAP4REV2' | 'UTF8=ACCEPT';

/** What a command knows. */
export interface Context {
  readonly tag: string;
  readonly store: MailStore;
  readonly enabled: ReadonlySet<Enabled>;
  /** The command came behind UID: its numbers are UIDs (RFC 9051 §6.4.9). */
  readonly by: 'number' | 'uid';
  readonly naming: Naming;
  /** The most octets of a message of APPEND (RFC 7889). */
  readonly appendLimit: number;
}

/** Whether names and strings are UTF-8 for the client (RFC 9051 §5.1, RFC 6855 §3). */
export function speaksUtf8(enabled: ReadonlySet<Enabled>): boolean {
  return enabled.has('IMAP4REV2') || enabled.has('UTF8=ACCEPT');
}

/** A command on the selected mailbox also knows that. */
export interface SelectedContext extends Context {
  readonly view: View;
}

/** What is written: latin1 text, or octets as they are, which are lent and never change. */
export type Piece = string | Uint8Array;

/** The answer to a command, and what it changes. */
export interface Answer {
  /** Untagged responses with their line ends. */
  readonly data: readonly Piece[];
  readonly status: 'OK' | 'NO' | 'BAD';
  /** With a response code in front where there is one. */
  readonly text: string;
  /** Which mailbox is open from now on; `none` closes the one that is. */
  readonly view?: View | 'none';
  readonly enables?: readonly Enabled[];
}

/** A yes. */
export function ok(lines: readonly string[] = [], text = 'done'): Answer {
  return { data: lines.map((line) => `${line}\r\n`), status: 'OK', text };
}

/** A no with its response code. */
export function no({ code, text }: StoreRefusal | { readonly code: string; readonly text: string }): Answer {
  return { data: [], status: 'NO', text: `[${code}] ${text}` };
}

/** A yes, or a no where the store refused. */
export function done(refusal: StoreRefusal | undefined): Answer {
  return refusal ? no(refusal) : ok();
}

/** No such mailbox. */
export const nonexistent: Answer = no({ code: 'NONEXISTENT', text: 'no such mailbox' });
/** No such mailbox yet: CREATE would help (RFC 9051 §6.3.12). */
export const tryCreate: Answer = no({ code: 'TRYCREATE', text: 'no such mailbox' });
/** RFC 9051 §6.3.3 */
export const readOnly: Answer = no({ code: 'NOPERM', text: 'the mailbox is open for reading only' });
