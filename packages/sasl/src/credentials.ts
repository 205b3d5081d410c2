import { UsageError } from '@postern/wire';

/**
 * A user name with a password. The object is the caller's: mechanisms copy what they need into private fields, so neither
 * an event nor an error nor an inspection of a machine shows the password.
 */
export interface PasswordCredentials {
  readonly type: 'password';
  /** The authentication identity (authcid of RFC 4616 §2): whose password it is. */
  readonly user: string;
  /** The password, as the user typed it. */
  readonly password: string;
  /** The authorization identity (authzid): who to act as. Default: none, the server derives it from `user`. */
  readonly authorizationId?: string;
}

/** A user name with a token of OAuth 2.0 (RFC 6750): what large providers want in place of a password. */
export interface TokenCredentials {
  readonly type: 'token';
  /** Whose mailbox it is, as a rule the address. */
  readonly user: string;
  /** The access token, without `Bearer`. It lives for an hour or so: give a function, see {@link CredentialsSource}. */
  readonly token: string;
}

/** The TLS client certificate says who we are (EXTERNAL, RFC 4422 appendix A). */
export interface CertificateCredentials {
  readonly type: 'certificate';
  /** Who to act as. Default: whoever the certificate says. */
  readonly authorizationId?: string;
}

/** What somebody logs in with. */
export type Credentials = PasswordCredentials | TokenCredentials | CertificateCredentials;

/**
 * Credentials, or a function that fetches them late: it is called when the server has said what it offers, and once more
 * where a token was refused, because tokens expire. `again` tells the second call. What it throws rejects the login.
 */
export type CredentialsSource =
  Credentials | ((request: { readonly again: boolean }) => Credentials | Promise<Credentials>);

/**
 * Refuses credentials that no mechanism could carry, before anything is sent: an empty user or password (RFC 4616 §2), a
 * control character (RFC 4013 §2.3; NUL would end a field of PLAIN, CR and LF a line), or half a surrogate pair, which
 * would silently turn into another character. Throws a {@link UsageError} with code `argument-refused`; its text names the
 * field and never holds its value.
 */
export function checkCredentials(credentials: PasswordCredentials): void {
  checkField('user', credentials.user);
  checkField('password', credentials.password);
  if (credentials.authorizationId !== undefined) checkField('authorizationId', credentials.authorizationId);
}

/** The same for one field. */
export function checkField(field: string, value: string): void {
  const problem = value === '' ? 'is empty' : hasControl(value) ? 'holds a control character' : undefined;
  const rule = 'RFC 4616 §2';
  if (problem) throw new UsageError(`the ${field} ${problem}`, rule, 'argument-refused');
  if (!value.isWellFormed()) {
    throw new UsageError(`the ${field} is not well-formed Unicode`, rule, 'argument-refused');
  }
}

function hasControl(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code < 32 || code === 127) return true;
  }
  return false;
}

/**
 * What a transcript shows in place of a secret: its length only.
 *
 * @example
 * ```ts run
 * import { redacted } from '@postern/sasl';
 * console.log(redacted(28)); // <redacted 28 octets>
 * ```
 */
export function redacted(octets: number): string {
  return `<redacted ${octets} octets>`;
}
