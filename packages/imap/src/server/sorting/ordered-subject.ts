import type { ThreadMessage } from './thread-message.ts';
import type { Threads } from './threads.ts';

/** THREAD=ORDEREDSUBJECT (RFC 5256 §3): the first message of a subject, by date, and all others below it. */
export function orderedSubject(messages: readonly Pick<ThreadMessage, 'subject' | 'sent'>[]): Threads {
  const byDate = [...messages.keys()].toSorted(
    (left, right) => (messages[left]?.sent ?? 0) - (messages[right]?.sent ?? 0) || left - right,
  );
  // The first of each comes in the order of all, so the threads need not be sorted again.
  const firsts = new Map<string, number>();
  const children = new Map<number, number[]>();
  for (const index of byDate) {
    const subject = messages[index]?.subject ?? '';
    const first = firsts.get(subject);
    if (first === undefined) {
      firsts.set(subject, index);
      children.set(index, []);
    } else children.get(first)?.push(index);
  }
  return { roots: [...firsts.values()], childrenOf: (node) => children.get(node) ?? [] };
}
