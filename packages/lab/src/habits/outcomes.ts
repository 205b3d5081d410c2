import type { Reason } from '@postern/wire';
import type { Outcome, TlsMethod } from '../endpoint.ts';
import { mailPorts } from '../ports.ts';
import type { MailPort } from '../ports.ts';
import type { Outcomes } from './habit.ts';

/** It works. */
export const works: Outcome = { verdict: 'works', reason: 'none' };

/** Somebody ended it. */
export function refused(reason: Reason): Outcome {
  return { verdict: 'refused', reason };
}

/** Nothing came back. */
export function silent(reason: Reason): Outcome {
  return { verdict: 'silent', reason };
}

/** Nobody can say, because the way there is closed. */
export function unknown(reason: Reason): Outcome {
  return { verdict: 'could-not-tell', reason };
}

/** The same for both methods. */
export function both(outcome: Outcome): Outcomes {
  return { 'implicit-tls': outcome, starttls: outcome };
}

/**
 * For a server that speaks one method: `own` is what comes of that one, and the other method meets the mismatch (RFC 8314
 * §3): a client that waits for a greeting waits in vain, one that begins with TLS is greeted in plaintext.
 */
export function speaking(method: TlsMethod, own: Outcome): Outcomes {
  return method === 'implicit-tls'
    ? { 'implicit-tls': own, starttls: refused('tls-on-plaintext-port') }
    : { 'implicit-tls': refused('plaintext-on-tls-port'), starttls: own };
}

/** For a server that speaks the method its port promises. */
export function asPromised(own: Outcome): (port: MailPort) => Outcomes {
  return (port) => speaking(mailPorts[port].method, own);
}
