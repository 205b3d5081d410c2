import type { PasswordCredentials } from './credentials.ts';
import type { ServerStep } from './mechanism.ts';

/** How a server decides about logins. */
export interface ServerRules {
  /**
   * Whether user and password belong together. Synchronous; must not throw. Asked once per exchange, and only for a user
   * and a password that are not empty.
   */
  readonly authenticate: (credentials: PasswordCredentials) => boolean;
  /**
   * Whether a user whose password was right may act as somebody else (RFC 4616 §2). Default: nobody may.
   */
  readonly mayActAs?: (user: string, authorizationId: string) => boolean;
}

/** The verdict over one user, password and identity to act as; the same for every mechanism that shows the password. */
export function judge(
  rules: ServerRules,
  user: string,
  password: string,
  authorizationId: string,
): ServerStep {
  // RFC 4616 §2: an empty authcid or passwd SHALL fail.
  if (user === '' || password === '') return { type: 'failed', reason: 'auth-failed' };
  const right = rules.authenticate({ type: 'password', user, password });
  const other = authorizationId !== '' && authorizationId !== user ? authorizationId : undefined;
  const allowed = other === undefined || (rules.mayActAs?.(user, other) ?? false);
  if (!right || !allowed) return { type: 'failed', reason: 'auth-failed' };
  return { type: 'done', user, authorizationId: other };
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Text of octets that must be UTF-8; `undefined` where they are not. */
export function strictText(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}
