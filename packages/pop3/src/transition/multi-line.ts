import { peerText, sample, utf8 } from '@postern/wire';
import type { Instant, Output } from '@postern/wire';
import type { Pop3Event } from '../events.ts';
import { unstuffLine } from '../parse/reply.ts';
import { completed } from './completion.ts';
import { enter, fail } from './endings.ts';
import { inFront } from './states.ts';
import type { Input, LineInput, State, Step } from './states.ts';

/** A line of a listing, or the one that ends it. */
export function receiveListed(
  state: State,
  input: LineInput,
  now: Instant,
  outputs: Output<Pop3Event>[],
): Step {
  const front = inFront(state);
  const { begun } = state;
  if (!front || !begun) return { state, outputs };
  const text = unstuffLine(input.line);
  // RFC 1939 §3: only CRLF, dot, CRLF ends a multi-line reply.
  if (text === undefined && input.ending === 'crlf') {
    return completed(state, front, { ...begun.reply, lines: begun.lines }, now, outputs);
  }
  return collect(state, [text === undefined ? '' : peerText(text)], input.line.length + 2, now, outputs);
}

/** Keeps lines of a listing. */
export function collect(
  state: State,
  lines: readonly string[],
  length: number,
  now: Instant,
  outputs: Output<Pop3Event>[],
): Step {
  const front = inFront(state);
  const { begun } = state;
  if (!front || !begun) return { state, outputs };
  const bytes = begun.bytes + length;
  const { maxListingBytes, maxEarlyBytes } = state.settings.limits;
  if (bytes > (state.stage === 'authorization' ? maxEarlyBytes : maxListingBytes)) {
    const evidence = { bytes: sample(utf8(lines[0] ?? '')), rule: 'RFC 1939 §3' };
    return fail(state, now, 'peer', 'reply-too-long', evidence, undefined, outputs);
  }
  for (let at = 0; at < lines.length; at += 1) begun.lines.push(lines[at] ?? '');
  // Nobody needs long for a list of capabilities.
  const next = front.verb === 'CAPA' ? state : enter(state, 'listing', now);
  return { state: { ...next, begun: { ...begun, bytes } }, outputs };
}

/** A piece of a message; with the last one the reply is complete. */
export function receiveContent(
  state: State,
  input: Extract<Input, { readonly type: 'content' }>,
  now: Instant,
): Step {
  const front = inFront(state);
  if (!front || !state.begun) return { state, outputs: [] };
  const outputs: Output<Pop3Event>[] = [];
  if (input.bytes.length > 0)
    outputs.push({ type: 'event', event: { type: 'content', command: front, bytes: input.bytes } });
  if (input.done) return completed(state, front, state.begun.reply, now, outputs);
  return { state: input.progress ? enter(state, 'content', now) : state, outputs };
}
