import type { Reason } from '@postern/wire';
import type { Reply } from '../reply.ts';

/** What the reply that ends an AUTH exchange means, and what to do about it. */
export interface AuthOutcome {
  readonly reason: Reason;
  /** Whether the same credentials may be tried again later. */
  readonly retryable: boolean;
  /** Whether the person has to be asked for a password. */
  readonly askPassword: boolean;
  /** Whether another mechanism may be tried at once: the server refused the mechanism, not the person. */
  readonly otherMechanism: boolean;
}

/** What the meaning of a reply depends on. */
export interface AuthContext {
  /** Whether the exchange ran inside TLS. */
  readonly insideTls: boolean;
  /** Whether STARTTLS was offered. */
  readonly offersStartTls: boolean;
}

function outcome(
  reason: Reason,
  flags?: Partial<Pick<AuthOutcome, 'retryable' | 'askPassword' | 'otherMechanism'>>,
): AuthOutcome {
  return { reason, retryable: false, askPassword: false, otherMechanism: false, ...flags };
}

/** The replies of RFC 4954 §6 and the two of RFC 5321 that older servers give in their place. */
const table: Readonly<Record<number, AuthOutcome>> = {
  432: outcome('auth-password-transition', { askPassword: true }),
  454: outcome('auth-temporary', { retryable: true }),
  500: outcome('auth-not-offered'),
  501: outcome('protocol-error'),
  502: outcome('auth-not-offered'),
  504: outcome('auth-not-offered', { otherMechanism: true }),
  525: outcome('account-disabled'), // RFC 5248 §3
  530: outcome('auth-required'),
  534: outcome('auth-mechanism-too-weak', { otherMechanism: true }),
  535: outcome('auth-failed', { askPassword: true }),
  538: outcome('auth-only-after-tls'),
};

/** Replies that mean "STARTTLS first" where it has not been used although it is there (RFC 3207 §4, RFC 4954 §4). */
const tlsFirst: ReadonlySet<number> = new Set([504, 530]);

/**
 * What a negative reply to AUTH means. `undefined` for a positive one.
 */
export function authOutcome(reply: Reply, context: AuthContext): AuthOutcome | undefined {
  const { code, enhanced } = reply;
  if (code < 400) return undefined;
  if (code === 421) return outcome('server-closing', { retryable: true });
  if (code === 500 && enhanced === '5.5.6') return outcome('auth-exchange-too-long');
  if (tlsFirst.has(code) && !context.insideTls && context.offersStartTls) {
    return outcome('auth-only-after-tls');
  }
  // An unknown code tells by its first digit whether a later attempt makes sense (RFC 5321 §4.3.2).
  return (
    table[code] ?? (code < 500 ? outcome('auth-temporary', { retryable: true }) : outcome('auth-failed'))
  );
}
