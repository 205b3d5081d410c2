import { concatBytes, utf8 } from '@postern/wire';
import { checkCredentials } from './credentials.ts';
import type { PasswordCredentials } from './credentials.ts';
import type { ClientMechanism, ClientStep, ServerMechanism, ServerStep } from './mechanism.ts';
import { judge, strictText } from './server-rules.ts';
import type { AuthRules } from './server-rules.ts';

const NUL = new Uint8Array(1);
const nothing = new Uint8Array(0);

/**
 * PLAIN, client side (RFC 4616): one message, `[authzid] NUL authcid NUL passwd` in UTF-8. It shows the password to the
 * server, so it may run inside verified TLS only. Throws a `UsageError` for credentials it cannot carry.
 *
 * @example
 * ```ts run
 * import { encodeBase64, plainClient } from '@postern/sasl';
 * const plain = plainClient({ type: 'password', user: 'test', password: 'test', authorizationId: 'test' });
 * const initial = plain.start();
 * if (initial) console.log(encodeBase64(initial)); // dGVzdAB0ZXN0AHRlc3Q=
 * ```
 */
export function plainClient(credentials: PasswordCredentials): ClientMechanism {
  checkCredentials(credentials);
  return new PlainClient(credentials);
}

class PlainClient implements ClientMechanism {
  readonly name = 'PLAIN';
  readonly plaintext = true;
  readonly #message: Uint8Array;
  #sent = false;

  constructor({ authorizationId = '', user, password }: PasswordCredentials) {
    this.#message = concatBytes([utf8(authorizationId), NUL, utf8(user), NUL, utf8(password)]);
  }

  start(): Uint8Array {
    this.#sent = true;
    return this.#message;
  }

  next(): ClientStep {
    // Its one message is its initial response: a server that asks for more speaks something else.
    return { type: 'failed', reason: 'protocol-error' };
  }

  resume(): ClientStep {
    return { type: 'failed', reason: 'protocol-error' };
  }

  succeed(): ClientStep {
    return this.#sent ? { type: 'done' } : { type: 'failed', reason: 'server-not-verified' };
  }
}

/**
 * PLAIN, server side (RFC 4616 §2): valid UTF-8 with exactly two NUL, neither user nor password empty, and no identity to
 * act as other than the user's own unless `mayActAs` allows it.
 */
export function plainServer(rules: AuthRules): ServerMechanism {
  return new PlainServer(rules);
}

class PlainServer implements ServerMechanism {
  readonly name = 'PLAIN';
  readonly #rules: AuthRules;

  constructor(rules: AuthRules) {
    this.#rules = rules;
  }

  start(initial: Uint8Array | undefined): ServerStep {
    return initial ? this.next(initial) : { type: 'challenge', challenge: nothing };
  }

  next(response: Uint8Array): ServerStep {
    const fields = strictText(response)?.split('\0');
    const [authorizationId = '', user = '', password = ''] = fields ?? [];
    if (fields?.length !== 3) return { type: 'failed', reason: 'protocol-error' };
    return judge(this.#rules, user, password, authorizationId);
  }
}
