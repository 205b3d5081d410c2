import { UsageError } from '@postern/wire';
import type { PasswordCredentials } from '../credentials.ts';
import { preparedPassword } from '../prepare.ts';

/**
 * The password as SCRAM hashes it. RFC 5802 §2.2: ASCII needs no preparation; anything else must not be used without.
 * Throws a `UsageError` otherwise.
 */
export function scramPassword(credentials: PasswordCredentials): string {
  const password = preparedPassword(credentials);
  if (password !== undefined) return password;
  throw new UsageError(
    'SCRAM needs SASLprep for a password outside ASCII: call prepareCredentials first',
    'RFC 5802 §2.2',
    'argument-refused',
  );
}
