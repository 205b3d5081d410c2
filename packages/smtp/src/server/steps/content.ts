/** What comes after DATA and BDAT. */
import type { Instant } from '@postern/wire';
import type { MessageAbortReason } from '../events.ts';
import { isFlood } from '../message/intake.ts';
import type { ContentSummary } from '../message/intake.ts';
import type { ServerRules } from '../options.ts';
import { encodeReply, oneLine } from '../reply.ts';
import type { ServerReply } from '../reply.ts';
import type { ServerSession, ServerStep } from '../session.ts';
import { sequence } from '../verbs/answer.ts';
import { sendsEnhanced } from '../verbs/extensions.ts';
import { clientInfo, envelopeOf } from '../verbs/mail.ts';
import { conclude, enter, event, farewell, over, refuse, told, withEvents, write } from './basic.ts';

/** Content begins: gives the message a name, and tells who wants its pieces. */
function begin(session: ServerSession, content: 'data' | 'chunks', rules: ServerRules): ServerStep {
  const { transaction } = session;
  if (!transaction) return { session, outputs: [] };
  const id = rules.trace?.id();
  return {
    session: { ...session, transaction: { ...transaction, content, id } },
    outputs: rules.asks.includes('message')
      ? [
          event({
            type: 'message-begin',
            envelope: envelopeOf(session),
            client: clientInfo(session, rules),
            id,
          }),
        ]
      : [],
  };
}

/** DATA was accepted (RFC 5321 §4.1.1.4). */
export function beginData(
  session: ServerSession,
  reply: ServerReply,
  now: Instant,
  rules: ServerRules,
): ServerStep {
  const step = begin(session, 'data', rules);
  return {
    session: enter(step.session, 'data', now, rules),
    outputs: [...step.outputs, write(reply, session, rules)],
  };
}

/** BDAT (RFC 3030 §2): its octets are taken in, or swallowed, before anything is said. */
export function bdat(
  session: ServerSession,
  argument: string,
  refusal: ServerReply | undefined,
  now: Instant,
  rules: ServerRules,
): ServerStep {
  const parsed = /^(\d{1,20})( +LAST)?$/i.exec(argument);
  if (!parsed) {
    // How many octets follow is not known, and none of them may be taken for a command: hang up (RFC 5321 §7.8).
    const reply = oneLine(501, '5.5.4', 'say BDAT size [LAST]');
    return withEvents([told('BDAT', argument)(501)], farewell(session, reply, rules));
  }
  const { transaction } = session;
  // Its octets would have to be swallowed for ever.
  if (isFlood(Number(parsed[1]), rules.limits.maxMessageBytes)) {
    return withEvents([told('BDAT', argument)(552)], flooded(session, rules));
  }
  const out = !transaction || transaction.recipients.length === 0 || transaction.content === 'failed';
  const chunk = {
    size: Number(parsed[1]),
    last: parsed[2] !== undefined,
    refusal: refusal ?? (out ? sequence.reply : undefined),
  };
  const first = !chunk.refusal && transaction?.content === 'none';
  const step = first ? begin(session, 'chunks', rules) : { session, outputs: [] };
  return { ...step, session: enter({ ...step.session, chunk }, 'chunk', now, rules) };
}

/**
 * More content than a message that is merely too large: nobody waits for its end (RFC 5321 §7.8). A message over the limit is
 * else read to its end and then refused, because a client that is cut off would come again.
 */
export function flooded(session: ServerSession, rules: ServerRules): ServerStep {
  const { content } = session.transaction ?? {};
  const events = content === 'data' || content === 'chunks' ? [aborted('too-large')] : [];
  return { ...withEvents(events, farewell(session, tooLarge, rules)), concluded: true };
}

const tooLarge: ServerReply = oneLine(552, '5.3.4', 'message too large');

/** The end of the content, or of a chunk of it, has come. */
export function contentEnd(
  session: ServerSession,
  content: ContentSummary,
  now: Instant,
  rules: ServerRules,
): ServerStep {
  const { chunk, transaction } = session;
  if (!chunk) return judge(session, content, now, rules);
  const say = tellChunk(session);
  if (chunk.refusal) {
    // RFC 2033 §4.3: after the last chunk as many replies as recipients were accepted, which may be none.
    const silent = rules.protocol === 'lmtp' && chunk.last && transaction;
    const replies = silent
      ? transaction.recipients.map(() => chunk.refusal ?? sequence.reply)
      : [chunk.refusal];
    return withEvents([say(chunk.refusal.code)], conclude(afterChunk(session), replies, now, rules));
  }
  if (chunk.last) return judge(session, content, now, rules);
  if (content.tooLarge) {
    const step = refuse(afterChunk(session), tooLarge, now, rules);
    return { ...withEvents([say(552), aborted('too-large')], step), concluded: true };
  }
  const reply = oneLine(250, '2.0.0', `${chunk.size} octets received`);
  const next = { ...session, chunk: undefined, errors: 0 };
  return {
    session: enter(next, 'command', now, rules),
    outputs: [say(250), write(reply, session, rules)],
  };
}

