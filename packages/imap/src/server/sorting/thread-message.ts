import { fieldValue } from '../message/header.ts';
import type { HeaderField } from '../message/header.ts';
import { baseSubject } from './base-subject.ts';
import { collationKey } from './collation.ts';
import { messageIds } from './message-ids.ts';

/** What threading looks at in a message. */
export interface ThreadMessage {
  /** The key of its base subject (RFC 5256 §2.1); empty where there is none. */
  readonly subject: string;
  readonly isReply: boolean;
  /** When it was sent, in milliseconds since 1970 (RFC 5256 §2.2). */
  readonly sent: number;
  /** Its own identifier, if it has one. */
  readonly id: string | undefined;
  /** Those of the messages that it answers, the nearest last. */
  readonly references: readonly string[];
}

/** So many ancestors of a message are looked at, the nearest: a header can name as many as it has room for. */
const maxReferences = 1000;

/** So many of all messages; beyond them only the nearest of each, so that headers cannot fill the memory. */
const maxInAll = 2_000_000;

/** Reads that of messages, out of their headers and the dates they were sent. */
export function threadMessages<Entry>(
  entries: readonly Entry[],
  read: (entry: Entry) => { readonly fields: readonly HeaderField[]; readonly sent: number },
): readonly ThreadMessage[] {
  let left = maxInAll;
  return entries.map((entry) => {
    const { fields, sent } = read(entry);
    const { text, isReply } = baseSubject(fieldValue(fields, 'subject') ?? '');
    const ancestors = references(fields, left > 0 ? maxReferences : 1);
    left -= ancestors.length;
    return {
      subject: collationKey(text),
      isReply,
      sent,
      id: firstId(fields, 'message-id'),
      references: ancestors,
    };
  });
}

/** RFC 5256 §3: References, or where that names nothing the first of In-Reply-To. */
function references(fields: readonly HeaderField[], most: number): readonly string[] {
  const nearest: string[] = [];
  for (const id of messageIds(fieldValue(fields, 'references') ?? '')) {
    nearest.push(id);
    // Of a header of megabytes not all are held at once.
    if (nearest.length === 2 * most) nearest.splice(0, most);
  }
  if (nearest.length > 0) return nearest.slice(-most);
  const first = firstId(fields, 'in-reply-to');
  return first === undefined ? [] : [first];
}

function firstId(fields: readonly HeaderField[], name: string): string | undefined {
  const [id] = messageIds(fieldValue(fields, name) ?? '');
  return id;
}
