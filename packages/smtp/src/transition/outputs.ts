import { sample } from '@postern/wire';
import type { Evidence, Fault, Instant, Output, Reason } from '@postern/wire';
import type { SmtpDiagnostic, SmtpEvent } from '../events.ts';
import type { Session, Step } from '../session.ts';
import { states } from '../states.ts';

/** An event. */
export function event(content: SmtpEvent): Output<SmtpEvent> {
  return { type: 'event', event: content };
}

/** The event of a small mistake of the peer. */
export function diagnostic(reason: SmtpDiagnostic, bytes: Uint8Array): Output<SmtpEvent> {
  return event({ type: 'diagnostic', reason, bytes: sample(bytes) });
}

/** Nothing more will happen. */
export function over(session: Session): Session {
  return { ...session, name: 'ended', deadline: undefined, exchange: undefined };
}

/** The end with a fault, after other outputs. */
export function end(
  session: Session,
  now: Instant,
  reason: Reason,
  evidence: Evidence,
  outputs: readonly Output<SmtpEvent>[] = [],
  limit?: number,
): Step {
  const fault: Fault = {
    kind: limit === undefined ? 'peer' : 'timeout',
    reason,
    phase: states[session.name].phase,
    after: now - session.since,
    ...(limit !== undefined && { limit }),
    ...(Object.keys(evidence).length > 0 && { evidence }),
  };
  return { session: over(session), outputs: [...outputs, { type: 'end', fault }] };
}
