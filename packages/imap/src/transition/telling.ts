import type { Instant, Output } from '@postern/wire';
import { withoutStartTls } from '../parse/capabilities.ts';
import type { Capabilities } from '../parse/capabilities.ts';
import { diagnostic, enter, evidenceOf, fail } from './endings.ts';
import type { ImapEvent } from '../events.ts';
import type { Leniency } from '../parse/leniency.ts';
import type { Untagged } from '../parse/untagged.ts';
import type { ImapResponse } from '../parse/reply.ts';
import { afterTelling, isBelievable, untaggedEvent } from './selection.ts';
import type { State, Step } from './states.ts';
import { decoded, octets } from '../parse/tokens.ts';

type Outputs = Output<ImapEvent>[];

/** Nothing was borne. */
const none: readonly Leniency[] = [];

/** Untagged data: asked for or not, believed as far as the stage allows (RFC 9051 §2.2.2, §11.3). */
export function receiveUntagged(
  before: State,
  { data, tolerated = none }: Extract<ImapResponse, { readonly type: 'untagged' }>,
  text: string,
  now: Instant,
): Step {
  // Most of what ever comes: nothing changes but the time.
  if (
    data.type === 'fetch' &&
    before.name === 'data' &&
    before.since === now &&
    before.mailbox &&
    tolerated === none
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
export function learn(state: State, listed: Capabilities, text: string, outputs: Outputs): State {
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
