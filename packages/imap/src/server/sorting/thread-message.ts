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

/** So many ancestors are looked at, the nearest: a header can name as many as it has room for. */
const maxReferences = 1000;

/** Reads that of a message out of its header. */
export function threadMessage(fields: readonly HeaderField[], sent: number): ThreadMessage {
  const { text, isReply } = baseSubject(fieldValue(fields, 'subject') ?? '');
  return {
    subject: collationKey(text),
    isReply,
    sent,
    id: firstId(fields, 'message-id'),
    references: references(fields),
  };
}

/** RFC 5256 §3: References, or where that names nothing the first of In-Reply-To. */
function references(fields: readonly HeaderField[]): readonly string[] {
  const all = [...messageIds(fieldValue(fields, 'references') ?? '')];
  if (all.length > 0) return all.slice(-maxReferences);
  const first = firstId(fields, 'in-reply-to');
  return first === undefined ? [] : [first];
}

function firstId(fields: readonly HeaderField[], name: string): string | undefined {
  const [id] = messageIds(fieldValue(fields, name) ?? '');
  return id;
}
