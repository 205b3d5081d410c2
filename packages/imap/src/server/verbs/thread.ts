import { messageHeader } from '../message/message-text.ts';
import { orderedSubject } from '../sorting/ordered-subject.ts';
import { threadByReferences } from '../sorting/references.ts';
import { sentDate } from '../sorting/sort-messages.ts';
import { threadMessages } from '../sorting/thread-message.ts';
import { threadsText } from '../sorting/threads.ts';
import type { Cursor } from '../syntax/cursor.ts';
import { ok } from './answer.ts';
import type { Answer, SelectedContext } from './answer.ts';
import { checkCharset, find, numbersOf } from './finding.ts';

/** THREAD and UID THREAD (RFC 5256 §3). */
export function thread(context: SelectedContext, cursor: Cursor): Answer {
  cursor.space();
  const algorithm = cursor.oneOf(['ORDEREDSUBJECT', 'REFERENCES']);
  cursor.space();
  const charset = cursor.astring();
  cursor.space();
  const refusal = checkCharset(charset, context, undefined);
  if (refusal) return refusal;
  const { found, enables } = find(cursor, context);
  const messages = threadMessages(found, ([, { content, internalDate }]) => {
    const fields = messageHeader(content);
    return { fields, sent: sentDate(fields, internalDate) };
  });
  const threads = algorithm === 'REFERENCES' ? threadByReferences(messages) : orderedSubject(messages);
  const numbers = numbersOf(found, context.by);
  const text = threadsText(threads, (node) => numbers[node]);
  return { ...ok([text === '' ? '* THREAD' : `* THREAD ${text}`]), ...enables };
}
