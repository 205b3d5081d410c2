/**
 * The theory of a POP3 client, and the place where its states change; what is sent when is in `sending.ts`, how a reply of several
 * lines is read in `multi-line.ts`, how a login goes on in `exchange.ts`, and what a whole reply changes in `completion.ts`.
 *
 * The server speaks first, one line (RFC 1939 §4). From then on the client asks and the server answers, in order; the server
 * never speaks unasked, except to say farewell. Whether an answer goes on over several lines depends on the command alone
 * (§3), so the client must know the command in front of the queue to read anything at all.
 *
 * Two things stand beside the state's name. The *stage* is AUTHORIZATION until a login succeeds, then TRANSACTION; QUIT
 * leads from there to UPDATE (§6), and closing without it deletes nothing. The *layer* is plaintext or TLS. A finished
 * handshake forgets everything the plaintext said, capabilities, APOP timestamp and an accepted USER (RFC 2595 §4), because
 * somebody in between may have said it.
 *
 * Commands are sent at once where PIPELINING is listed (RFC 2449 §6.6), as many as fit into a window of octets, else one after
 * the other; the rest waits in a queue. A *barrier* (STLS, AUTH, PASS, APOP, QUIT) is sent when nothing else is unanswered, only
 * QUIT may be the last of a group; nothing may be sent before its result, because what follows depends on it. Between STLS and
 * the end of the handshake the client is silent, and so must be the server: one octet behind the go-ahead is an injection and
 * ends the dialogue.
 *
 *     start -> greeting -> ready <-> reply | listing | content | auth
 *                        ready  -> starttls -> tls -> ready
 *                        ready  -> quit -> ended
 */
import { distrustSuccess, resumeExchange } from '@postern/sasl';
import { latin1, peerText, recogniseProtocol, sample, UsageError } from '@postern/wire';
import type { EndOfStream, Evidence, Instant, Output, TlsInfo } from '@postern/wire';
import { replyForm } from '../commands.ts';
import type { Pop3Command, WireCommand } from '../commands.ts';
import { completed } from './completion.ts';
import { diagnostic, enter, fail } from './endings.ts';
import type { Pop3Event } from '../events.ts';
import { proceed, receiveChallenge } from './exchange.ts';
import { collect, receiveContent, receiveListed } from './multi-line.ts';
import { greetingReason } from './outcomes.ts';
import { apopTimestamp, parseStatusLine } from '../parse/reply.ts';
import type { Pop3Reply } from '../parse/reply.ts';
import { checkCommand } from './rules.ts';
import { advance } from './sending.ts';
import { inFront, noCommands, states } from './states.ts';
import type { Input, LineInput, State, Step } from './states.ts';

/** One input, one step. Throws only for a wrong command, and then nothing has changed. */
export function step(state: State, input: Input, now: Instant): Step {
  switch (input.type) {
    case 'start':
      return { state: enter(state, 'greeting', now), outputs: [] };
    case 'send':
      return send(state, input.commands, input.behind, now);
    case 'line':
      return receiveLine(state, input, now);
    case 'listed':
      return collect(state, input.lines, input.bytes, now, []);
    case 'content':
      return receiveContent(state, input, now);
    case 'tls-record':
      return receiveTlsRecord(state, input.bytes, now);
    case 'too-long':
      return fail(state, now, 'peer', 'line-too-long', { bytes: input.bytes, rule: 'RFC 2449 §4' });
    case 'plaintext':
      return fail(state, now, 'peer', 'plaintext-after-starttls', {
        bytes: input.bytes,
        rule: 'RFC 2595 §4',
      });
    case 'end-of-stream':
      return endOfStream(state, input.how, input.rest, now);
    case 'tls-ready':
      return secured(state, input.tls, now);
    case 'tick':
      return tick(state, input.rest, now);
  }
}

/** Answered commands that may stay in the list before it is made anew. */
const maxAnsweredKept = 1024;

