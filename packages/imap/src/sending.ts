import { beginExchange, resumeExchange } from '@postern/sasl';
import type { ExchangeStep } from '@postern/sasl';
import { concatBytes, peerText, UsageError } from '@postern/wire';
import type { Evidence, Instant, Output } from '@postern/wire';
import { encodeCommand, maxCommandBytes, verbs } from './commands.ts';
import type { EncodedCommand, ImapCommand } from './commands.ts';
import { byeEvidence, enter, fail } from './endings.ts';
import type { ImapEvent } from './events.ts';
import { mayJoin } from './pipelining.ts';
import { argumentContext, checkCommand } from './rules.ts';
import { afterSending, endIdle } from './selection.ts';
import type { State, Step, Tagged } from './states.ts';

type Outputs = Output<ImapEvent>[];

/** Takes commands in, one group, and sends what may be sent now. Throws for a wrong one, and then nothing has changed. */
export function send(
  state: State,
  commands: readonly ImapCommand[],
  partial: Uint8Array,
  now: Instant,
): Step {
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
export function advance(before: State, now: Instant, outputs: Outputs): Step {
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
export function writes(commands: readonly EncodedCommand[]): readonly Output<ImapEvent>[] {
  if (commands.length === 0) return [];
  const bytes = concatBytes(commands.map((command) => command.bytes));
  if (commands.every(({ shown }) => shown === undefined)) return [{ type: 'write', bytes }];
  const shown = commands.map((command) => command.shown ?? peerText(command.bytes)).join('');
  return [{ type: 'write', bytes, shown }];
}

/** An exchange goes on: something is written, or worked at. */
export function proceed(state: State, next: ExchangeStep, now: Instant, evidence: Evidence): Step {
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
