import type { Reason } from '@postern/wire';
import type { StatusResponse } from '../parse/status.ts';

/** What a refused login means, by its response code (RFC 5530 §3, RFC 9051 §7.1). One row per code, exactly one reason per row. */
export const loginOutcomes: Readonly<Record<string, Reason>> = {
  AUTHENTICATIONFAILED: 'auth-failed',
  AUTHORIZATIONFAILED: 'auth-failed',
  EXPIRED: 'auth-expired',
  PRIVACYREQUIRED: 'auth-only-after-tls',
  UNAVAILABLE: 'auth-temporary',
  INUSE: 'auth-temporary',
  CONTACTADMIN: 'account-disabled',
};

/**
 * The reason behind a refused LOGIN or AUTHENTICATE. `NO` without a known code is taken for a wrong password; `BAD` means that
 * the server did not understand us.
 */
export function loginReason({ status, code }: StatusResponse): Reason {
  const known = code && loginOutcomes[code.name];
  return known ?? (status === 'BAD' ? 'protocol-error' : 'auth-failed');
}

/** The reason behind a refused STARTTLS. */
export function startTlsReason({ code }: StatusResponse): Reason {
  return code?.name === 'UNAVAILABLE' ? 'starttls-refused-temporarily' : 'starttls-refused';
}

/** The reason behind a greeting of `BYE` (RFC 9051 §7.1.5). */
export function greetingReason({ code }: StatusResponse): Reason {
  return code?.name === 'UNAVAILABLE' ? 'greeting-rejected-temporarily' : 'greeting-rejected';
}
