import type { Completed } from '../conversation.ts';
import type { Answer } from '../imap.ts';

/** The answer that a completion makes of a value; a negative one keeps it as what came before. */
export function answer<T>({ response, reason }: Completed, value: T): Answer<T> {
  if (response.status === 'OK') return { ok: true, value, reply: response };
  return { ok: false, reply: response, partial: value, ...(reason ? { reason } : {}) };
}
