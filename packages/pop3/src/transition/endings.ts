import { sample } from '@postern/wire';
import type { Evidence, FaultKind, Instant, Output, Phase, Reason } from '@postern/wire';
import { verbs } from '../commands.ts';
import type { Pop3Diagnostic, Pop3Event } from '../events.ts';
import { inFront, noCommands, states } from './states.ts';
import type { State, StateName, Step } from './states.ts';

/** Takes a state from now on; its patience begins to run. */
export function enter(state: State, name: StateName, now: Instant): State {
  const { patience } = states[name];
  return { ...state, name, since: now, deadline: patience && now + state.settings.patience[patience] };
}

/** Ends the dialogue. Nothing comes after it. */
export function fail(
  state: State,
  now: Instant,
  kind: FaultKind,
  reason: Reason,
  evidence: Evidence,
  phase: Phase = phaseOf(state),
  outputs: readonly Output<Pop3Event>[] = [],
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
    state: { ...enter(state, 'ended', now), ...noCommands },
    outputs: [...outputs, { type: 'end', fault }],
  };
}

/** The phase of a fault: the command whose answer is awaited names it. */
function phaseOf(state: State): Phase {
  switch (state.name) {
    case 'start':
    case 'greeting':
      return 'greeting';
    case 'auth-work':
      return 'auth';
    case 'starttls':
    case 'tls':
    case 'quit':
    case 'auth':
      return state.name;
    case 'ready':
    case 'ended':
      return 'idle';
    case 'reply':
    case 'listing':
    case 'content':
      break;
  }
  const front = inFront(state);
  return front ? verbs[front.verb].phase : 'command';
}

/** A defect of the server that did no harm. */
export function diagnostic(reason: Pop3Diagnostic, bytes: Uint8Array): Output<Pop3Event> {
  return { type: 'event', event: { type: 'diagnostic', reason, bytes: sample(bytes) } };
}
