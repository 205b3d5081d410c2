import { UsageError, utf8 } from '@postern/wire';
import type { TlsPeer } from '@postern/wire';
import { checkField } from './credentials.ts';
import type { ClientMechanism, ClientStep, ServerMechanism, ServerStep } from './mechanism.ts';
import { actsAs, strictText } from './server-rules.ts';
import type { AuthRules } from './server-rules.ts';

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
 * EXTERNAL, server side: the certificate of the handshake says who it is, and the one message who to act as; empty is as
 * oneself. Somebody else only where `mayActAs` allows it.
 */
export function externalServer(
  { external, mayActAs }: Pick<AuthRules, 'external' | 'mayActAs'>,
  peer: TlsPeer,
): ServerMechanism {
  const judged = (response: Uint8Array): ServerStep => {
    const authorizationId = strictText(response);
    if (authorizationId === undefined || authorizationId.includes('\0'))
      return { type: 'failed', reason: 'protocol-error' };
    const user = external?.user(peer);
    if (user === undefined || user === '') return { type: 'failed', reason: 'auth-failed' };
    return actsAs({ ...(mayActAs && { mayActAs }) }, user, authorizationId);
  };
  return {
    name: 'EXTERNAL',
    start: (initial) => (initial ? judged(initial) : { type: 'challenge', challenge: new Uint8Array(0) }),
    next: judged,
  };
}

/** Whether a server that has these rules takes this certificate for a login. */
export function mayUseCertificate({ external }: AuthRules, peer: TlsPeer | undefined): peer is TlsPeer {
  return external !== undefined && peer !== undefined && (peer.trust.ok || external.untrusted === 'asked');
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
