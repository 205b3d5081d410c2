// What lies in the maildrop: messages that a careless client would change.
import { createHash } from 'node:crypto';

/** @param {number} count @param {number} octets of each, about */
export function contents(count, octets) {
  const line = `${'The quick brown fox jumps over the lazy dog, again and again. '.repeat(2).slice(0, 70)}\r\n`;
  return Array.from({ length: count }, (_, index) => {
    const head = `From: Ann <ann@example.org>\r\nTo: Ben <ben@example.net>\r\nSubject: Message ${index + 1}\r\n\r\n.\r\n..two\r\n`;
    return Buffer.from(head + line.repeat(Math.max(1, Math.round((octets - head.length) / line.length))));
  });
}

/** What a client complains of that brings other octets than were stored. */
export const CHANGED = 'the messages are not the same';

/**
 * Whether a client has brought all, and where a digest is given the same.
 *
 * @param {readonly Uint8Array[]} messages
 * @param {{ count: number, digest?: string }} wanted
 */
export function check(messages, { count, digest }) {
  if (messages.length !== count) throw new Error(`${messages.length} of ${count} messages`);
  if (digest !== undefined && digestOf(messages) !== digest) throw new Error(CHANGED);
}

/** One digest over all of them, in order. @param {readonly Uint8Array[]} messages */
export function digestOf(messages) {
  const hash = createHash('sha256');
  for (const message of messages) hash.update(message);
  return hash.digest('hex');
}
