/**
 * All changes of state of the SMTP client; the longer steps are in `transition/`, and nothing else changes a session.
 *
 * The theory. The server speaks first, once (`greeting`); then the client asks and the server answers, one reply per
 * command, in order, matched by count and never by text (RFC 2920 §3.1). So a state is named after the reply that is
 * awaited, and `ready` is the state in which none is. Five things break this simple picture:
 *
 * - STARTTLS changes who speaks: after its 220 neither side says a word of SMTP until the handshake is done (`tls`). What
 *   arrives in that gap was not sent by the peer we are about to authenticate and ends the dialogue. Afterwards everything
 *   known is forgotten: `tls-ready` makes a new session of which only the TLS layer is known (RFC 3207 §4.2).
 * - AUTH is a dialogue within the dialogue: 334 continues it, and any other reply ends it (`auth`). While a mechanism has
 *   work done outside, the machine waits for its own caller (`auth-work`).
 * - A reply that nobody asked for, or with a code that only another command can have, means that the two ends no longer count
 *   alike, so no later reply can be trusted (`desynchronised`); only 421, which may come at any time, has a meaning of its own
 *   (RFC 5321 §3.8).
 * - A greeting may be a refusal: then QUIT is the only thing left to say (`rejected`, RFC 5321 §3.1).
 * - DATA has two replies with the content between them: 354 hands the word to the caller (`content`, and `data-block` while
 *   the connection takes what was written), and the final dot is a command of its own with a reply of its own. A mail
 *   transaction is known twice: by what was answered, and by what was sent; `transition/transaction.ts` has both.
 *
 * `ended` has one way in, the `end` output, and none out.
 */
import { answerChallenge, distrustSuccess, resumeExchange } from '@postern/sasl';
import type { ExchangeStep } from '@postern/sasl';
import { sample, UsageError, utf8 } from '@postern/wire';
import type { Evidence, Instant, Output, Reason } from '@postern/wire';
import { authOutcome } from './auth/outcome.ts';
import { awaitedIn, isOfAnother, verbs } from './commands.ts';
import type { SmtpCommand, WireCommand } from './commands.ts';
import type { SmtpEvent } from './events.ts';
import { noExtensions, parseExtensions, withoutStartTls } from './extensions.ts';
import { replyClass, replyText, withEnhanced } from './reply.ts';
import type { Reply } from './reply.ts';
import { offersStartTls } from './session.ts';
import type { Input, Rules, Session, Step } from './session.ts';
import { peerEnd, tick, unreadable } from './transition/ending.ts';
import { enter } from './transition/enter.ts';
import { greeting } from './transition/greeting.ts';
import { diagnostic, end, event, over } from './transition/outputs.ts';
import { sendGroup } from './transition/send.ts';
import { startTls, tlsReady } from './transition/start-tls.ts';
import { afterAnswer, settled } from './transition/transaction.ts';
import { deaf, unsolicited } from './transition/unsolicited.ts';
import { lineOutput } from './transition/writes.ts';

/** One step. Throws a {@link UsageError} for an input of the caller that the state does not allow; nothing changes then. */
export function step(session: Session, input: Input, now: Instant, rules: Rules): Step {
  switch (input.type) {
    case 'start':
      return { session: enter(session, 'greeting', now, rules), outputs: [] };
    case 'send':
      return send(session, input.commands, input.after, now, rules);
    case 'reply':
      return reply(session, input, now, rules);
    case 'diagnostic':
      return { session, outputs: deaf(session) ? [] : [diagnostic(input.reason, input.bytes)] };
    case 'unreadable':
      return unreadable(session, input, now);
    case 'early-bytes':
      return end(session, now, 'plaintext-after-starttls', {
        bytes: sample(input.bytes),
        rule: 'RFC 3207 §4.2',
      });
    case 'tls-ready':
      return tlsReady(session, input.tls, now, rules);
    case 'end':
      return peerEnd(session, input.how, input.partial, now);
    case 'tick':
      return tick(session, input.partial, now);
  }
}

// ---- the caller speaks