function send(state: State, commands: readonly Pop3Command[], behind: Uint8Array, now: Instant): Step {
  const [only] = commands;
  if (commands.length === 1 && only?.verb === 'RESUME') {
    if (state.name !== 'auth-work' || !state.exchange)
      throw new UsageError('RESUME without work', 'RFC 5034 §4');
    return proceed(state, resumeExchange(state.exchange, only.result), now, [], {});
  }
  const { answered: done, commands: known } = state;
  let before = done < known.length ? known.at(-1) : undefined;
  let userAccepted = state.userAccepted;
  const group = commands.map((command) => {
    if (command.verb === 'RESUME') throw new UsageError('RESUME in a group', 'RFC 5034 §4');
    checkCommand(state, command, before, userAccepted);
    userAccepted = command.verb === 'USER' && state.capabilities?.pipelining === true && before === undefined;
    before = command;
    return command;
  });
  if (state.name === 'ready' && (state.stray !== undefined || behind.length > 0)) {
    // The answer to come could be the one that is here already: a dialogue that is out of step cannot be mended.
    const starting = group.some(({ verb }) => verb === 'STLS');
    const evidence = { reply: state.stray ?? peerText(behind), rule: 'RFC 1939 §3' };
    // A server that says -ERR unasked takes its leave.
    if (state.stray?.startsWith('-ERR')) return fail(state, now, 'peer', 'server-closing', evidence);
    const reason = starting ? 'reply-before-command' : 'desynchronised';
    return fail(state, now, 'peer', reason, evidence, starting ? 'starttls' : 'idle');
  }
  if (known.length === 0 || done >= maxAnsweredKept) {
    const all = [...known.slice(done), ...group];
    return advance({ ...state, commands: all, answered: 0, sent: state.sent - done }, now, []);
  }
  known.push(...group);
  return advance(state, now, []);
}

function receiveLine(state: State, input: LineInput, now: Instant): Step {
  const outputs: Output<Pop3Event>[] = [];
  // RFC 1939 §3: replies end with CRLF. A bare LF is unambiguous in a line, so it is noted and borne.
  if (input.ending === 'lf' && state.settings.strict) {
    return fail(state, now, 'peer', 'bare-lf', { bytes: sample(input.line), rule: 'RFC 1939 §3' });
  }
  if (input.ending === 'lf') outputs.push(diagnostic('bare-lf', input.line));
  if (input.line.includes(0))
    return fail(state, now, 'peer', 'nul-in-reply', { bytes: sample(input.line), rule: 'RFC 2449 §4' });
  switch (state.name) {
    case 'greeting':
      return receiveGreeting(state, input, now, outputs);
    case 'listing':
      return receiveListed(state, input, now, outputs);
    case 'auth':
    case 'auth-work':
      if (state.exchange && input.line[0] === PLUS && !parseStatusLine(input.line))
        return receiveChallenge(state, state.exchange, input.line, now, outputs);
      break;
    case 'start':
    case 'ready':
    case 'reply':
    case 'content':
    case 'starttls':
    case 'tls':
    case 'quit':
    case 'ended':
      break;
  }
  const reply = readReply(state, input.line, outputs);
  if (!reply) {
    const reason = state.name === 'starttls' ? 'starttls-protocol-error' : 'protocol-error';
    return fail(
      state,
      now,
      'peer',
      reason,
      { bytes: sample(input.line), rule: 'RFC 1939 §3' },
      undefined,
      outputs,
    );
  }
  const front = inFront(state);
  if (!front) {
    outputs.push({ type: 'event', event: { type: 'unsolicited', reply } });
    return { state: { ...state, stray: peerText(input.line) }, outputs };
  }
  const form = reply.status === '+OK' ? replyForm(front) : 'line';
  if (form === 'line') return answered(state, front, reply, input, now, outputs);
  return { state: { ...enter(state, form, now), begun: { reply, lines: [], bytes: 0 } }, outputs };
}

const PLUS = 0x2b;

function receiveGreeting(
  state: State,
  { line }: LineInput,
  now: Instant,
  outputs: Output<Pop3Event>[],
): Step {
  const reply = readReply(state, line, outputs);
  if (!reply) {
    const protocol = recogniseProtocol(line);
    const evidence = {
      reply: peerText(line),
      bytes: sample(line),
      ...(protocol ? { protocol } : {}),
      rule: 'RFC 1939 §4',
    };
    return fail(state, now, 'peer', protocol ? 'wrong-protocol' : 'protocol-error', evidence);
  }
  const timestamp = apopTimestamp(reply.text);
  outputs.push({ type: 'event', event: { type: 'greeting', reply, timestamp } });
  if (reply.status === '-ERR') {
    return fail(state, now, 'peer', greetingReason(reply), { reply: peerText(line) }, undefined, outputs);
  }
  return { state: { ...enter(state, 'ready', now), timestamp }, outputs };
}

