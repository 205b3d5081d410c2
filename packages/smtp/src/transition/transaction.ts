import type { WireCommand } from '../commands.ts';
import { replyClass } from '../reply.ts';
import type { Reply } from '../reply.ts';
import { noTransaction } from '../session.ts';
import type { Sending, Session, Transaction } from '../session.ts';

/** The transaction once a command has been answered (RFC 5321 §4.1.4). */
export function afterAnswer(session: Session, command: WireCommand, reply: Reply): Session {
  const { transaction } = session;
  const next = changed(transaction, command, replyClass(reply) === 'positive');
  return next === transaction ? session : { ...session, transaction: next };
}

function changed(
  transaction: Transaction | undefined,
  command: WireCommand,
  positive: boolean,
): Transaction | undefined {
  switch (command.verb) {
    case 'MAIL':
      // A MAIL that is refused for its order leaves the open transaction as it is.
      return positive ? { accepted: 0, chunks: 'none' } : transaction;
    case 'RCPT':
      return positive && transaction ? { ...transaction, accepted: transaction.accepted + 1 } : transaction;
    case 'BDAT':
      // RFC 3030 §2: after a failed chunk only RSET helps; it may have been refused without an open transaction.
      if (!positive) return { accepted: transaction?.accepted ?? 0, chunks: 'failed' };
      return command.last === true ? undefined : transaction && { ...transaction, chunks: 'some' };
    case 'CONTENT':
      // RFC 5321 §4.1.1.4: the verdict ends the transaction, whatever it is.
      return undefined;
    case 'RSET':
    case 'EHLO':
    case 'HELO':
    case 'LHLO':
      return positive ? undefined : transaction;
    case 'DATA':
    case 'VRFY':
    case 'OTHER':
    case 'NOOP':
    case 'QUIT':
    case 'STARTTLS':
    case 'AUTH':
      return transaction;
  }
}

/** The transaction once a command has been sent, as if it were to succeed. */
export function afterSending(sending: Sending, command: WireCommand): Sending {
  switch (command.verb) {
    case 'MAIL':
      return {
        stage: 'mail',
        utf8: command.parameters?.smtpUtf8 === true,
        binary: command.parameters?.body === 'BINARYMIME',
      };
    case 'RCPT':
      return sending.stage === 'rcpt' ? sending : { ...sending, stage: 'rcpt' };
    case 'DATA':
      return { ...sending, stage: 'data' };
    case 'BDAT':
      return command.last === true ? noTransaction : { ...sending, stage: 'bdat' };
    case 'CONTENT':
      return command.last === true ? noTransaction : sending;
    case 'RSET':
    case 'EHLO':
    case 'HELO':
    case 'LHLO':
      return noTransaction;
    case 'VRFY':
    case 'OTHER':
    case 'NOOP':
    case 'QUIT':
    case 'STARTTLS':
    case 'AUTH':
      return sending;
  }
}

/** Everything sent is answered: what was assumed gives way to what is known. */
export function settled({ transaction, sending }: Session): Sending {
  if (!transaction) return sending.stage === 'none' ? sending : noTransaction;
  const { accepted, chunks } = transaction;
  if (chunks === 'failed') return { ...sending, stage: 'failed' };
  if (chunks === 'some') return { ...sending, stage: 'bdat' };
  return { ...sending, stage: accepted > 0 ? 'rcpt' : 'mail' };
}
