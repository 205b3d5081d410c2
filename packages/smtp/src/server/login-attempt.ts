import type { PasswordCredentials } from '@postern/sasl';

/**
 * User and password that a client sent, to be judged outside. The password is in a private field, so an event that holds an
 * attempt can be logged.
 */
export class LoginAttempt {
  /** The SASL mechanism. */
  readonly mechanism: string;
  /** Who the client says it is: the authentication identity (RFC 4616 §2). */
  readonly user: string;
  /**
   * Who it wants to act as: the authorization identity, where that is somebody else than `user`. A right password says
   * nothing about it; whoever judges has to decide it too.
   */
  readonly authorizationId: string | undefined;
  readonly #credentials: PasswordCredentials;

  /** Made by the machine. */
  constructor(mechanism: string, credentials: PasswordCredentials) {
    this.mechanism = mechanism;
    this.user = credentials.user;
    this.authorizationId = credentials.authorizationId;
    this.#credentials = credentials;
  }

  /** Hands user and password, and who is to be acted as, to a judge, and its judgement back. */
  judge<T>(authenticate: (credentials: PasswordCredentials) => T): T {
    return authenticate(this.#credentials);
  }
}
