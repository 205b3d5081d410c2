import { WireError } from '../faults.ts';
import type { Endpoint } from '../network.ts';
import type { Reason } from '../reasons.ts';

/** Why a connection could not be opened, from the system's code: never from words of a message. */
export function connectFault(error: unknown, endpoint: Endpoint, after: number): WireError {
  const code = systemCode(error);
  const reason = connectReason(code);
  return new WireError(
    {
      kind: reason === 'timeout-connect' ? 'timeout' : 'connect',
      reason,
      phase: 'connect',
      after,
      endpoint,
      ...(code === undefined ? {} : { evidence: { code } }),
    },
    { cause: error },
  );
}

/** The code of a system or library error, if it has one. */
export function systemCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}

function connectReason(code: string | undefined): Reason {
  switch (code) {
    case 'ECONNREFUSED':
      return 'connection-refused';
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'EHOSTDOWN':
    case 'ENETDOWN':
      return 'unreachable';
    case 'EACCES':
    case 'EPERM':
      return 'prohibited';
    case 'ETIMEDOUT':
      return 'timeout-connect';
    // A reset straight after accept shows on the connecting socket, before any `connect` event.
    case 'ECONNRESET':
    case 'EPIPE':
      return 'reset-before-greeting';
    case undefined:
    default:
      return 'connect-failed';
  }
}
