import { utf8 } from '@postern/wire';
import { expect, test } from 'vitest';
import type { SmtpCommand } from '../commands.ts';
import { feed } from './feed.ts';
import { Job, Transaction } from './job.ts';

const bytes = utf8('Subject: x\r\n\r\nHello.\r\n');

test.each([true, false])(
  'SMTP-039 a dialogue that ends by the very command is told that nothing was written (chunks: %s)',
  async (chunks) => {
    const envelope = { from: '', to: ['ben@example.net'] };
    const plan = { mail: {}, chunks, window: false, binary: false, sevenBit: false };
    const job = new Job(envelope, bytes, { type: 'whole', bytes }, false);
    const transaction = new Transaction(job, plan, [0]);
    transaction.whole = bytes;
    // As after a reply that nobody asked for: the next command ends it, and is not sent.
    let over = false;
    const line = {
      get over() {
        return over;
      },
      send(command: SmtpCommand): void {
        over = (command.verb === 'BDAT' || command.verb === 'CONTENT') && command.last === true;
      },
      drained: () => Promise.resolve(),
    };
    await feed(transaction, line, true);
    expect(over).toBe(true);
    expect(transaction.written).toBe(false);
  },
);