function send(
  session: Session,
  commands: readonly SmtpCommand[],
  after: WireCommand | undefined,
  now: Instant,
  rules: Rules,
): Step {
  const [first] = commands;
  if (!first) return { session, outputs: [] };
  if (first.verb === 'RESUME' && commands.length === 1) return resume(session, first.result, now, rules);
  if (first.verb === 'DRAINED' && commands.length === 1) return drained(session, now, rules);
  if (session.name === 'desynchronised' && (first.verb !== 'QUIT' || commands.length > 1)) {
    // A reply to this command could not be told from one that was sent for no command.
    return end(session, now, 'desynchronised', { rule: 'RFC 5321 §4.1.1' });
  }
  return sendGroup(session, commands, after, now, rules);
}

/** The connection took what was written: the limit for a block of content begins anew, or ends with the block. */
function drained(session: Session, now: Instant, rules: Rules): Step {
  const { name } = session;
  if (name === 'data-block') return { session: enter(session, 'content', now, rules), outputs: [] };
  // RFC 5321 §4.5.3.2: a limit for the answer begins when everything has been written.
  if (name === 'bdat' || name === 'data-end')
    return { session: enter(session, name, now, rules), outputs: [] };
  return { session, outputs: [] };
}

function resume(session: Session, result: Uint8Array | undefined, now: Instant, rules: Rules): Step {
  const { exchange } = session;
  if (session.name !== 'auth-work' || !exchange) {
    throw new UsageError('RESUME without work', 'RFC 4954 §4');
  }
  return proceed(session, resumeExchange(exchange, result), now, rules);
}

// ---- the server speaks

function reply(
  session: Session,
  input: Extract<Input, { readonly type: 'reply' }>,
  now: Instant,
  rules: Rules,
): Step {
  const { command, code, lines } = input;
  if (session.name === 'greeting') return greeting(session, { code, enhanced: undefined, lines }, now, rules);
  // RFC 2034 §4: replies to EHLO and HELO have no enhanced codes.
  const plainReply = command && verbs[command.verb].state === 'ehlo';
  const content: Reply = plainReply
    ? { code, enhanced: undefined, lines }
    : withEnhanced(code, lines, session.extensions.keywords['ENHANCEDSTATUSCODES'] !== undefined);
  const mismatch = content.enhanced !== undefined && !String(code).startsWith(content.enhanced.charAt(0));
  const notes = mismatch && !deaf(session) ? [diagnostic('enhanced-mismatch', utf8(replyText(content)))] : [];
  const { session: next, outputs } = command
    ? answer(session, command, content, input, now, rules)
    : unsolicited(session, content, now, rules);
  return { session: next, outputs: [...notes, ...outputs] };
}

function answer(
  session: Session,
  command: WireCommand,
  content: Reply,
  input: Extract<Input, { readonly type: 'reply' }>,
  now: Instant,
  rules: Rules,
): Step {
  const evidence: Evidence = { reply: replyText(content) };
  if (command.verb === 'QUIT') {
    const outputs: Output<SmtpEvent>[] = [event({ type: 'reply', command, reply: content }), { type: 'end' }];
    return { session: over(session), outputs };
  }
  if (command.verb === 'AUTH' && content.code === 334) {
    const { exchange } = session;
    const rule = 'RFC 4954 §4';
    if (!exchange) return end(session, now, 'protocol-error', { ...evidence, rule });
    // A challenge is one line: with the line ends of several it is no base64, and cancelled.
    const next = answerChallenge(exchange, content.lines.join('\n'));
    return proceed(session, next, now, rules, { ...evidence, rule });
  }
  if (content.code === 421) {
    const reason: Reason = 'server-closing';
    const explained = command.verb === 'AUTH' || command.verb === 'STARTTLS' ? { reason } : {};
    const outputs = [event({ type: 'reply', command, reply: content, ...explained })];
    return end(session, now, reason, { ...evidence, rule: 'RFC 5321 §3.8' }, outputs);
  }
  const kind = replyClass(content);
  if (command.verb === 'STARTTLS') return startTls(session, command, content, input.behind, now, rules);
  if (isOfAnother(content.code, command)) {
    return end(session, now, 'desynchronised', { ...evidence, rule: 'RFC 5321 §4.3.2' });
  }
  if (command.verb === 'DATA' && content.code === 354) {
    return {
      session: enter({ ...session, lineState: 'start' }, 'content', now, rules),
      outputs: [event({ type: 'reply', command, reply: content })],
    };
  }
  // RFC 5321 §4.3.2: 3xx has a meaning only where a command has a continuation.
  if (kind === 'continue') {
    return end(session, now, 'protocol-error', { ...evidence, rule: 'RFC 5321 §4.3.2' });
  }
  const { following } = input;
  const known = afterAnswer(session, command, content);
  const next = following
    ? enter(known, awaitedIn(following), now, rules)
    : enter({ ...known, sending: settled(known) }, 'ready', now, rules);
  if (command.verb === 'AUTH') return authEnd(session, next, command, content, now);
  if (kind === 'positive' && 'domain' in command) return opened(next, command, content, rules);
  return { session: next, outputs: [event({ type: 'reply', command, reply: content })] };
}

