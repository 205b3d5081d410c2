import { UsageError } from '@postern/wire';
import type { Credentials, PasswordCredentials } from './credentials.ts';

/** SASLprep (RFC 4013), as `@mongodb-js/saslprep` has it. */
export type Saslprep = (text: string, options?: { readonly allowUnassigned?: boolean }) => string;

/** Passwords of prepared credentials as a *stored* string (RFC 4013 §2.5), which SCRAM wants. */
const stored: WeakMap<PasswordCredentials, string> = new WeakMap();

const ascii = /^[\x20-\x7e]*$/;

/**
 * Prepares a user name and a password outside ASCII with SASLprep (RFC 4013), so that a letter typed in two ways is one
 * letter. ASCII needs none and comes back as it is, as do credentials without a password.
 *
 * It takes the optional package `@mongodb-js/saslprep`. Where that is not installed the credentials come back unchanged:
 * PLAIN and LOGIN then send what was typed, and SCRAM, which must not (RFC 5802 §2.2), is not chosen. Rejects with a
 * `UsageError` (`argument-refused`) where SASLprep forbids a character; the text does not hold it.
 *
 * @example
 * ```ts
 * import { chooseMechanism, prepareCredentials } from '@postern/sasl';
 * const credentials = await prepareCredentials({ type: 'password', user: 'jörg', password: 'pässwörd' });
 * const choice = chooseMechanism(['PLAIN'], credentials, { verified: true });
 * ```
 */
export async function prepareCredentials(
  credentials: Credentials,
  load: () => Promise<Saslprep | undefined> = installed,
): Promise<Credentials> {
  if (credentials.type !== 'password') return credentials;
  const { user, password, authorizationId } = credentials;
  if ([user, password, authorizationId ?? ''].every((text) => ascii.test(text))) return credentials;
  const saslprep = await load();
  if (!saslprep) return credentials;
  const query = (field: string, text: string): string =>
    prepared(field, () => saslprep(text, { allowUnassigned: true }));
  const result: PasswordCredentials = {
    type: 'password',
    user: query('user', user),
    password: query('password', password),
    ...(authorizationId !== undefined && { authorizationId: query('authorizationId', authorizationId) }),
  };
  try {
    stored.set(result, saslprep(password));
  } catch {
    // Unassigned code points: PLAIN may send them, SCRAM may not, and finds nothing here.
  }
  return result;
}

/** The password as SCRAM may use it; `undefined` where it would have to be prepared and is not. */
export function preparedPassword(credentials: PasswordCredentials): string | undefined {
  return ascii.test(credentials.password) ? credentials.password : stored.get(credentials);
}

function prepared(field: string, prepare: () => string): string {
  let text = '';
  try {
    text = prepare();
  } catch {
    throw new UsageError(
      `the ${field} holds a character that no login may hold`,
      'RFC 4013 §2.3',
      'argument-refused',
    );
  }
  if (text === '') {
    throw new UsageError(
      `nothing is left of the ${field} once it is prepared`,
      'RFC 4013 §2',
      'argument-refused',
    );
  }
  return text;
}

async function installed(): Promise<Saslprep | undefined> {
  try {
    const { saslprep } = await import('@mongodb-js/saslprep');
    return saslprep;
  } catch {
    return undefined;
  }
}
