import type { Untagged } from '../parse/untagged.ts';
import type { ResponseCode, StatusResponse } from '../parse/status.ts';

/** A selected mailbox, as far as the server has told (RFC 9051 §6.3.2, §7.4). Absent = not told, or nothing that counts. */
export interface SelectedMailbox {
  /** The name it was selected by. */
  readonly name: string;
  readonly access: 'read-write' | 'read-only';
  /** How many messages there are now. */
  readonly exists: number;
  /** IMAP4rev1 only. */
  readonly recent: number | undefined;
  /** Absent = nothing may be remembered by UID. */
  readonly uidValidity: number | undefined;
  readonly uidNext: number | undefined;
  /** The first message without `\Seen`; IMAP4rev1 only. */
  readonly unseen: number | undefined;
  readonly flags: readonly string[];
  /** Flags that can be changed for good; absent = all of them. `\*` = new keywords may be made. */
  readonly permanentFlags: readonly string[] | undefined;
  /** RFC 7162 §3.1.2.1; absent where `modSequences` is not `kept`. */
  readonly highestModSequence: bigint | undefined;
  readonly modSequences: 'kept' | 'not-kept' | 'unknown';
  /** RFC 8474 §4.2. */
  readonly mailboxId: string | undefined;
  /** Whether UIDs last longer than the session (RFC 4315 §3, UIDNOTSTICKY). */
  readonly uids: 'sticky' | 'not-sticky';
}

/** A mailbox about which nothing has been told yet. */
export function nothingTold(name: string, access: SelectedMailbox['access']): SelectedMailbox {
  return {
    name,
    access,
    exists: 0,
    recent: undefined,
    uidValidity: undefined,
    uidNext: undefined,
    unseen: undefined,
    flags: [],
    permanentFlags: undefined,
    highestModSequence: undefined,
    modSequences: 'unknown',
    mailboxId: undefined,
    uids: 'sticky',
  };
}

/** What untagged data changes. `undefined` where it cannot be true: a message is gone that was not there. */
export function afterData(mailbox: SelectedMailbox, data: Untagged): SelectedMailbox | undefined {
  if (data.type === 'exists') return { ...mailbox, exists: data.number };
  if (data.type === 'recent') return { ...mailbox, recent: data.number };
  if (data.type === 'flags') return { ...mailbox, flags: data.flags };
  if (data.type === 'status' && data.response.code) return afterCode(mailbox, data.response.code);
  if (data.type === 'expunge') {
    // RFC 9051 §7.5.1: numbers begin at 1, and there is one message less.
    if (data.number === 0 || data.number > mailbox.exists) return undefined;
    return { ...mailbox, exists: mailbox.exists - 1 };
  }
  // RFC 7162 §3.2.10: what was gone before changes no number.
  if (data.type === 'vanished' && !data.earlier) {
    return { ...mailbox, exists: Math.max(0, mailbox.exists - data.uids.size) };
  }
  return mailbox;
}

function afterCode(mailbox: SelectedMailbox, { name, data }: ResponseCode): SelectedMailbox {
  if (name === 'NOMODSEQ') return { ...mailbox, highestModSequence: undefined, modSequences: 'not-kept' };
  if (name === 'UIDNOTSTICKY') return { ...mailbox, uids: 'not-sticky' };
  if (data?.name === 'UIDVALIDITY') return { ...mailbox, uidValidity: data.number };
  if (data?.name === 'UIDNEXT') return { ...mailbox, uidNext: data.number };
  if (data?.name === 'UNSEEN') return { ...mailbox, unseen: data.number };
  if (data?.name === 'PERMANENTFLAGS') return { ...mailbox, permanentFlags: data.flags };
  if (data?.name === 'MAILBOXID') return { ...mailbox, mailboxId: data.id };
  if (data?.name !== 'HIGHESTMODSEQ') return mailbox;
  return {
    ...mailbox,
    highestModSequence: data.modSequence,
    modSequences: data.modSequence === undefined ? 'not-kept' : 'kept',
  };
}

/** The mailbox as the completion of SELECT or EXAMINE leaves it (RFC 9051 §7.1, READ-ONLY). */
export function afterSelect(mailbox: SelectedMailbox, { code }: StatusResponse): SelectedMailbox {
  if (code?.name === 'READ-ONLY') return { ...mailbox, access: 'read-only' };
  if (code?.name === 'READ-WRITE') return { ...mailbox, access: 'read-write' };
  return code ? afterCode(mailbox, code) : mailbox;
}
