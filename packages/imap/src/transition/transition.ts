/**
 * The theory of an IMAP client, and where its states change: here what comes is told apart; `sending.ts`, `telling.ts`, `completion.ts` and
 * `selection.ts` say what follows from each.
 *
 * The server speaks first: OK, PREAUTH or BYE (RFC 9051 §7.1). From then on the client sends commands with tags, several at
 * a time, and the server completes each by its tag, in an order of its own. Untagged data may come at any time, asked for
 * or not (§2.2.2), so nothing that comes is ever unexpected by itself; what may be *believed* depends on the stage. Before
 * a login only status responses and capabilities count (§11.3). A continuation is the one thing that must have been
 * waited for (§7.6).
 *
 * A *barrier* (STARTTLS, AUTHENTICATE, LOGIN, LOGOUT) is sent when all before it is completed, and nothing may be sent
 * before its result, because what follows depends on it (§5.5). Two orders are excepted, by `pipelining.ts`: UID FETCH behind SELECT, and
 * both behind a LOGIN that asks for it. Between STARTTLS and the end of the handshake the client is
 * silent, and so must be the server: one octet behind the go-ahead is an injection and ends the dialogue. The finished
 * handshake forgets everything the plaintext said; a login makes the capabilities stale (§6.2.1, §6.2.2).
 *
 * A BYE that was not asked for announces the close (§7.1.5). The client reads on for what is still completed, and what is not
 * fails with the words of the BYE.
 *
 *     start -> greeting -> ready <-> reply | auth
 *                          ready  -> starttls -> tls -> ready
 *                          ready  -> logout -> ended
 *                          any    -> closing -> ended
 */
import { answerChallenge, resumeExchange } from '@postern/sasl';
import { recogniseProtocol, UsageError } from '@postern/wire';
import type { EndOfStream, Evidence, Instant, Output, TlsInfo } from '@postern/wire';
import { isWireCommand } from '../commands.ts';
import type { ImapCommand } from '../commands.ts';
import { receiveCompletion } from './completion.ts';
import { byeEvidence, diagnostic, enter, evidenceOf, fail } from './endings.ts';
import type { ImapEvent } from '../events.ts';
import { greetingReason } from './outcomes.ts';
import { cancelMessages, contentDrained, continueCommand, sendContent } from './literal.ts';
import { endIdle, receiveLiteral } from './selection.ts';
import { proceed, send } from './sending.ts';
import { states } from './states.ts';
import type { Input, ResponseInput, State, Step } from './states.ts';
import { learn, receiveUntagged } from './telling.ts';
import { octets } from '../parse/tokens.ts';

type Outputs = Output<ImapEvent>[];

/** One input, one step. Throws only for a wrong command, and then nothing has changed. */
export function step(state: State, input: Input, now: Instant): Step {
  switch (input.type) {
    case 'start':
      return { state: enter(state, 'greeting', now), outputs: [] };
    case 'send':
      return sendOwnWord(state, input.commands, now) ?? send(state, input.commands, input.partial, now);
    case 'response':
      return receive(state, input, now);
    case 'literal-begin':
    case 'literal-chunk':
    case 'literal-end':
      return receiveLiteral(state, input, now);
    case 'fault':
      return receiveFault(state, input, now);
    case 'tls-record':
      return receiveTlsRecord(state, input.bytes, now);
    case 'plaintext':
      return fail(state, now, 'peer', 'plaintext-after-starttls', {
        bytes: input.bytes,
        rule: 'RFC 9051 §6.2.1',
      });
    case 'end-of-stream':
      return endOfStream(state, input.how, input.rest, now);
    case 'tls-ready':
      return secured(state, input.tls, now);
    case 'tick':
      return tick(state, input.rest, now);
  }
}

/** What our own side says to the machine and not to the server. */
function sendOwnWord(state: State, [word, ...more]: readonly ImapCommand[], now: Instant): Step | undefined {
  if (!word || more.length > 0 || isWireCommand(word)) return undefined;
  switch (word.verb) {
    case 'RESUME':
      if (state.name !== 'auth-work' || !state.exchange)
        throw new UsageError('RESUME without work', 'RFC 9051 §6.2.2');
      return proceed(state, resumeExchange(state.exchange, word.result), now, {});
    case 'DONE':
      return endIdle(state, now);
    case 'PACE':
      return { state: enter({ ...state, paused: !word.reading }, state.name, now), outputs: [] };
    case 'CONTENT':
      return sendContent(state, word.bytes, now);
    case 'DRAINED':
      return contentDrained(state, now);
    case 'CANCEL':
      return cancelMessages(state);
  }
}

function receive(state: State, input: ResponseInput, now: Instant): Step {
  if (state.name === 'greeting') return receiveGreeting(state, input, now);
  const { response, text } = input;
  switch (response.type) {
    case 'fault': {
      const reason =
        state.name === 'starttls' && response.reason === 'protocol-error'
          ? 'starttls-protocol-error'
          : response.reason;
      return fail(state, now, 'peer', reason, evidenceOf(text, 'RFC 9051 §2.2.2'));
    }
    case 'continuation':
      return receiveContinuation(state, response.text, text, now);
    case 'untagged':
      return receiveUntagged(state, response, text, now);
    case 'tagged':
      return receiveCompletion(state, response.tag, response.response, input, now);
  }
}

/** What the reader could not make a response of; in place of a greeting it may be another protocol's. */
function receiveFault(state: State, input: Extract<Input, { readonly type: 'fault' }>, now: Instant): Step {
  const { reason, bytes, rule } = input;
  const protocol = state.name === 'greeting' ? recogniseProtocol(bytes) : undefined;
  if (protocol === undefined || protocol === 'imap') return fail(state, now, 'peer', reason, { bytes, rule });
  return fail(state, now, 'peer', 'wrong-protocol', { bytes, protocol, rule: 'RFC 9051 §7.1' });
}