/** The event of the BDAT command, told when its chunk is answered. */
export function tellChunk({ chunk }: ServerSession): ReturnType<typeof told> {
  return told('BDAT', `${chunk?.size ?? 0}${chunk?.last === true ? ' LAST' : ''}`);
}

/** A chunk was refused: the last ends the transaction, another makes it useless (RFC 3030 §2). */
function afterChunk(session: ServerSession): ServerSession {
  const { chunk, transaction } = session;
  const failed = transaction && { ...transaction, content: 'failed' as const };
  return { ...session, chunk: undefined, transaction: chunk?.last === true ? undefined : failed };
}

/** The event of a message that came to nothing. */
export function aborted(reason: MessageAbortReason): ReturnType<typeof event> {
  return event({ type: 'message-aborted', reason });
}

/** Whether complete content keeps to the rules. */
function judge(
  session: ServerSession,
  content: ContentSummary,
  now: Instant,
  rules: ServerRules,
): ServerStep {
  const refusal = refusalOf(session, content, rules);
  if (!refusal) {
    const asked = { ...session, question: { type: 'message' } } as const;
    if (!rules.asks.includes('message')) return taken(session, content, now, rules);
    const { size, bareLineEnds } = content;
    const recipients = session.transaction?.recipients.length ?? 0;
    return {
      session: enter(asked, 'asking', now, rules),
      outputs: [event({ type: 'ask-message', recipients, size, bareLineEnds })],
    };
  }
  const { reason, reply } = refusal;
  const events = session.chunk ? [tellChunk(session)(reply.code), aborted(reason)] : [aborted(reason)];
  // RFC 5321 §4.1.1.4: the end of the content ends the transaction, whatever the reply.
  const next = { ...session, transaction: undefined, chunk: undefined };
  const replies = forEach(session, reply, rules);
  if (reason !== 'bare-line-end') return withEvents(events, conclude(next, replies, now, rules));
  // Two servers that disagree about line ends can be made to disagree about where a message ends (RFC 5321 §7.8 allows to
  // hang up on an attack).
  const said = replies.map((each) => ({
    type: 'write' as const,
    bytes: encodeReply(each, sendsEnhanced(session, rules)),
  }));
  return { session: over(next), outputs: [...events, ...said, { type: 'end' }], concluded: true };
}

function refusalOf(
  session: ServerSession,
  content: ContentSummary,
  rules: ServerRules,
): { readonly reason: MessageAbortReason; readonly reply: ServerReply } | undefined {
  // By BDAT nothing can be smuggled, because nothing is searched for; it is told and no more.
  if (content.bareLineEnds && !session.chunk) {
    return { reason: 'bare-line-end', reply: oneLine(550, '5.5.2', 'bare CR or LF in the message') };
  }
  if (content.tooLarge) return { reason: 'too-large', reply: tooLarge };
  if (content.lineTooLong) {
    return { reason: 'line-too-long', reply: oneLine(500, '5.5.2', 'text line too long') };
  }
  // RFC 5321 §6.3
  if (content.hops > rules.limits.maxHops) {
    return { reason: 'loop', reply: oneLine(554, '5.4.6', 'too many hops, mail loop') };
  }
  return undefined;
}

/** The reply, in LMTP once for each recipient (RFC 2033 §4.2). */
function forEach(
  { transaction }: ServerSession,
  reply: ServerReply,
  rules: ServerRules,
): readonly ServerReply[] {
  return rules.protocol === 'lmtp' ? (transaction?.recipients ?? []).map(() => reply) : [reply];
}

/** What a message is answered with when all is well. */
export const messageAccepted: ServerReply = oneLine(250, '2.0.0', 'message accepted');

/** Nobody wants to be asked: the message is accepted and handed out. */
function taken(
  session: ServerSession,
  content: ContentSummary,
  now: Instant,
  rules: ServerRules,
): ServerStep {
  const envelope = envelopeOf(session);
  const { domain = '', extended, user, authorizationId, tls } = session;
  const message = {
    from: envelope.sender.path,
    recipients: envelope.recipients.map(({ path }) => path),
    envelope,
    content: content.bytes,
    bareLineEnds: content.bareLineEnds,
    domain,
    extended,
    user,
    authorizationId,
    tls,
  };
  const events = [event({ type: 'message', message })];
  if (session.chunk) events.unshift(tellChunk(session)(250));
  const next = { ...session, transaction: undefined, chunk: undefined };
  return withEvents(events, conclude(next, forEach(session, messageAccepted, rules), now, rules));
}
