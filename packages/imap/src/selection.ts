import type { Instant, Output } from '@postern/wire';
import type { WireCommand } from './commands.ts';
import { enter } from './endings.ts';
import type { ImapEvent } from './events.ts';
import type { Untagged } from './parse/untagged.ts';
import { afterData, afterSelect, nothingTold } from './selected.ts';
import type { Input, State, Step } from './states.ts';
import type { StatusResponse } from './status.ts';

/** What sending a command means before anything is answered. */
export function afterSending(state: State, command: WireCommand): State {
  if (command.verb === 'IDLE') return { ...state, idle: 'asked' };
  if (command.verb !== 'SELECT' && command.verb !== 'EXAMINE') return state;
  const access = command.verb === 'SELECT' ? 'read-write' : 'read-only';
  return { ...state, selecting: nothingTold(command.mailbox ?? '', access) };
}

/** What data says about the mailbox; `undefined` where it cannot be true. */
export function afterTelling(state: State, data: Untagged): State | undefined {
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
    return { ...next, selecting: undefined, mailbox, stage: mailbox ? 'selected' : 'authenticated' };
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
