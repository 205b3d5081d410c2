import { UsageError, utf8 } from '@postern/wire';
import { checkCredentials } from './credentials.ts';
import type { PasswordCredentials } from './credentials.ts';
import type { ClientMechanism, ClientStep, ServerMechanism, ServerStep } from './mechanism.ts';
import { judge, strictText } from './server-rules.ts';
import type { AuthRules } from './server-rules.ts';

/**
 * LOGIN, client side: no RFC, but many servers have nothing else. The server asks twice; the first answer is the user, the
 * second the password, **by position**: the texts of the challenges differ between servers and may be empty. It never
 * sends an initial response, because not every server takes one. Throws a `UsageError` for credentials it cannot carry,
 * an `authorizationId` among them: LOGIN has no place for it.
 */
export function loginClient(credentials: PasswordCredentials): ClientMechanism {
  checkCredentials(credentials);
  if (credentials.authorizationId !== undefined && credentials.authorizationId !== credentials.user) {
    throw new UsageError('LOGIN cannot carry an authorizationId', 'RFC 4422 §2', 'argument-refused');
  }
  return new LoginClient(credentials);
}

class LoginClient implements ClientMechanism {
  readonly name = 'LOGIN';
  readonly plaintext = true;
  readonly #answers: readonly Uint8Array[];
  #given = 0;

  constructor({ user, password }: PasswordCredentials) {
    this.#answers = [utf8(user), utf8(password)];
  }

  start(): undefined {
    return undefined;
  }

  next(): ClientStep {
    const response = this.#answers[this.#given];
    this.#given += 1;
    if (!response) return { type: 'failed', reason: 'protocol-error' };
    return { type: 'respond', response };
  }

  resume(): ClientStep {
    return { type: 'failed', reason: 'protocol-error' };
  }

  succeed(): ClientStep {
    // LOGIN proves nothing about the server, so a success is only checked for having come after both answers.
    return this.#given === this.#answers.length
      ? { type: 'done' }
      : { type: 'failed', reason: 'server-not-verified' };
  }
}

const username = utf8('Username:');
const password = utf8('Password:');

/**
 * LOGIN, server side. An initial response is taken as the user: some clients send one.
 */
export function loginServer(rules: AuthRules): ServerMechanism {
  return new LoginServer(rules);
}

class LoginServer implements ServerMechanism {
  readonly name = 'LOGIN';
  readonly #rules: AuthRules;
  #user: string | undefined;

  constructor(rules: AuthRules) {
    this.#rules = rules;
  }

  start(initial: Uint8Array | undefined): ServerStep {
    return initial ? this.next(initial) : { type: 'challenge', challenge: username };
  }

  next(response: Uint8Array): ServerStep {
    const text = strictText(response);
    if (text === undefined || text.includes('\0')) return { type: 'failed', reason: 'protocol-error' };
    if (this.#user !== undefined) return judge(this.#rules, this.#user, text, '');
    this.#user = text;
    return { type: 'challenge', challenge: password };
  }
}
