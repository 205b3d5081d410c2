import { UsageError, utf8 } from '@postern/wire';
import { checkField } from '../credentials.ts';
import type { TokenCredentials } from '../credentials.ts';
import type { ClientMechanism, ClientStep } from '../mechanism.ts';
import { encodeName } from '../scram/messages.ts';

/** Where the token is shown, for OAUTHBEARER (RFC 7628 §3.1): a server refuses one that was meant for another. */
export interface TokenTarget {
  /** The name of the server, as the caller means it. */
  readonly host: string;
  readonly port: number;
}

/**
 * OAUTHBEARER, client side (RFC 7628). It shows the token to the server, so it may run inside verified TLS only. Throws a
 * `UsageError` for a user or token that it cannot carry.
 *
 * @example
 * ```ts run
 * import { oauthBearerClient } from '@postern/sasl';
 * const oauth = oauthBearerClient(
 *   { type: 'token', user: 'user@example.com', token: 'vF9d' },
 *   { host: 'server.example.com', port: 587 },
 * );
 * console.log(JSON.stringify(new TextDecoder().decode(oauth.start())));
 * // "n,a=user@example.com,\u0001host=server.example.com\u0001port=587\u0001auth=Bearer vF9d\u0001\u0001"
 * ```
 */
export function oauthBearerClient(credentials: TokenCredentials, target?: TokenTarget): ClientMechanism {
  checkToken(credentials);
  const where = target ? `\x01host=${target.host}\x01port=${target.port}` : '';
  const message = `n,a=${encodeName(credentials.user)},${where}\x01auth=Bearer ${credentials.token}\x01\x01`;
  // RFC 7628 §3.2.3: what went wrong comes as a challenge, and a lone %x01 asks for the verdict.
  return new TokenClient('OAUTHBEARER', message, '\x01');
}

/**
 * XOAUTH2, client side: what came before OAUTHBEARER, and is still all that some large providers have. No RFC. Conditions
 * and errors are those of {@link oauthBearerClient}.
 */
export function xoauth2Client(credentials: TokenCredentials): ClientMechanism {
  checkToken(credentials);
  const message = `user=${credentials.user}\x01auth=Bearer ${credentials.token}\x01\x01`;
  return new TokenClient('XOAUTH2', message, '');
}

class TokenClient implements ClientMechanism {
  readonly name: string;
  readonly plaintext = true;
  readonly #message: Uint8Array;
  readonly #acknowledgement: Uint8Array;
  #state: 'new' | 'sent' | 'told' = 'new';

  constructor(name: string, message: string, acknowledgement: string) {
    this.name = name;
    this.#message = utf8(message);
    this.#acknowledgement = utf8(acknowledgement);
  }

  start(): Uint8Array {
    this.#state = 'sent';
    return this.#message;
  }

  next(): ClientStep {
    if (this.#state !== 'sent') return { type: 'failed', reason: 'protocol-error' };
    // The only challenge there can be says that the token was not taken.
    this.#state = 'told';
    return { type: 'respond', response: this.#acknowledgement };
  }

  resume(): ClientStep {
    return { type: 'failed', reason: 'protocol-error' };
  }

  succeed(): ClientStep {
    // A server that first said why not and then says that it went well contradicts itself.
    return this.#state === 'sent' ? { type: 'done' } : { type: 'failed', reason: 'server-not-verified' };
  }
}

/** RFC 6750 §2.1 has a token of fewer characters; visible ASCII is what the message around it bears. */
function checkToken({ user, token }: TokenCredentials): void {
  checkField('user', user);
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new UsageError(
      'the token is empty or holds more than visible ASCII',
      'RFC 7628 §3.1',
      'argument-refused',
    );
  }
}
