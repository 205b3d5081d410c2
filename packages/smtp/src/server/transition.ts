/**
 * All changes of state of the SMTP server, and nothing else.
 *
 * The theory. The server greets (`delay` where it takes its time), then waits for one command after another (`command`) and
 * answers each, in order, refused ones included: only QUIT, a client that makes nothing but errors, and time end the
 * dialogue (RFC 5321 §3.8). Three commands lead into another state: DATA, because what follows is text and no commands
 * (`data`); AUTH, because what follows are responses (`auth`); STARTTLS, because what follows is a handshake (`tls`), after
 * which the session is as new and nothing that came in plaintext counts (RFC 3207 §4.2).
 *
 * `refusing` is the server without service, `deaf` the one that plays dead; both exist because clients must be tried
 * against them. `ended` has one way in, the `end` output, and none out.
 */
import { decodeBase64, encodeBase64, serverMechanism } from '@postern/sasl';
import type { ServerStep as SaslStep } from '@postern/sasl';
import { concatBytes, sample, UsageError, utf8 } from '@postern/wire';
import type { Instant, Output } from '@postern/wire';
import { parseCommand } from './commands.ts';
import type { Content } from './data.ts';
import type { SmtpServerEvent } from './events.ts';
import type { GreetingHabit, ServerRules } from './options.ts';
import { encodeReply, oneLine } from './reply.ts';
import type { ServerReply } from './reply.ts';
import { newServerSession } from './session.ts';
import type { ServerInput, ServerSession, ServerStep } from './session.ts';
import { serverStates } from './states.ts';
import type { ServerStateName } from './states.ts';
import { answerVerb, authMechanisms, gate, offersAuth, sendsEnhanced } from './verbs.ts';
import type { VerbAnswer } from './verbs.ts';

/** One step. */
export function serverStep(
  session: ServerSession,
  input: ServerInput,
  now: Instant,
  rules: ServerRules,
): ServerStep {
  switch (input.type) {
    case 'start':
      return start(session, now, rules);
    case 'line':
      return session.name === 'auth'
        ? authResponse(session, input.text, now, rules)
        : command(session, input.text, now, rules);
    case 'too-long':
      return tooLong(session, now, rules);
    case 'bare-lf':
      // RFC 5321 §2.3.8
      return refuse(session, oneLine(500, '5.5.2', 'bare LF: end lines with CR LF'), now, rules);
    case 'content':
      return contentEnd(session, input.content, now, rules);
    case 'untimely': {
      const type = session.name === 'delay' ? 'early-talker' : 'discarded';
      return { session, outputs: [event({ type, bytes: sample(input.bytes) })] };
    }
    case 'tls-ready':
      if (session.name !== 'tls') throw new UsageError('tlsReady without start-tls', 'RFC 3207 §4');
      return {
        session: enter(newServerSession(input.tls), 'command', now, rules),
        outputs: [event({ type: 'secured', tls: input.tls })],
      };
    case 'end':
      return { session: over(session), outputs: [{ type: 'end' }] };
    case 'tick':
      return tick(session, now, rules);
    case 'close':
      // Plaintext has no place in a handshake (RFC 3207 §4), and the deaf are mute.
      if (session.name === 'tls' || session.name === 'deaf') {
        return { session: over(session), outputs: [{ type: 'end' }] };
      }
      return farewell(session, oneLine(421, '4.3.2', `${rules.domain} is shutting down`), rules);
  }
}

/** Waits in a state from now on. */
function enter(
  session: ServerSession,
  name: ServerStateName,
  now: Instant,
  rules: ServerRules,
): ServerSession {
  const { patience } = serverStates[name];
  const deadline = patience === undefined ? undefined : now + rules.patience[patience];
  return { ...session, name, since: now, deadline };
}

function over(session: ServerSession): ServerSession {
  return { ...session, name: 'ended', deadline: undefined, exchange: undefined };
}

function event(content: SmtpServerEvent): Output<SmtpServerEvent> {
  return { type: 'event', event: content };
}

function write(reply: ServerReply, session: ServerSession, rules: ServerRules): Output<SmtpServerEvent> {
  return { type: 'write', bytes: encodeReply(reply, sendsEnhanced(session, rules)) };
}