function receiveGreeting(state: State, { response, text }: ResponseInput, now: Instant): Step {
  const status =
    response.type === 'untagged' && response.data.type === 'status' ? response.data.response : undefined;
  if (!status || status.status === 'NO' || status.status === 'BAD') {
    const protocol = status ? undefined : recogniseProtocol(octets(text));
    const evidence = { ...evidenceOf(text, 'RFC 9051 §7.1'), ...(protocol ? { protocol } : {}) };
    return fail(state, now, 'peer', protocol ? 'wrong-protocol' : 'protocol-error', evidence);
  }
  const outputs: Outputs = [];
  let next = state;
  if (status.code?.capabilities) next = learn(state, status.code.capabilities, text, outputs);
  const capabilities = next.capabilities;
  outputs.push({
    type: 'event',
    event: { type: 'greeting', response: status, ...(capabilities ? { capabilities } : {}) },
  });
  if (status.status === 'BYE') {
    return fail(
      state,
      now,
      'peer',
      greetingReason(status),
      evidenceOf(text, 'RFC 9051 §7.1.5'),
      undefined,
      outputs,
    );
  }
  const preauth = status.status === 'PREAUTH';
  return {
    state: { ...enter(next, 'ready', now), preauth, stage: preauth ? 'authenticated' : 'not-authenticated' },
    outputs,
  };
}

/** RFC 9051 §7.6: only while a command waits for it. One that nobody waits for is borne once. */
function receiveContinuation(state: State, challenge: string, text: string, now: Instant): Step {
  if (state.exchange) {
    const evidence = evidenceOf(text, 'RFC 9051 §6.2.2');
    return proceed(state, answerChallenge(state.exchange, challenge), now, evidence);
  }
  if (state.literal && !state.literal.content) return continueCommand(state, state.literal, now, []);
  if (state.idle === 'asked' || state.idle === 'asked-and-done') {
    // From here on nothing has to come; until here the server owed the `+`.
    const idling: State = { ...enter(state, 'idle', now), idle: 'idling' };
    const begins: Step = { state: idling, outputs: [{ type: 'event', event: { type: 'idling' } }] };
    if (state.idle === 'asked') return begins;
    const ended = endIdle(idling, now);
    return { state: ended.state, outputs: [...begins.outputs, ...ended.outputs] };
  }
  if (state.strays > 0) {
    const reason = state.name === 'starttls' ? 'starttls-protocol-error' : 'protocol-error';
    return fail(state, now, 'peer', reason, evidenceOf(text, 'RFC 9051 §7.6'));
  }
  return {
    state: { ...state, strays: state.strays + 1 },
    outputs: [diagnostic('stray-continuation', octets(text))],
  };
}

function receiveTlsRecord(state: State, bytes: Uint8Array, now: Instant): Step {
  const evidence = { bytes, protocol: 'tls', rule: 'RFC 8314 §3' };
  // The server waits for, or speaks, TLS from the first octet: this port wants implicit TLS.
  const reason = state.name === 'starttls' ? 'starttls-protocol-error' : 'tls-on-plaintext-port';
  return fail(state, now, 'peer', reason, evidence);
}

function secured(state: State, tls: TlsInfo, now: Instant): Step {
  return {
    // RFC 9051 §6.2.1: what was said in plaintext is worth nothing. No new greeting comes.
    state: {
      ...enter(state, 'ready', now),
      tls,
      capabilities: undefined,
      freshCapabilities: false,
      strays: 0,
    },
    outputs: [{ type: 'event', event: { type: 'secured', tls } }],
  };
}

function endOfStream(state: State, how: EndOfStream, rest: Uint8Array, now: Instant): Step {
  const evidence: Evidence = rest.length > 0 ? { bytes: rest } : {};
  const closed = how === 'closed';
  switch (state.name) {
    case 'greeting':
      if (closed && rest.length > 0) return fail(state, now, 'peer', 'truncated', evidence);
      return fail(state, now, 'peer', closed ? 'closed-before-greeting' : 'reset-before-greeting', evidence);
    case 'tls':
      return fail(state, now, 'tls', closed ? 'closed-during-tls' : 'reset-during-tls', evidence);
    case 'closing':
      return fail(state, now, 'peer', 'server-closing', byeEvidence(state));
    case 'logout':
      // RFC 9051 §6.1.3: the completion of LOGOUT should follow its BYE, but nothing hangs on it.
      if (state.bye !== undefined) return { state: enter(state, 'ended', now), outputs: [{ type: 'end' }] };
      return fail(state, now, 'peer', closed ? 'closed' : 'reset', evidence);
    case 'start':
    case 'ready':
    case 'reply':
    case 'data':
    case 'content':
    case 'idle':
    case 'auth':
    case 'auth-work':
    case 'starttls':
    case 'ended':
      return fail(
        state,
        now,
        'peer',
        closed ? (rest.length > 0 ? 'truncated' : 'closed') : 'reset',
        evidence,
      );
  }
}

function tick(state: State, rest: Uint8Array, now: Instant): Step {
  if (state.deadline === undefined || now < state.deadline) return { state, outputs: [] };
  if (state.name === 'closing') return fail(state, now, 'peer', 'server-closing', byeEvidence(state));
  // RFC 9051 §6.1.3: the server has said goodbye; whether it completes and closes changes nothing.
  if (state.name === 'logout' && state.bye !== undefined)
    return { state: enter(state, 'ended', now), outputs: [{ type: 'end' }] };
  return fail(state, now, 'timeout', states[state.name].timeout, rest.length > 0 ? { bytes: rest } : {});
}