/** EHLO, HELO or LHLO was accepted: what is offered now replaces all that was known (RFC 5321 §4.1.4). */
function opened(
  session: Session,
  command: Extract<WireCommand, { readonly domain: string }>,
  content: Reply,
  rules: Rules,
): Step {
  const listed = parseExtensions(content.lines);
  // RFC 5321 §3.2: after HELO no extension may be used, whatever the reply lists.
  const offered = command.verb === 'HELO' ? { ...noExtensions, domain: listed.domain } : listed;
  const outputs: Output<SmtpEvent>[] = [];
  if (session.tls) {
    // RFC 3207 §4.2: an offer of STARTTLS inside TLS is void.
    if (offered.startTls === 'offered') outputs.push(diagnostic('starttls-inside-tls', utf8('STARTTLS')));
  } else if (offered.startTls === 'masked') {
    const keyword = Object.keys(offered.keywords).find((name) => name.startsWith('XXXXXXX')) ?? '';
    outputs.push(diagnostic('starttls-masked', utf8(keyword)));
  } else if (offered.startTls === 'absent' && rules.offeredStartTlsBefore) {
    outputs.push(diagnostic('downgrade-suspected', utf8(replyText(content))));
  }
  const extensions = session.tls ? withoutStartTls(offered) : offered;
  outputs.push(event({ type: 'reply', command, reply: content, extensions }));
  const by = command.verb === 'LHLO' ? 'lmtp' : command.verb === 'HELO' ? 'smtp' : 'esmtp';
  return { session: { ...session, extensions, opened: by }, outputs };
}

/** An exchange goes on: something is written, or worked at. */
function proceed(
  session: Session,
  next: ExchangeStep,
  now: Instant,
  rules: Rules,
  evidence: Evidence = {},
): Step {
  switch (next.type) {
    case 'line':
      return {
        session: enter({ ...session, exchange: next.exchange }, 'auth', now, rules),
        outputs: [lineOutput(next.line)],
      };
    case 'work':
      return {
        session: enter({ ...session, exchange: next.exchange }, 'auth-work', now, rules),
        outputs: [event({ type: 'work', work: next.work })],
      };
    case 'broken':
      return end(session, now, next.reason, evidence);
  }
}

/** The reply that ends AUTH (RFC 4954 §4, §6). */
function authEnd(session: Session, next: Session, command: WireCommand, content: Reply, now: Instant): Step {
  const { exchange } = session;
  const closed: Session = { ...next, exchange: undefined };
  const context = { insideTls: session.tls !== undefined, offersStartTls: offersStartTls(session) };
  const refusal = authOutcome(content, context);
  if (refusal) {
    const reason = exchange?.refusal ?? refusal.reason;
    return { session: closed, outputs: [event({ type: 'reply', command, reply: content, reason })] };
  }
  const lie = exchange ? distrustSuccess(exchange) : 'protocol-error';
  if (lie) {
    return end(session, now, lie, {
      reply: replyText(content),
      rule: 'RFC 4422 §3.6',
    });
  }
  return {
    session: { ...closed, authenticated: true },
    outputs: [event({ type: 'reply', command, reply: content })],
  };
}
