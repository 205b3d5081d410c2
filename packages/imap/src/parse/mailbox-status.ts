import type { MailboxName } from '../mailbox-name.ts';
import { objectId } from './fetch.ts';
import { mailbox } from './list.ts';
import { modSequence, number, number64, positive } from './numbers.ts';
import type { Number64 } from './numbers.ts';
import { another, closes, nil, open, space, word } from './scan.ts';
import { skip } from './skip.ts';
import type { Scan } from './scan.ts';

/** What STATUS tells about a mailbox (RFC 9051 §6.3.11, §7.3.5). Absent = not asked for, or no number that counts. */
export interface MailboxStatus {
  readonly mailbox: MailboxName;
  readonly messages: number | undefined;
  readonly recent: number | undefined;
  readonly uidNext: number | undefined;
  /** Absent also where the server said 0: then nothing may be remembered by UID. */
  readonly uidValidity: number | undefined;
  readonly unseen: number | undefined;
  readonly deleted: number | undefined;
  /** All messages together, in octets (RFC 8438). */
  readonly size: Number64 | undefined;
  /** RFC 7162 §3.1.2.2; 0n = the mailbox keeps no mod-sequences. */
  readonly highestModSequence: bigint | undefined;
  /** The largest message that may be appended (RFC 7889); `null` = no limit of the mailbox's own. */
  readonly appendLimit: Number64 | null | undefined;
  /** RFC 8474 §4.3. */
  readonly mailboxId: string | undefined;
}

/** Reads what stands behind `STATUS `. */
export function mailboxStatus(scan: Scan): MailboxStatus {
  const status: { -readonly [Key in keyof MailboxStatus]: MailboxStatus[Key] } = {
    mailbox: mailbox(scan),
    messages: undefined,
    recent: undefined,
    uidNext: undefined,
    uidValidity: undefined,
    unseen: undefined,
    deleted: undefined,
    size: undefined,
    highestModSequence: undefined,
    appendLimit: undefined,
    mailboxId: undefined,
  };
  space(scan);
  open(scan);
  if (closes(scan)) return status;
  do {
    const item = word(scan);
    space(scan);
    switch (item) {
      case 'MESSAGES':
        status.messages = number(scan);
        break;
      case 'RECENT':
        status.recent = number(scan);
        break;
      case 'UIDNEXT':
        status.uidNext = positive(scan);
        break;
      case 'UIDVALIDITY':
        status.uidValidity = positive(scan);
        break;
      case 'UNSEEN':
        status.unseen = number(scan);
        break;
      case 'DELETED':
        status.deleted = number(scan);
        break;
      case 'SIZE':
        status.size = number64(scan);
        break;
      case 'HIGHESTMODSEQ':
        status.highestModSequence = modSequence(scan);
        break;
      case 'APPENDLIMIT':
        status.appendLimit = nil(scan) ? null : number64(scan);
        break;
      case 'MAILBOXID':
        status.mailboxId = objectId(scan);
        break;
      default:
        skip(scan);
    }
  } while (another(scan));
  return status;
}