/** The last reply, and the end. */
function farewell(session: ServerSession, reply: ServerReply, rules: ServerRules): ServerStep {
  return { session: over(session), outputs: [write(reply, session, rules), { type: 'end' }] };
}

// ---- the greeting

function start(session: ServerSession, now: Instant, rules: ServerRules): ServerStep {
  const { greeting } = rules;
  const delay = greeting.type === 'silent' ? 0 : (greeting.delay ?? 0);
  if (delay === 0) return greet(session, greeting, now, rules);
  return { session: { ...session, name: 'delay', since: now, deadline: now + delay }, outputs: [] };
}

function greet(
  session: ServerSession,
  greeting: GreetingHabit,
  now: Instant,
  rules: ServerRules,
): ServerStep {
  switch (greeting.type) {
    case 'ready': {
      const text = `${rules.domain} ${greeting.text ?? 'ESMTP ready'}`;
      return {
        session: enter(session, 'command', now, rules),
        outputs: [write(oneLine(220, undefined, text), session, rules)],
      };
    }
    case 'refused': {
      const text = greeting.text ?? `${rules.domain} no service here`;
      const reply = oneLine(greeting.code, undefined, text);
      // RFC 5321 §3.8: after 421 the server closes; after 554 it waits for QUIT (§3.1).
      if (greeting.code === 421) return farewell(session, reply, rules);
      return { session: enter(session, 'refusing', now, rules), outputs: [write(reply, session, rules)] };
    }
    case 'silent':
      return { session: enter(session, 'deaf', now, rules), outputs: [] };
    case 'raw':
      return {
        session: enter(session, 'deaf', now, rules),
        outputs: [{ type: 'write', bytes: fromLatin1(greeting.text) }],
      };
  }
}

/** One octet per character. */
function fromLatin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

// ---- commands

function command(session: ServerSession, line: string, now: Instant, rules: ServerRules): ServerStep {
  const parsed = parseCommand(line) ?? { verb: '', argument: undefined };
  const { verb, argument = '' } = parsed;
  const told = (code: number, shown = argument): Output<SmtpServerEvent> =>
    event({ type: 'command', verb, argument: shown, code });
  if (session.name === 'refusing' && verb !== 'QUIT') {
    // RFC 5321 §3.1, RFC 7504 §3: 521 is said again, after 554 everything is out of sequence.
    const code = rules.greeting.type === 'refused' && rules.greeting.code === 521 ? 521 : 503;
    return withEvents([told(code)], refuse(session, oneLine(code, '5.3.2', 'no service here'), now, rules));
  }
  const refusal = gate(verb, session, rules);
  if (!refusal && verb === 'STARTTLS') return startTls(session, parsed.argument, now, rules, told);
  if (!refusal && verb === 'AUTH') {
    const mechanism = /^\S*/.exec(argument)?.[0] ?? '';
    return auth(session, argument, now, rules, (code) => told(code, mechanism));
  }
  const answer = refusal ?? answerVerb(parsed, session, rules);
  return withEvents(
    [told(answer.reply.code, verb === 'AUTH' ? '' : argument)],
    obey(session, answer, now, rules),
  );
}

function withEvents(events: readonly Output<SmtpServerEvent>[], step: ServerStep): ServerStep {
  return { session: step.session, outputs: [...events, ...step.outputs] };
}

/** Gives an answer and makes the change it names. */
function obey(session: ServerSession, answer: VerbAnswer, now: Instant, rules: ServerRules): ServerStep {
  const { reply } = answer;
  if (reply.code >= 400) return refuse(session, reply, now, rules);
  const next = { ...session, ...answer.change, errors: 0 };
  if (answer.next === 'end') return farewell(next, reply, rules);
  const name = answer.next ?? 'command';
  return { session: enter(next, name, now, rules), outputs: [write(reply, session, rules)] };
}

/** A negative reply. Too many in a row, and the client is either broken or up to something (RFC 5321 §7.8). */
function refuse(session: ServerSession, reply: ServerReply, now: Instant, rules: ServerRules): ServerStep {
  const errors = reply.code >= 500 ? session.errors + 1 : 0;
  if (errors >= rules.limits.maxErrors) {
    return farewell(session, oneLine(421, '4.7.0', 'too many errors'), rules);
  }
  const name = session.name === 'refusing' ? 'refusing' : 'command';
  const next = { ...session, errors, exchange: undefined };
  return { session: enter(next, name, now, rules), outputs: [write(reply, session, rules)] };
}

