import { beginExchange } from '@postern/sasl';
import type { ExchangeStep } from '@postern/sasl';
import { concatBytes, peerText, UsageError } from '@postern/wire';
import type { Evidence, Instant, Output } from '@postern/wire';
import { encodeCommand, isWireCommand, maxCommandBytes, verbs } from '../commands.ts';
import type { EncodedCommand, ImapCommand, WireCommand } from '../commands.ts';
import { byeEvidence, enter, fail, wantContent } from './endings.ts';
import type { ImapEvent } from '../events.ts';
import { mayJoin } from './pipelining.ts';
import { argumentContext, checkCommand } from './rules.ts';
import { afterSending } from './selection.ts';
import { unfinished } from './states.ts';
import type { State, StateName, Step, Tagged } from './states.ts';

type Outputs = Output<ImapEvent>[];

/** Takes commands in, one group, and sends what may be sent now. Throws for a wrong one, and then nothing has changed. */
export function send(
  state: State,
  commands: readonly ImapCommand[],
  partial: Uint8Array,
  now: Instant,
): Step {
  const ahead = state.waiting.slice(state.taken);
  const open: Tagged[] = [...state.inFlight, ...ahead];
  const group = commands.map((command, index): Tagged => {
    if (!isWireCommand(command)) throw new UsageError(`${command.verb} in a group`, 'RFC 9051 §6.2.2');
    checkCommand(state, command, open);
    // RFC 9051 §2.2.1: a tag of its own for each.
    const tagged = { tag: `a${state.tags + index + 1}`, command };
    open.push(tagged);
    return tagged;
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
  const waiting = [...ahead, ...group];
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
      const { later = [], content } = encoded;
      if (later.length > 0) state = { ...state, literal: unfinished({ tag, command }, later, content) };
      state = afterSending(state, command);
    }
  }
  if (state.taken === state.waiting.length) state = { ...state, waiting: [], taken: 0 };
  if (state.name === 'closing') return { state, outputs };
  const [front] = state.inFlight;
  const name = nameOf(state, front?.command);
  // A command that joins others in flight does not renew their wait; a completion does.
  const renewed = state.name !== name || front !== before.inFlight[0] || before.name === 'ready';
  const all = [...outputs, ...writes(written)];
  const { literal } = state;
  if (written.length > 0 && literal?.content) all.push(wantContent(literal.command, literal.content.left));
  return { state: renewed ? enter(state, name, now) : state, outputs: all };
}

/** What the client waits for, the oldest command in flight being that one. */
function nameOf(state: State, oldest: WireCommand | undefined): StateName {
  const { literal } = state;
  if (literal?.content) return literal.content.writing ? 'data' : 'content';
  if (oldest === undefined) return 'ready';
  return state.idle === 'idling' ? 'idle' : verbs[oldest.verb].state;
}

/** One group, one write. */
function writes(commands: readonly EncodedCommand[]): readonly Output<ImapEvent>[] {
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
