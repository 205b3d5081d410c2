/** Commands made from a transaction. */
import type { SmtpCommand } from '../commands.ts';
import { withLineEnds } from '../content/transparency.ts';
import type { Transaction } from './job.ts';

/** RCPT for one recipient of a transaction, by its place there. */
export function rcpt({ job, recipients }: Transaction, order: number): SmtpCommand {
  const command = job.rcpts[recipients[order] ?? -1];
  if (!command) throw new RangeError(`no recipient ${order}`);
  return command;
}

/** The whole content as the only chunk, its line ends complete. */
export function lastChunk({ job, whole = new Uint8Array(0), plan }: Transaction): SmtpCommand {
  const measured = job.measured();
  const clean = measured?.bare === 0 && measured.state !== 'after-cr';
  return { verb: 'BDAT', content: plan.binary || clean ? whole : withLineEnds(whole), last: true };
}