/** Reads a status line, and notes what is odd about it. */
function readReply(state: State, line: Uint8Array, outputs: Output<Pop3Event>[]): Pop3Reply | undefined {
  const reply = parseStatusLine(line);
  if (reply && !latin1(line.subarray(0, 4)).startsWith(reply.status))
    outputs.push(diagnostic('status-case', line));
  if (reply?.code === undefined || state.capabilities?.tags['RESP-CODES']) return reply;
  return { ...reply, unadvertised: true };
}

/** A single-line reply: what it means depends on the command. */
function answered(
  state: State,
  command: WireCommand,
  reply: Pop3Reply,
  input: LineInput,
  now: Instant,
  outputs: Output<Pop3Event>[],
): Step {
  if (reply.status === '-ERR') return completed(state, command, reply, now, outputs);
  if (command.verb === 'AUTH') {
    const reason = state.exchange && distrustSuccess(state.exchange);
    if (reason) {
      return fail(
        state,
        now,
        'peer',
        reason,
        { reply: peerText(input.line), rule: 'RFC 4422 §3.6' },
        undefined,
        outputs,
      );
    }
  }
  if (command.verb !== 'STLS') return completed(state, command, reply, now, outputs);
  outputs.push({ type: 'event', event: { type: 'reply', command, reply } });
  // RFC 2595 §4: TLS begins right after the CRLF. Octets that are here already were not sent by the TLS layer, and TLS
  // would never see them: they are an injection (the class of CVE-2011-0411).
  const bytes = input.behind();
  if (bytes.length > 0) {
    const evidence = { reply: peerText(input.line), bytes, rule: 'RFC 2595 §4' };
    return fail(
      enter(state, 'tls', now),
      now,
      'peer',
      'plaintext-after-starttls',
      evidence,
      undefined,
      outputs,
    );
  }
  outputs.push({ type: 'start-tls' });
  return { state: enter(state, 'tls', now), outputs };
}

function receiveTlsRecord(state: State, bytes: Uint8Array, now: Instant): Step {
  const evidence = { bytes, protocol: 'tls', rule: 'RFC 8314 §3' };
  // The server waits for, or speaks, TLS from the first octet: this port wants implicit TLS.
  return fail(
    state,
    now,
    'peer',
    state.name === 'starttls' ? 'starttls-protocol-error' : 'tls-on-plaintext-port',
    evidence,
  );
}

function secured(state: State, tls: TlsInfo, now: Instant): Step {
  return {
    state: {
      // RFC 2595 §4: what was said in plaintext is worth nothing. No new greeting comes.
      ...enter(state, 'ready', now),
      tls,
      capabilities: undefined,
      timestamp: undefined,
      userAccepted: false,
      ...noCommands,
      stray: undefined,
    },
    outputs: [{ type: 'event', event: { type: 'secured', tls } }],
  };
}

function endOfStream(state: State, how: EndOfStream, rest: Uint8Array, now: Instant): Step {
  const evidence: Evidence = {
    ...(rest.length > 0 ? { bytes: rest } : {}),
    ...(state.stray === undefined ? {} : { reply: state.stray }),
  };
  if (state.name === 'greeting') {
    return fail(
      state,
      now,
      'peer',
      how === 'reset' ? 'reset-before-greeting' : rest.length > 0 ? 'truncated' : 'closed-before-greeting',
      evidence,
    );
  }
  if (state.name === 'tls') {
    return fail(state, now, 'tls', how === 'closed' ? 'closed-during-tls' : 'reset-during-tls', evidence);
  }
  // A server that says farewell to an idle client and closes did nothing wrong.
  if (state.stray?.startsWith('-ERR')) return fail(state, now, 'peer', 'server-closing', evidence);
  const cut = rest.length > 0 || state.name === 'listing' || state.name === 'content';
  return fail(state, now, 'peer', how === 'reset' ? 'reset' : cut ? 'truncated' : 'closed', evidence);
}

function tick(state: State, rest: Uint8Array, now: Instant): Step {
  if (state.deadline === undefined || now < state.deadline) return { state, outputs: [] };
  const { timeout } = states[state.name];
  return fail(state, now, 'timeout', timeout, rest.length > 0 ? { bytes: rest } : {});
}