function tooLong(session: ServerSession, now: Instant, rules: ServerRules): ServerStep {
  // RFC 4954 §4 has a code of its own for a line of AUTH.
  const reply =
    session.name === 'auth'
      ? oneLine(500, '5.5.6', 'authentication exchange line too long')
      : oneLine(500, '5.5.2', 'line too long');
  return refuse(session, reply, now, rules);
}

// ---- STARTTLS

type Told = (code: number) => Output<SmtpServerEvent>;

function startTls(
  session: ServerSession,
  argument: string | undefined,
  now: Instant,
  rules: ServerRules,
  told: Told,
): ServerStep {
  const habit = rules.startTls;
  const no = (code: number, enhanced: string, text: string): ServerStep =>
    withEvents([told(code)], refuse(session, oneLine(code, enhanced, text), now, rules));
  if (argument !== undefined) return no(501, '5.5.4', 'STARTTLS takes no argument');
  // RFC 3207 §4.2
  if (session.tls) return no(503, '5.5.1', 'TLS is active already');
  const ahead = oneLine(220, '2.0.0', 'go ahead');
  const tls = enter(session, 'tls', now, rules);
  switch (habit.type) {
    case 'absent':
      if (habit.accepts !== true) return no(502, '5.5.1', 'STARTTLS is not implemented');
      break;
    case 'masked':
      // The device in between overwrites the client's verb as well as the server's keyword.
      if (habit.accepts !== true) return no(500, '5.5.2', 'command not recognised');
      break;
    case 'refused': {
      const enhanced = habit.code < 500 ? '4.7.0' : '5.7.0';
      return no(habit.code, enhanced, habit.text ?? 'TLS is not available now');
    }
    case 'closes':
      return {
        session: over(session),
        outputs:
          habit.after === 'verb'
            ? [{ type: 'end' }]
            : [told(220), write(ahead, session, rules), { type: 'end' }],
      };
    case 'silent':
      return {
        session: enter(session, 'deaf', now, rules),
        outputs: [told(220), write(ahead, session, rules)],
      };
    case 'injected': {
      const injected = fromLatin1(habit.text ?? '250 injected\r\n');
      const bytes = concatBytes([encodeReply(ahead, sendsEnhanced(session, rules)), injected]);
      return { session: tls, outputs: [told(220), { type: 'write', bytes }, { type: 'start-tls' }] };
    }
    case 'offered':
      break;
  }
  return { session: tls, outputs: [told(220), write(ahead, session, rules), { type: 'start-tls' }] };
}

// ---- AUTH

function auth(
  session: ServerSession,
  argument: string,
  now: Instant,
  rules: ServerRules,
  told: Told,
): ServerStep {
  const no = (code: number, enhanced: string, text: string): ServerStep =>
    withEvents([told(code)], refuse(session, oneLine(code, enhanced, text), now, rules));
  if (!rules.auth) return no(502, '5.5.1', 'AUTH is not implemented');
  // RFC 4954 §4: once per session, and never within a mail transaction.
  if (session.user !== undefined || session.transaction) return no(503, '5.5.1', 'not now');
  // RFC 4954 §4, RFC 8314 §4.1: refused before anybody looks at the credentials, so the answer tells nothing about them.
  if (!offersAuth(session, rules)) return no(504, '5.5.4', 'not without TLS');
  if (session.failedLogins >= rules.limits.maxFailedLogins) {
    const reply = oneLine(421, '4.7.0', 'too many failed logins');
    return withEvents([told(421)], farewell(session, reply, rules));
  }
  const [name = '', initial, ...more] = argument.split(' ');
  if (name === '' || more.length > 0) return no(501, '5.5.4', 'say AUTH mechanism [initial-response]');
  const mechanism = authMechanisms(rules).includes(name.toUpperCase())
    ? serverMechanism(name, rules.auth)
    : undefined;
  if (!mechanism) return no(504, '5.5.4', 'mechanism not recognised');
  // RFC 4954 §4: `=` is an initial response of length zero.
  const response =
    initial === '=' ? new Uint8Array(0) : initial === undefined ? undefined : decodeBase64(initial);
  if (initial !== undefined && !response) return no(501, '5.5.2', 'cannot decode the initial response');
  const begun = { ...session, exchange: mechanism };
  return authStep(begun, mechanism.start(response), now, rules, told);
}

