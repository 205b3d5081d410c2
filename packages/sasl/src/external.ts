import { UsageError, utf8 } from '@postern/wire';
import type { ClientMechanism, ClientStep } from './mechanism.ts';
import { checkField } from './credentials.ts';

/**
 * EXTERNAL, client side (RFC 4422 appendix A): who we are is known from elsewhere, in mail from the TLS client certificate.
 * `authorizationId` is who to act as; default: whoever the certificate says. Throws a `UsageError` for one with a control
 * character.
 */
export function externalClient(authorizationId = ''): ClientMechanism {
  if (authorizationId !== '') checkField('authorizationId', authorizationId);
  return oneMessage('EXTERNAL', utf8(authorizationId));
}

/**
 * ANONYMOUS, client side (RFC 4505): no login at all, with a trace for the server's log: an address, or a token without
 * `@` of up to 255 characters, or nothing. For probes only, so it is never chosen by itself. Throws a `UsageError` for a
 * trace that is neither.
 */
export function anonymousClient(trace = ''): ClientMechanism {
  if (trace !== '') checkField('trace', trace);
  if (trace.length > 255)
    throw new UsageError('the trace is over 255 characters', 'RFC 4505 §2', 'argument-refused');
  return oneMessage('ANONYMOUS', utf8(trace));
}

/** A mechanism that says one thing, shows no secret by it, and is told nothing. */
function oneMessage(name: string, message: Uint8Array): ClientMechanism {
  let sent = false;
  const wrong: ClientStep = { type: 'failed', reason: 'protocol-error' };
  return {
    name,
    plaintext: false,
    start: () => {
      sent = true;
      return message;
    },
    next: () => wrong,
    resume: () => wrong,
    succeed: () => (sent ? { type: 'done' } : { type: 'failed', reason: 'server-not-verified' }),
  };
}
