import type { Instant, Output } from '@postern/wire';
import type { Pop3ServerEvent } from './events.ts';
import { serverStates } from './states.ts';
import type { ServerSession, ServerStateName } from './states.ts';

/** What has to be done. */
export type Outputs = readonly Output<Pop3ServerEvent>[];

/** A new state and what has to be done. */
export interface ServerStep {
  readonly session: ServerSession;
  readonly outputs: Outputs;
}

export function over(session: ServerSession, outputs: Outputs): ServerStep {
  session.maildrop?.release();
  return {
    session: { ...session, name: 'ended', deadline: undefined, maildrop: undefined },
    outputs: [...outputs, { type: 'end' }],
  };
}

export function answer(session: ServerSession, ...reply: readonly Uint8Array[]): ServerStep {
  return { session, outputs: reply.map(write) };
}

export function write(bytes: Uint8Array): Output<Pop3ServerEvent> {
  return { type: 'write', bytes };
}

/** Takes a state from now on; its patience begins to run. */
export function enter(session: ServerSession, name: ServerStateName, now: Instant): ServerSession {
  const { patience } = serverStates[name];
  return { ...session, name, deadline: patience && now + session.rules.patience[patience] };
}
