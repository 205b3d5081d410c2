import { sample } from '@postern/wire';
import type { Evidence, FaultKind, Instant, Output, Phase, Reason } from '@postern/wire';
import { verbs } from '../commands.ts';
import type { WireCommand } from '../commands.ts';
import type { ImapDiagnostic, ImapEvent } from '../events.ts';
import { states } from './states.ts';
import type { State, StateName, Step } from './states.ts';
import { decoded, octets } from '../parse/tokens.ts';

/** Takes a state from now on; its patience begins to run. */
export function enter(state: State, name: StateName, now: Instant): State {
  const { patience } = states[name];
  const runs = patience !== undefined && !state.paused;
  return { ...state, name, since: now, deadline: runs ? now + state.settings.patience[patience] : undefined };
}

/** Ends the dialogue. Nothing comes after it. */
export function fail(
  state: State,
  now: Instant,
  kind: FaultKind,
  reason: Reason,
  evidence: Evidence,
  phase: Phase = phaseOf(state),
  outputs: readonly Output<ImapEvent>[] = [],
): Step {
  const { patience } = states[state.name];
  const fault = {
    kind,
    reason,
    phase,
    after: now - state.since,
    ...(kind === 'timeout' && patience ? { limit: state.settings.patience[patience] } : {}),
    ...(Object.keys(evidence).length > 0 ? { evidence } : {}),
  };
  return {
    state: {
      ...enter(state, 'ended', now),
      inFlight: [],
      waiting: [],
      taken: 0,
      literal: undefined,
      idle: 'none',
    },
    outputs: [...outputs, { type: 'end', fault }],
  };
}

/** The phase of a fault: the oldest command that is not completed names it. */
function phaseOf(state: State): Phase {
  if (state.name === 'start' || state.name === 'greeting') return 'greeting';
  if (state.name === 'tls') return 'tls';
  const [front] = state.inFlight;
  return front ? verbs[front.command.verb].phase : 'idle';
}

/** A defect of the server that did no harm. */
export function diagnostic(reason: ImapDiagnostic, bytes: Uint8Array): Output<ImapEvent> {
  return { type: 'event', event: { type: 'diagnostic', reason, bytes: sample(bytes) } };
}

/** The words of the server's BYE. */
export function byeEvidence(state: State): Evidence {
  return { ...(state.bye === undefined ? {} : { reply: state.bye }), rule: 'RFC 9051 §7.1.5' };
}

/** What a response that ends a dialogue leaves behind, and the rule that it broke. */
export function evidenceOf(text: string, rule: string): Evidence {
  return { reply: decoded(text.slice(0, 512)), bytes: sample(octets(text.slice(0, 512))), rule };
}

/** Asks our own side for content. */
export function wantContent(command: WireCommand, size: number): Output<ImapEvent> {
  return { type: 'event', event: { type: 'content', command, octets: size } };
}
