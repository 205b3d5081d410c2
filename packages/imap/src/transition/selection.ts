import { UsageError, utf8 } from '@postern/wire';
import type { Instant, Output } from '@postern/wire';
import type { WireCommand } from '../commands.ts';
import { enter } from './endings.ts';
import type { ImapEvent } from '../events.ts';
import type { Untagged } from '../parse/untagged.ts';
import { afterData, afterSelect, nothingTold } from './selected.ts';
import type { Input, State, Step } from './states.ts';
import type { StatusResponse } from '../parse/status.ts';

/** What sending a command means before anything is answered. */
export function afterSending(state: State, command: WireCommand): State {
  if (command.verb === 'IDLE') return { ...state, idle: 'asked' };
  if (command.verb !== 'SELECT' && command.verb !== 'EXAMINE') return state;
  const access = command.verb === 'SELECT' ? 'read-write' : 'read-only';
  return { ...state, selecting: nothingTold(command.mailbox ?? '', access) };
}

/** What data says about the mailbox; `undefined` where it cannot be true. */
export function afterTelling(state: State, data: Untagged): State | undefined {
  // RFC 9051 §11.3: behind a LOGIN that is not answered, nothing that is said of a mailbox counts.
  if (state.stage === 'not-authenticated') return state;
  const key = state.selecting ? 'selecting' : 'mailbox';
  const mailbox = state[key];
  if (!mailbox) return state;
  // RFC 9051 §7.1: CLOSED is the border between the data of the old mailbox and that of the new one.
  const closed = data.type === 'status' && data.response.code?.name === 'CLOSED';
  const next =
    closed && state.selecting ? nothingTold(mailbox.name, mailbox.access) : afterData(mailbox, data);
  return next === mailbox ? state : next && { ...state, [key]: next };
}

/** What the completion of a command about mailboxes changes (RFC 9051 §6.3.2, §6.4.1, §6.4.2). */
export function afterCompletion(
  state: State,
  tag: string,
  command: WireCommand,
  response: StatusResponse,
): State {
  const ok = response.status === 'OK';
  // A literal that was refused is not sent (RFC 9051 §4.3).
  const next: State = state.literal?.tag === tag ? { ...state, literal: undefined } : state;
  const { verb } = command;
  if (verb === 'IDLE') return { ...next, idle: 'none' };
  if (verb === 'SELECT' || verb === 'EXAMINE') {
    // A SELECT that fails leaves no mailbox selected.
    const mailbox = ok && next.selecting ? afterSelect(next.selecting, response) : undefined;
    // One that was sent behind a LOGIN may fail because that did: nobody is logged in then.
    const left = state.stage === 'not-authenticated' ? state.stage : 'authenticated';
    return { ...next, selecting: undefined, mailbox, stage: mailbox ? 'selected' : left };
  }
  if ((verb === 'CLOSE' || verb === 'UNSELECT') && ok)
    return { ...next, mailbox: undefined, stage: 'authenticated' };
  return next;
}

/** How much of a literal is a sign of life; single octets are none. */
const progressOctets = 65_536;

/** Content in chunks is handed on as it comes. */
export function receiveLiteral(
  state: State,
  input: Extract<Input, { readonly type: 'literal-begin' | 'literal-chunk' | 'literal-end' }>,
  now: Instant,
): Step {
  const outputs: readonly Output<ImapEvent>[] = [{ type: 'event', event: input }];
  if (input.type !== 'literal-chunk') return { state, outputs };
  const progress = state.progress + input.bytes.length;
  if (progress < progressOctets) return { state: { ...state, progress }, outputs };
  return { state: enter({ ...state, progress: 0 }, state.name, now), outputs };
}

/**
 * RFC 9051 §11.3, §7.1: before a login everything but status responses and capabilities is ignored; FLAGS, EXISTS, EXPUNGE
 * and FETCH also while no mailbox is selected. Our own ID may be answered.
 */
export function isBelievable(state: State, data: Untagged): boolean {
  if (data.type === 'status' || data.type === 'capability') return true;
  if (data.type === 'id') return state.inFlight.some(({ command }) => command.verb === 'ID');
  if (state.stage === 'not-authenticated') return false;
  if (state.mailbox || state.selecting) return true;
  return !['flags', 'exists', 'expunge', 'fetch', 'recent', 'vanished'].includes(data.type);
}

/** What is told of untagged data. */
export function untaggedEvent(state: State, data: Untagged, text: string): Output<ImapEvent> {
  const insideTls = state.tls !== undefined;
  return { type: 'event', event: { type: 'untagged', data, insideTls, octets: text.length + 2 } };
}

/** RFC 9051 §6.3.13: DONE is said only once the server idles. */
export function endIdle(state: State, now: Instant): Step {
  // The server has said that it goes: what is sent now reaches nobody.
  if (state.name === 'closing') return { state, outputs: [] };
  if (state.idle === 'asked') return { state: { ...state, idle: 'asked-and-done' }, outputs: [] };
  if (state.idle !== 'idling') throw new UsageError('DONE without IDLE', 'RFC 9051 §6.3.13');
  return {
    state: { ...enter(state, 'reply', now), idle: 'done' },
    outputs: [{ type: 'write', bytes: utf8('DONE\r\n') }],
  };
}
