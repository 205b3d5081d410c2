import { UsageError, utf8 } from '@postern/wire';
import type { Instant, Output } from '@postern/wire';
import { enter, wantContent } from './endings.ts';
import type { ImapEvent } from '../events.ts';
import { advance } from './sending.ts';
import { unfinished } from './states.ts';
import type { State, Step, UnfinishedCommand } from './states.ts';

/** Sends the next part of a command, because what it waited for has come. */
export function continueCommand(
  state: State,
  command: UnfinishedCommand,
  now: Instant,
  before: readonly Output<ImapEvent>[],
): Step {
  const [part, ...later] = command.later;
  const outputs = [...before];
  if (part && part.bytes.length > 0) outputs.push({ type: 'write', bytes: part.bytes });
  if (part?.content !== undefined) outputs.push(wantContent(command.command, part.content));
  const more = later.length > 0 || part?.content !== undefined;
  const literal = more ? unfinished(command, later, part?.content) : undefined;
  return advance({ ...state, literal, name: 'ready' }, now, outputs);
}

/** The next octets of the content; with the last of them the command goes on. */
export function sendContent(state: State, bytes: Uint8Array, now: Instant): Step {
  // The server has said that it goes: what is sent now reaches nobody.
  if (state.name === 'closing') return { state, outputs: [] };
  const { literal } = state;
  if (!literal?.content) throw new UsageError('no content is wanted', 'RFC 9051 §4.3');
  const left = literal.content.left - bytes.length;
  if (left < 0) throw new UsageError('more octets than were announced', 'RFC 9051 §4.3', 'argument-refused');
  const outputs: readonly Output<ImapEvent>[] = bytes.length > 0 ? [{ type: 'write', bytes }] : [];
  if (left === 0) return continueCommand(state, literal, now, outputs);
  const next: State = { ...state, literal: { ...literal, content: { left, writing: true } } };
  return { state: enter(next, 'data', now), outputs };
}

/** The connection has taken what was written: from now on it is our own side that is waited for. */
export function contentDrained(state: State, now: Instant): Step {
  const { literal } = state;
  if (state.name === 'closing' || !literal?.content) return { state, outputs: [] };
  const { left } = literal.content;
  const next: State = { ...state, literal: { ...literal, content: { left, writing: false } } };
  return { state: enter(next, 'content', now), outputs: [] };
}

/** RFC 3502 §6.3.11: a literal of no octets behind a message takes all of them back; the server answers NO. */
export function cancelMessages(state: State): Step {
  if (state.name === 'closing') return { state, outputs: [] };
  const { literal } = state;
  const [part, ...more] = literal?.later ?? [];
  if (!literal?.content || !part || more.length === 0)
    throw new UsageError('there is no further message', 'RFC 3502 §6.3.11');
  // The message under way may stand in the parentheses of UTF8.
  const close = part.bytes[0] === 0x29 ? ')' : '';
  const later = [
    { after: 'content', bytes: utf8(`${close} {0}\r\n`) },
    { after: 'leave', bytes: utf8('\r\n') },
  ] as const;
  return { state: { ...state, literal: { ...literal, later } }, outputs: [] };
}
