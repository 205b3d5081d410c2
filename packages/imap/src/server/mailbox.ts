import { strings } from './commands.ts';

/**
 * The one mailbox there is: INBOX, empty for ever. Each function gives the untagged lines of a command, or why it is refused.
 */
export type MailboxAnswer =
  | { readonly ok: true; readonly lines: readonly string[]; readonly text: string }
  | { readonly ok: false; readonly status: 'NO' | 'BAD'; readonly text: string };

const noMailbox: MailboxAnswer = { ok: false, status: 'NO', text: '[NONEXISTENT] no such mailbox' };

/** RFC 9051 §6.3.2, RFC 3501 §6.3.1. */
export function select(argument: string, access: 'READ-WRITE' | 'READ-ONLY'): MailboxAnswer {
  const [name, more] = strings(argument) ?? [];
  if (name === undefined || more !== undefined)
    return { ok: false, status: 'BAD', text: 'one mailbox is needed' };
  if (name.toUpperCase() !== 'INBOX') return noMailbox;
  return {
    ok: true,
    lines: [
      String.raw`FLAGS (\Answered \Flagged \Deleted \Seen \Draft)`,
      '0 EXISTS',
      '0 RECENT',
      'OK [UIDVALIDITY 1] UIDs are valid',
      'OK [UIDNEXT 1] next UID',
      'OK [PERMANENTFLAGS ()] none are kept',
    ],
    text: `[${access}] selected`,
  };
}

/** RFC 9051 §6.3.9: reference and pattern; `*` and `%` mean the same where there is no hierarchy. */
export function list(verb: string, argument: string): MailboxAnswer {
  const [reference, pattern, more] = strings(argument) ?? [];
  if (reference === undefined || pattern === undefined || more !== undefined) {
    return { ok: false, status: 'BAD', text: 'a reference and a pattern are needed' };
  }
  // RFC 9051 §6.3.9: an empty pattern asks for the hierarchy delimiter.
  if (pattern === '') return { ok: true, lines: [String.raw`${verb} (\Noselect) "/" ""`], text: 'done' };
  const wanted = `${reference}${pattern}`
    .replaceAll(/[.+?^$(){}|[\]\\]/g, String.raw`\$&`)
    .replaceAll(/[*%]+/g, '.*');
  const found = new RegExp(`^${wanted}$`, 'i').test('INBOX');
  return { ok: true, lines: found ? [`${verb} () "/" INBOX`] : [], text: 'done' };
}

const items: Readonly<Record<string, number>> = {
  MESSAGES: 0,
  RECENT: 0,
  UIDNEXT: 1,
  UIDVALIDITY: 1,
  UNSEEN: 0,
  DELETED: 0,
  SIZE: 0,
};

/** RFC 9051 §6.3.11. */
export function status(argument: string): MailboxAnswer {
  const found = /^(.*) \(([A-Za-z ]+)\)$/s.exec(argument);
  const [name, more] = strings(found?.[1] ?? '') ?? [];
  const asked = (found?.[2] ?? '')
    .toUpperCase()
    .split(' ')
    .filter((item) => item !== '');
  if (
    name === undefined ||
    more !== undefined ||
    asked.length === 0 ||
    asked.some((item) => !(item in items))
  ) {
    return { ok: false, status: 'BAD', text: 'a mailbox and known items are needed' };
  }
  if (name.toUpperCase() !== 'INBOX') return noMailbox;
  return {
    ok: true,
    lines: [`STATUS INBOX (${asked.map((item) => `${item} ${items[item] ?? 0}`).join(' ')})`],
    text: 'done',
  };
}
