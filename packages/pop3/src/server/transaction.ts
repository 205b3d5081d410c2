import type { Instant } from '@postern/wire';
import { parseNumber } from './commands.ts';
import type { ReceivedCommand } from './commands.ts';
import { octetsIn, sizeOf } from './maildrop.ts';
import type { StoredMessage } from './maildrop.ts';
import { asciiHeader, listing, negative, positive, stuffed, terminator, topOf } from './reply.ts';
import type { ServerSession } from './states.ts';
import { answer, enter, write } from './step.ts';
import type { ServerStep } from './step.ts';
import { createStuffing } from './streaming.ts';

/** The commands of the TRANSACTION state (RFC 1939 §5), and those that no state knows. */
export function transaction(
  session: ServerSession,
  { verb, words }: ReceivedCommand,
  now: Instant,
): ServerStep {
  const [first, second, more] = words;
  switch (verb) {
    case 'NOOP':
      return answer(session, first === undefined ? positive() : negative('NOOP takes no argument'));
    case 'STAT':
      return answer(session, positive(`${messagesLeft(session)} ${session.octets}`));
    case 'RSET':
      return reset(session);
    case 'LIST':
    case 'UIDL':
      if (first === undefined) return answer(session, listing('', entries(session, verb)));
      break;
    case 'RETR':
    case 'TOP':
    case 'DELE':
      break;
    default:
      return answer(session, negative('no such command'));
  }
  const number = parseNumber(first) ?? 0;
  const lines = parseNumber(second);
  const message = session.deleted.has(number) ? undefined : session.maildrop?.messages[number - 1];
  const fits = verb === 'TOP' ? lines !== undefined && more === undefined : second === undefined;
  if (!message || !fits) return answer(session, negative('no such message'));
  if ((verb === 'RETR' || verb === 'TOP') && session.rules.utf8 === 'offered' && !session.utf8) {
    // RFC 6856 §5: nobody who did not ask for it gets a header that is not ASCII.
    if (!hasAsciiHeader(message)) return answer(session, negative('say UTF8 before the login', 'UTF8'));
  }
  switch (verb) {
    case 'RETR':
      return retrieve(session, message, undefined, now);
    case 'TOP':
      return retrieve(session, message, lines ?? 0, now);
    case 'DELE':
      session.deleted.add(number);
      return answer({ ...session, octets: session.octets - sizeOf(message) }, positive());
    case 'LIST':
    case 'UIDL':
      return answer(session, positive(entry(number, message, verb)));
  }
}

/** A message from memory goes at once; one from elsewhere piece by piece, as it comes and as the client takes it. */
function retrieve(
  session: ServerSession,
  message: StoredMessage,
  lines: number | undefined,
  now: Instant,
): ServerStep {
  if ('content' in message) {
    const whole = stuffed(message.content);
    return answer(session, positive(), lines === undefined ? whole : topOf(whole, lines), terminator);
  }
  return {
    session: { ...enter(session, 'content', now), stuffing: createStuffing() },
    outputs: [write(positive()), { type: 'event', event: { type: 'content-wanted', message, lines } }],
  };
}

function hasAsciiHeader(message: StoredMessage): boolean {
  return 'content' in message ? asciiHeader(message.content) : message.header !== 'utf8';
}

function messagesLeft(session: ServerSession): number {
  return (session.maildrop?.messages.length ?? 0) - session.deleted.size;
}

/** RFC 1939 §5, §7: one line for each message that is not marked. */
function entries(session: ServerSession, verb: 'LIST' | 'UIDL'): readonly string[] {
  return (session.maildrop?.messages ?? []).flatMap((message, index) =>
    session.deleted.has(index + 1) ? [] : [entry(index + 1, message, verb)],
  );
}

function entry(number: number, message: StoredMessage, verb: 'LIST' | 'UIDL'): string {
  return `${number} ${verb === 'LIST' ? sizeOf(message) : message.uid}`;
}

function reset(session: ServerSession): ServerStep {
  const { maildrop } = session;
  const marks = { deleted: new Set<number>(), octets: maildrop ? octetsIn(maildrop) : 0 };
  return answer({ ...session, ...marks }, positive());
}
