import { beginExchange } from '@postern/sasl';
import { UsageError } from '@postern/wire';
import type { Instant } from '@postern/wire';
import { awaitedIn, verbs } from '../commands.ts';
import type { SmtpCommand, WireCommand } from '../commands.ts';
import { endOfData, prepare } from '../content/transparency.ts';
import { encodeLine, maxCommandBytes } from '../mail/encode.ts';
import type { Rules, Session, Step } from '../session.ts';
import { checkAllowed, checkFollows } from './checks.ts';
import { enter } from './enter.ts';
import { afterSending } from './transaction.ts';
import { GroupWriter } from './writes.ts';

/** The caller speaks a group of commands. Nothing is sent unless everything may be. */
export function sendGroup(
  session: Session,
  commands: readonly SmtpCommand[],
  after: WireCommand | undefined,
  now: Instant,
  rules: Rules,
): Step {
  const writer = new GroupWriter();
  const awaits: WireCommand[] = [];
  let next = session;
  let previous = after;
  for (const command of commands) {
    if (command.verb === 'RESUME' || command.verb === 'DRAINED') {
      throw new UsageError(`${command.verb} stands alone`, 'SmtpCommand');
    }
    if (!Object.hasOwn(verbs, command.verb)) {
      throw new UsageError('a command without a verb of SmtpCommand', 'RFC 5321 §4.1.1', 'argument-refused');
    }
    checkFollows(next, previous, command, rules.window);
    checkAllowed(next, command, previous, rules.protocol);
    next = say(next, command, writer, rules);
    const replies = repliesTo(next, command);
    for (let count = 0; count < replies; count += 1) awaits.push(command);
    if (replies > 0) previous = command;
    // RFC 2033 §4.2: no recipient was accepted, so nobody will answer the end of data.
    else if (command.verb === 'CONTENT' && command.last === true) next = { ...next, transaction: undefined };
  }
  const outputs = writer.finish();
  const [awaited] = awaits;
  if (after) return { session: next, outputs, awaits };
  if (awaited) return { session: enter(next, awaitedIn(awaited), now, rules), outputs, awaits };
  if (next.sending.stage === 'data') return { session: enter(next, 'data-block', now, rules), outputs };
  return { session: enter(next, 'ready', now, rules), outputs };
}

/** Writes one command; returns what is known then. */
function say(session: Session, command: WireCommand, writer: GroupWriter, rules: Rules): Session {
  const sending = afterSending(session.sending, command);
  switch (command.verb) {
    case 'AUTH': {
      // RFC 4954 §4: with its initial response the line keeps to 512 octets.
      const { exchange, line } = beginExchange(command.mechanism, {
        verb: 'AUTH',
        maxLineBytes: maxCommandBytes,
      });
      writer.masked(line);
      return { ...session, exchange };
    }
    case 'CONTENT': {
      const { bytes, state } = prepare(command.bytes, session.lineState, true);
      writer.content(bytes);
      if (command.last !== true) return { ...session, name: 'data-block', lineState: state };
      writer.line(endOfData(state));
      return { ...session, name: 'data-end', sending, lineState: 'start' };
    }
    case 'EHLO':
    case 'HELO':
    case 'LHLO':
    case 'STARTTLS':
    case 'MAIL':
    case 'RCPT':
    case 'DATA':
    case 'BDAT':
    case 'VRFY':
    case 'OTHER':
    case 'RSET':
    case 'NOOP':
    case 'QUIT':
      writer.line(
        encodeLine(command, {
          extensions: session.extensions,
          tls: session.tls,
          utf8: session.sending.utf8,
          longAddresses: rules.longAddresses,
        }),
      );
      if (command.verb === 'BDAT') writer.content(command.content);
      return sending === session.sending ? session : { ...session, sending };
  }
}

/** How many replies a command gets. */
function repliesTo(session: Session, command: WireCommand): number {
  if (command.verb === 'CONTENT' && command.last !== true) return 0;
  const ends = command.verb === 'CONTENT' || (command.verb === 'BDAT' && command.last === true);
  // RFC 2033 §4.2, §4.3: one for each recipient that was accepted.
  return ends && session.opened === 'lmtp' ? (session.transaction?.accepted ?? 0) : 1;
}
