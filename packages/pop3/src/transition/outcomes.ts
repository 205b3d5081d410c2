import type { Reason } from '@postern/wire';
import type { Capabilities } from '../parse/capabilities.ts';
import type { Pop3Reply } from '../parse/reply.ts';

/**
 * What a refusal of a login means, by its extended response code. One row per code, exactly one reason per row.
 * `IN-USE` and `LOGIN-DELAY` are about the moment, not about the password (RFC 2449 §8.1.1-2).
 */
export const loginOutcomes: Readonly<Record<string, Reason>> = {
  AUTH: 'auth-failed', // RFC 3206 §5: the credentials are wrong
  'SYS/TEMP': 'auth-temporary', // RFC 3206 §4: likely to go away by itself
  'SYS/PERM': 'account-disabled', // RFC 3206 §4: somebody must mend it
  'IN-USE': 'auth-temporary', // RFC 2449 §8.1.2
  'LOGIN-DELAY': 'auth-temporary', // RFC 2449 §8.1.1
};

/**
 * The reason behind a refused USER, PASS or AUTH. Without a code it is taken for a wrong password, unless the server
 * promised with AUTH-RESP-CODE to mark those (RFC 3206 §6): then it is a trouble of its own, and nobody is asked for a new password.
 */
export function loginReason(reply: Pop3Reply, capabilities: Capabilities | undefined): Reason {
  const known = reply.code === undefined ? undefined : loginOutcomes[reply.code];
  if (known) return known;
  return capabilities?.tags['AUTH-RESP-CODE'] ? 'auth-temporary' : 'auth-failed';
}

/** The reason behind a refused STLS. */
export function startTlsReason(reply: Pop3Reply): Reason {
  return isTemporary(reply) ? 'starttls-refused-temporarily' : 'starttls-refused';
}

/** The reason behind a greeting of `-ERR` (RFC 1939 §4). */
export function greetingReason(reply: Pop3Reply): Reason {
  return isTemporary(reply) ? 'greeting-rejected-temporarily' : 'greeting-rejected';
}

function isTemporary(reply: Pop3Reply): boolean {
  return reply.code === 'SYS/TEMP' || reply.code === 'IN-USE' || reply.code === 'LOGIN-DELAY';
}
