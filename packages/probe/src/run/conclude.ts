import { PoolError } from '@postern/pool';
import { DeadlineExceeded, isWireError } from '@postern/wire';
import type { Fault, Milliseconds, Phase, Reason } from '@postern/wire';

/** How one method at one endpoint ended: it went through, or a fault says why not. */
export type Ending = { readonly ok: true } | { readonly ok: false; readonly fault: Fault };

/**
 * What an error of a probe amounts to. Aborts by the caller and mistakes in code are thrown on untouched; a deadline is a
 * fault of the phase in which it struck.
 */
export function endingOf(error: unknown, phase: Phase, elapsed: Milliseconds): Ending {
  if (isWireError(error)) return { ok: false, fault: error.fault };
  if (error instanceof PoolError) return { ok: false, fault: connectFault(error, elapsed) };
  if (error instanceof DeadlineExceeded) {
    return {
      ok: false,
      fault: { kind: 'timeout', reason: timeoutOf(phase), phase, after: elapsed, limit: error.limit },
    };
  }
  throw error;
}

/** The one fault that speaks for several addresses: what somebody answered says more than that nobody did. */
function connectFault(error: PoolError, elapsed: Milliseconds): Fault {
  const faults = error.attempts.flatMap(({ fault }) => fault ?? []);
  const telling: readonly Reason[] = [
    'connection-refused',
    'reset-before-greeting',
    'prohibited',
    'timeout-connect',
  ];
  for (const reason of telling) {
    const fault = faults.find((candidate) => candidate.reason === reason);
    if (fault) return fault;
  }
  const [first] = faults;
  if (first) return first;
  const syns = Math.max(0, ...error.attempts.map((attempt) => attempt.syns));
  return { kind: 'timeout', reason: 'timeout-connect', phase: 'connect', after: elapsed, evidence: { syns } };
}

/** The time-outs that have a reason of their own; in any other phase it is a reply that did not come. */
const timeouts: Readonly<Partial<Record<Phase, Reason>>> = {
  dns: 'dns-timeout',
  connect: 'timeout-connect',
  greeting: 'timeout-greeting',
  starttls: 'timeout-starttls-reply',
  tls: 'timeout-tls-handshake',
};

function timeoutOf(phase: Phase): Reason {
  return timeouts[phase] ?? 'timeout-reply';
}
