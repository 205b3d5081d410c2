import type { MailboxName } from '../mailbox-name.ts';
import { mailbox } from './list.ts';
import { number64 } from './numbers.ts';
import type { Number64 } from './numbers.ts';
import { another, closes, open, space, SPACE, peek, surplus, word } from './scan.ts';
import { astring } from './strings.ts';
import type { Scan } from './scan.ts';

/** One resource of a quota root (RFC 9208 §5): `STORAGE` counts in units of 1024 octets, `MESSAGE` in messages. */
export interface QuotaResource {
  /** Upper case. */
  readonly name: string;
  readonly usage: Number64 | undefined;
  readonly limit: Number64 | undefined;
}

/** What a quota root allows (RFC 9208 §4.2.1). */
export interface Quota {
  readonly root: string;
  readonly resources: readonly QuotaResource[];
}

/** Reads what stands behind `QUOTA `. */
export function quota(scan: Scan): Quota {
  const root = astring(scan);
  space(scan);
  open(scan);
  const resources: QuotaResource[] = [];
  if (closes(scan)) return { root, resources };
  do {
    const name = word(scan);
    space(scan);
    const usage = number64(scan);
    space(scan);
    resources.push({ name, usage, limit: number64(scan) });
  } while (another(scan));
  return { root, resources };
}

/** The quota roots of a mailbox (RFC 9208 §4.2.2). */
export interface QuotaRoots {
  readonly mailbox: MailboxName;
  readonly roots: readonly string[];
}

/** Reads what stands behind `QUOTAROOT `. */
export function quotaRoots(scan: Scan): QuotaRoots {
  const name = mailbox(scan);
  const roots: string[] = [];
  while (peek(scan) === SPACE) {
    if (scan.at + 1 === scan.text.length) surplus(scan);
    else {
      space(scan);
      roots.push(astring(scan));
    }
  }
  return { mailbox: name, roots };
}
