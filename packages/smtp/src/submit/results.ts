/** What the recipients of a message are told. */
import type { Fault } from '@postern/wire';
import type { Job, Transaction } from './job.ts';
import type { RecipientResult } from './submission.ts';

/** Results for several recipients of a job. */
export function give(job: Job, indices: readonly number[], make: (address: string) => RecipientResult): void {
  for (const index of indices) job.result(index, make);
}

/** RFC 9422 §3.5: what a session has no room for may be sent in another. */
export function later(job: Job, indices: readonly number[]): void {
  give(job, indices, (recipient) => ({ status: 'retry-later', recipient, reason: 'rate-limited' }));
}

/** Whether a recipient without a result may have got the message all the same (RFC 5321 §3.8). */
export function mayHaveArrived(
  { written, refused, answered, surplus, verdicts }: Transaction,
  index: number,
  order: number,
  { reason }: Fault,
  lmtp: boolean,
): boolean {
  if (!written || refused) return false;
  // A server that says goodbye has not done what it did not answer before. In LMTP verdicts come one by one, and the
  // goodbye is that of one recipient: the others may have the message (RFC 2033 §4.2).
  if (reason === 'server-closing' && !(lmtp && verdicts > 0)) return false;
  return order >= answered || !surplus.includes(index);
}
