/**
 * The theory of an IMAP client, and the only place where its states change.
 *
 * The server speaks first: OK, PREAUTH or BYE (RFC 9051 §7.1). From then on the client sends commands with tags, several at
 * a time, and the server completes each by its tag, in an order of its own. Untagged data may come at any time, asked for
 * or not (§2.2.2), so nothing that comes is ever unexpected by itself; what may be *believed* depends on the stage. Before
 * a login only status responses and capabilities count (§11.3). A continuation is the one thing that must have been
 * waited for (§7.6).
 *
 * A *barrier* (STARTTLS, AUTHENTICATE, LOGIN, LOGOUT) is sent when all before it is completed, and nothing may be sent
 * before its result, because what follows depends on it (§5.5). Between STARTTLS and the end of the handshake the client is
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
import { answerChallenge, beginExchange, distrustSuccess, resumeExchange } from '@postern/sasl';
import type { ExchangeStep } from '@postern/sasl';
import { concatBytes, peerText, recogniseProtocol, sample, UsageError } from '@postern/wire';
import type { EndOfStream, Evidence, Instant, Output, Reason, TlsInfo } from '@postern/wire';
import { withoutStartTls } from './capabilities.ts';
import type { Capabilities } from './capabilities.ts';
import { encodeCommand, maxCommandBytes, verbs, withoutSecret } from './commands.ts';
import type { EncodedCommand, ImapCommand } from './commands.ts';
import { diagnostic, enter, fail } from './endings.ts';
import { mayJoin } from './pipelining.ts';
import {
  afterCompletion,
  afterSending,
  afterTelling,
  endIdle,
  isBelievable,
  receiveLiteral,
  untaggedEvent,
} from './selection.ts';
import type { ImapEvent } from './events.ts';
import { greetingReason, loginReason, startTlsReason } from './outcomes.ts';
import type { Untagged } from './parse/untagged.ts';
import type { ImapResponse } from './reply.ts';
import { argumentContext, checkCommand } from './rules.ts';
import { states } from './states.ts';
import type { Input, ResponseInput, State, Step, Tagged } from './states.ts';
import type { StatusResponse } from './status.ts';
import { decoded, octets } from './tokens.ts';

type Outputs = Output<ImapEvent>[];

/** One input, one step. Throws only for a wrong command, and then nothing has changed. */
export function step(state: State, input: Input, now: Instant): Step {
  switch (input.type) {
    case 'start':
      return { state: enter(state, 'greeting', now), outputs: [] };
    case 'send':
      return send(state, input.commands, input.partial, now);
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

function send(state: State, commands: readonly ImapCommand[], partial: Uint8Array, now: Instant): Step {
  const [only] = commands;
  if (commands.length === 1 && only?.verb === 'RESUME') {
    if (state.name !== 'auth-work' || !state.exchange)
      throw new UsageError('RESUME without work', 'RFC 9051 §6.2.2');
    return proceed(state, resumeExchange(state.exchange, only.result), now, {});
  }
  if (commands.length === 1 && only?.verb === 'DONE') return endIdle(state, now);
  if (commands.length === 1 && only?.verb === 'PACE') {
    return { state: enter({ ...state, paused: !only.reading }, state.name, now), outputs: [] };
  }
  let before = (state.waiting.at(-1) ?? state.inFlight.at(-1))?.command;
  const group = commands.map((command, index): Tagged => {
    if (command.verb === 'RESUME' || command.verb === 'DONE' || command.verb === 'PACE')
      throw new UsageError(`${command.verb} in a group`, 'RFC 9051 §6.2.2');
    checkCommand(state, command, before);
    before = command;
    // RFC 9051 §2.2.1: a tag of its own for each.
    return { tag: `a${state.tags + index + 1}`, command };
  });
  if (state.name === 'closing') {
    // The server has said that it goes; what is sent now reaches nobody.
    return fail(state, now, 'peer', 'server-closing', byeEvidence(state));
  }
  if (partial.length > 0 && partial[0] !== STAR && group.some(({ command }) => command.verb === 'STARTTLS')) {
    // The beginning of a completion that is here before its command was sent by somebody who guessed the tag.
    return fail(
      state,
      now,
      'peer',
      'reply-before-command',
      { bytes: partial, rule: 'RFC 9051 §2.2.2' },
      'starttls',
    );
  }
  const tags = state.tags + group.length;
  const waiting = [...state.waiting.slice(state.taken), ...group];
  return advance({ ...state, tags, waiting, taken: 0 }, now, []);
}

const STAR = 0x2a;

/** Sends what may be sent now and takes the state that follows from what is in flight. */
function advance(before: State, now: Instant, outputs: Outputs): Step {
  const written: EncodedCommand[] = [];
  let state = before;
  for (;;) {
    const next = state.waiting[state.taken];
    if (!next || state.literal || state.inFlight.length >= state.settings.maxInFlight) break;
    const { tag, command } = next;
    if (!mayJoin(command, state.inFlight)) break;
    const sent = { ...next, dataBefore: state.dataBytes };
    state = {
      ...state,
      taken: state.taken + 1,
      inFlight: [...state.inFlight, sent],
      freshCapabilities: false,
    };
    if (command.verb === 'AUTHENTICATE') {
      const begun = beginExchange(command.mechanism, {
        verb: `${tag} AUTHENTICATE`,
        maxLineBytes: maxCommandBytes,
        // RFC 4959 §3: never with the command unless the server says that it takes it.
        takesInitial: state.capabilities?.initialResponse === true,
      });
      state = { ...state, exchange: begun.exchange };
      written.push(begun.line);
    } else {
      const encoded = encodeCommand(tag, command, argumentContext(state));
      written.push(encoded);
      if (encoded.later && encoded.later.length > 0)
        state = { ...state, literal: { tag, later: encoded.later } };
      state = afterSending(state, command);
    }
  }
  if (state.taken === state.waiting.length) state = { ...state, waiting: [], taken: 0 };
  if (state.name === 'closing') return { state, outputs };
  const [front] = state.inFlight;
  const name = front === undefined ? 'ready' : verbs[front.command.verb].state;
  // A command that joins others in flight does not renew their wait; a completion does.
  const renewed = state.name !== name || front !== before.inFlight[0] || before.name === 'ready';
  return { state: renewed ? enter(state, name, now) : state, outputs: [...outputs, ...writes(written)] };
}

/** One group, one write. */
function writes(commands: readonly EncodedCommand[]): readonly Output<ImapEvent>[] {
  if (commands.length === 0) return [];
  const bytes = concatBytes(commands.map((command) => command.bytes));
  if (commands.every(({ shown }) => shown === undefined)) return [{ type: 'write', bytes }];
  const shown = commands.map((command) => command.shown ?? peerText(command.bytes)).join('');
  return [{ type: 'write', bytes, shown }];
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
  if (state.literal) {
    const [part = new Uint8Array(0), ...later] = state.literal.later;
    const next = { ...state, literal: later.length > 0 ? { ...state.literal, later } : undefined };
    return advance(enter(next, state.name, now), now, [{ type: 'write', bytes: part }]);
  }
  if (state.idle === 'asked' || state.idle === 'asked-and-done') {
    const idling: State = { ...state, idle: 'idling' };
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

/** An exchange goes on: something is written, or worked at. */
function proceed(state: State, next: ExchangeStep, now: Instant, evidence: Evidence): Step {
  switch (next.type) {
    case 'line':
      return {
        state: { ...enter(state, 'auth', now), exchange: next.exchange },
        outputs: writes([next.line]),
      };
    case 'work':
      return {
        state: { ...enter(state, 'auth-work', now), exchange: next.exchange },
        outputs: [{ type: 'event', event: { type: 'work', work: next.work } }],
      };
    case 'broken':
      return fail(state, now, 'peer', next.reason, evidence);
  }
}

function receiveUntagged(
  before: State,
  { data, tolerated = [] }: Extract<ImapResponse, { readonly type: 'untagged' }>,
  text: string,
  now: Instant,
): Step {
  // Most of what ever comes: nothing changes but the time.
  if (
    data.type === 'fetch' &&
    before.name === 'data' &&
    before.since === now &&
    before.mailbox &&
    tolerated.length === 0
  )
    return { state: before, outputs: [untaggedEvent(before, data, text)] };
  // The messages of a FETCH are handed on one by one; everything else somebody may be collecting.
  const streams = data.type === 'fetch' && before.inFlight.some(({ command }) => command.verb === 'FETCH');
  const state: State = streams ? before : { ...before, dataBytes: before.dataBytes + text.length + 2 };
  const [oldest] = state.inFlight;
  const { maxDataBytes, maxEarlyBytes } = state.settings.limits;
  const most = state.stage === 'not-authenticated' ? maxEarlyBytes : maxDataBytes;
  if (oldest && state.dataBytes - oldest.dataBefore > most)
    return fail(state, now, 'peer', 'reply-too-long', evidenceOf(text, 'RFC 9051 §2.2.2'));
  const outputs: Outputs = [];
  if (!isBelievable(state, data))
    return { state, outputs: [diagnostic('ignored-data', octets(text.slice(0, 512)))] };
  for (const leniency of tolerated) outputs.push(diagnostic(leniency, octets(text.slice(0, 512))));
  let next = state;
  const listed =
    data.type === 'capability'
      ? data.capabilities
      : data.type === 'status'
        ? data.response.code?.capabilities
        : undefined;
  if (listed) next = learn(state, listed, text, outputs);
  if (data.type === 'enabled')
    next = { ...next, enabled: [...new Set([...next.enabled, ...data.capabilities])] };
  const told = afterTelling(next, data);
  if (!told)
    return { state: next, outputs: [...outputs, diagnostic('ignored-data', octets(text.slice(0, 512)))] };
  next = told;
  // A server that works is not given up.
  if (next.name === 'data' && next.since !== now) next = enter(next, 'data', now);
  const leaving = data.type === 'status' && data.response.status === 'BYE';
  // A server that repeats its BYE says nothing new.
  if (leaving && state.name === 'closing') return { state, outputs };
  const known: Untagged =
    data.type === 'capability' && next.capabilities
      ? { type: 'capability', capabilities: next.capabilities }
      : data;
  outputs.push(untaggedEvent(state, known, text));
  // RFC 9051 §6.1.3: before the completion of LOGOUT a BYE is in order; anywhere else it announces the close.
  if (!leaving) return { state: next, outputs };
  if (state.name === 'logout') return { state: { ...next, bye: decoded(text) }, outputs };
  return { state: { ...enter(next, 'closing', now), bye: decoded(text), waiting: [], taken: 0 }, outputs };
}

/** Takes a list of capabilities as the present one, and notes what is odd about it. */
function learn(state: State, listed: Capabilities, text: string, outputs: Outputs): State {
  const bytes = octets(text.slice(0, 512));
  const known = state.capabilities;
  if (listed.revisions.length === 0 && known?.revisions.length !== 0)
    outputs.push(diagnostic('no-revision', bytes));
  if (state.tls) {
    // RFC 9051 §6.2.1: not offered inside TLS; an offer is never taken.
    if (listed.startTls === 'offered') outputs.push(diagnostic('starttls-inside-tls', bytes));
    return { ...state, capabilities: withoutStartTls(listed), freshCapabilities: true };
  }
  if (known?.startTls !== listed.startTls && listed.startTls !== 'offered') {
    if (listed.startTls === 'masked') outputs.push(diagnostic('starttls-masked', bytes));
    if (state.settings.offeredStartTlsBefore) outputs.push(diagnostic('downgrade-suspected', bytes));
  }
  return { ...state, capabilities: listed, freshCapabilities: true };
}

function receiveCompletion(
  state: State,
  tag: string,
  response: StatusResponse,
  input: ResponseInput,
  now: Instant,
): Step {
  const found = state.inFlight.find((pending) => pending.tag === tag);
  // RFC 9051 §2.2.2: a completion belongs to a command that was sent, and its tag is compared octet by octet.
  if (!found) return fail(state, now, 'peer', 'wrong-tag', evidenceOf(input.text, 'RFC 9051 §2.2.2'));
  const { command } = found;
  const outputs: Outputs = [];
  let next: State = { ...state, inFlight: state.inFlight.filter((pending) => pending !== found) };
  if (response.code?.capabilities) next = learn(next, response.code.capabilities, input.text, outputs);
  const ok = response.status === 'OK';
  let reason: Reason | undefined;
  if (command.verb === 'AUTHENTICATE' || command.verb === 'LOGIN') {
    const lie = ok && state.exchange ? distrustSuccess(state.exchange) : undefined;
    if (lie) return fail(state, now, 'peer', lie, evidenceOf(input.text, 'RFC 4422 §3.6'));
    if (!ok) reason = state.exchange?.refusal ?? loginReason(response);
    next = { ...next, exchange: undefined };
    if (ok) {
      // RFC 9051 §6.2.2: a login may change what is offered. What came with or during it is new, anything older is stale.
      // iCloud's proxy writes into whatever comes after the word CAPABILITY until it is asked for them after the login.
      const proxied = state.capabilities?.atoms.includes('XAPPLEPUSHSERVICE') === true;
      const capabilities = next.freshCapabilities && !proxied ? next.capabilities : undefined;
      next = { ...next, stage: 'authenticated', capabilities };
    }
  } else if (command.verb === 'STARTTLS' && !ok) {
    reason = startTlsReason(response);
  } else {
    next = afterCompletion(next, tag, command, response);
  }
  const { capabilities } = next;
  outputs.push({
    type: 'event',
    event: {
      type: 'completed',
      tag,
      command: withoutSecret(command),
      response,
      ...(next.freshCapabilities && capabilities ? { capabilities } : {}),
      ...(reason ? { reason } : {}),
    },
  });
  if (command.verb === 'STARTTLS' && ok && state.name !== 'closing')
    return beginTls(next, input, now, outputs);
  if (command.verb === 'LOGOUT' && ok)
    return { state: enter(next, 'ended', now), outputs: [...outputs, { type: 'end' }] };
  return advance(next.name === 'closing' ? next : enter(next, 'ready', now), now, outputs);
}

function beginTls(state: State, input: ResponseInput, now: Instant, outputs: Outputs): Step {
  const next = enter(state, 'tls', now);
  // RFC 9051 §6.2.1: TLS begins right after the CRLF. Octets that are here already were not sent by the TLS layer, and TLS
  // would never see them: they are an injection (the class of CVE-2011-0411).
  const bytes = input.behind();
  if (bytes.length > 0) {
    const evidence = { ...evidenceOf(input.text, 'RFC 9051 §6.2.1'), bytes };
    return fail(next, now, 'peer', 'plaintext-after-starttls', evidence, undefined, outputs);
  }
  return { state: next, outputs: [...outputs, { type: 'start-tls' }] };
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

function byeEvidence(state: State): Evidence {
  return { ...(state.bye === undefined ? {} : { reply: state.bye }), rule: 'RFC 9051 §7.1.5' };
}

function evidenceOf(text: string, rule: string): Evidence {
  return { reply: decoded(text.slice(0, 512)), bytes: sample(octets(text.slice(0, 512))), rule };
}