function authResponse(session: ServerSession, line: string, now: Instant, rules: ServerRules): ServerStep {
  const { exchange } = session;
  const told: Told = (code) => event({ type: 'command', verb: 'AUTH', argument: exchange?.name ?? '', code });
  const no = (code: number, enhanced: string, text: string): ServerStep =>
    withEvents([told(code)], refuse(session, oneLine(code, enhanced, text), now, rules));
  // RFC 4954 §4: `*` cancels.
  if (line === '*' || !exchange) return no(501, '5.0.0', 'authentication cancelled');
  const response = decodeBase64(line);
  if (!response) return no(501, '5.5.2', 'cannot decode the response');
  return authStep(session, exchange.next(response), now, rules, told);
}

function authStep(
  session: ServerSession,
  step: SaslStep,
  now: Instant,
  rules: ServerRules,
  told: Told,
): ServerStep {
  const mechanism = session.exchange?.name ?? '';
  switch (step.type) {
    case 'challenge':
      return {
        session: enter(session, 'auth', now, rules),
        outputs: [{ type: 'write', bytes: utf8(`334 ${encodeBase64(step.challenge)}\r\n`) }],
      };
    case 'done': {
      const next = { ...session, user: step.user, errors: 0, exchange: undefined };
      return {
        session: enter(next, 'command', now, rules),
        outputs: [
          told(235),
          event({ type: 'login', mechanism, user: step.user, accepted: true }),
          write(oneLine(235, '2.7.0', 'authentication succeeded'), session, rules),
        ],
      };
    }
    case 'failed': {
      const malformed = step.reason === 'protocol-error';
      const reply = malformed
        ? oneLine(501, '5.5.2', 'malformed response')
        : oneLine(535, '5.7.8', 'authentication credentials invalid');
      const failedLogins = session.failedLogins + (malformed ? 0 : 1);
      const login = event({ type: 'login', mechanism, user: undefined, accepted: false });
      return withEvents([told(reply.code), login], refuse({ ...session, failedLogins }, reply, now, rules));
    }
  }
}

// ---- content

function contentEnd(session: ServerSession, received: Content, now: Instant, rules: ServerRules): ServerStep {
  const { transaction, domain = '', extended, user, tls } = session;
  // RFC 5321 §4.1.1.4: the end of the content ends the transaction, whatever the reply.
  const next = { ...session, transaction: undefined };
  if (received.bareLineEnds) {
    // Two servers that disagree about line ends can be made to disagree about where a message ends (RFC 5321 §7.8 allows
    // to hang up on an attack).
    return farewell(next, oneLine(550, '5.5.2', 'bare CR or LF in the message'), rules);
  }
  if (received.tooLarge) return refuse(next, oneLine(552, '5.3.4', 'message too large'), now, rules);
  if (received.lineTooLong) return refuse(next, oneLine(500, '5.5.2', 'text line too long'), now, rules);
  const message = {
    from: transaction?.from ?? '',
    recipients: transaction?.recipients ?? [],
    content: received.bytes,
    domain,
    extended,
    user,
    tls,
  };
  return {
    session: enter({ ...next, errors: 0 }, 'command', now, rules),
    outputs: [
      event({ type: 'message', message }),
      write(oneLine(250, '2.0.0', 'message accepted'), session, rules),
    ],
  };
}

// ---- time

function tick(session: ServerSession, now: Instant, rules: ServerRules): ServerStep {
  const { name, deadline, since } = session;
  if (deadline === undefined || now < deadline) return { session, outputs: [] };
  if (name === 'delay') return greet(session, rules.greeting, now, rules);
  if (name === 'tls') {
    const limit = deadline - since;
    return {
      session: over(session),
      outputs: [
        {
          type: 'end',
          fault: {
            kind: 'timeout',
            reason: 'timeout-tls-handshake',
            phase: 'tls',
            after: now - since,
            limit,
          },
        },
      ],
    };
  }
  // RFC 5321 §4.5.3.2.7, §3.8
  return farewell(session, oneLine(421, '4.4.2', `${rules.domain} has waited long enough`), rules);
}
