import type { PasswordCredentials } from '@postern/sasl';

/**
 * User and password that a client sent, to be judged outside. The password is in a private field, so an event that holds an
 * attempt can be logged.
 */
export class LoginAttempt {
  /** The SASL mechanism. */
  readonly mechanism: string;
  /** Who the client says it is. */
  readonly user: string;
  readonly #credentials: PasswordCredentials;

  /** Made by the machine. */
  constructor(mechanism: string, credentials: PasswordCredentials) {
    this.mechanism = mechanism;
    this.user = credentials.user;
    this.#credentials = credentials;
  }

  /** Hands user and password to a judge, and its judgement back. */
  judge<T>(authenticate: (credentials: PasswordCredentials) => T): T {
    return authenticate(this.#credentials);
  }
}
