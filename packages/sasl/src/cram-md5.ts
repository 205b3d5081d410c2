import { createHmac, timingSafeEqual } from 'node:crypto';
import { UsageError, utf8 } from '@postern/wire';
import { checkCredentials } from './credentials.ts';
import type { PasswordCredentials } from './credentials.ts';
import type { ClientMechanism, ClientStep, ServerMechanism, ServerStep } from './mechanism.ts';
import { strictText } from './server-rules.ts';

/**
 * CRAM-MD5, client side (RFC 2195): the server asks with a text of its own, the answer is keyed with the password. Never
 * chosen by itself: the server must store the password, and proves nothing about itself. Throws a `UsageError` for
 * credentials it cannot carry.
 */
export function cramMd5Client(credentials: PasswordCredentials): ClientMechanism {
  checkCredentials(credentials);
  if (credentials.authorizationId !== undefined && credentials.authorizationId !== credentials.user) {
    throw new UsageError('CRAM-MD5 cannot carry an authorizationId', 'RFC 2195 §2', 'argument-refused');
  }
  return new CramMd5Client(credentials);
}

class CramMd5Client implements ClientMechanism {
  readonly name = 'CRAM-MD5';
  readonly plaintext = false;
  readonly #user: string;
  readonly #password: string;
  #answered = false;

  constructor({ user, password }: PasswordCredentials) {
    this.#user = user;
    this.#password = password;
  }

  start(): undefined {
    return undefined;
  }

  next(challenge: Uint8Array): ClientStep {
    if (this.#answered) return { type: 'failed', reason: 'protocol-error' };
    this.#answered = true;
    return { type: 'respond', response: utf8(`${this.#user} ${keyed(this.#password, challenge)}`) };
  }

  resume(): ClientStep {
    return { type: 'failed', reason: 'protocol-error' };
  }

  succeed(): ClientStep {
    return this.#answered ? { type: 'done' } : { type: 'failed', reason: 'server-not-verified' };
  }
}

/**
 * CRAM-MD5, server side. `challenge` must never have been used before: `<random.time@host>` by custom. `password` gives the
 * password of a user, which this mechanism cannot do without; it must not throw.
 */
export function cramMd5Server(
  challenge: string,
  password: (user: string) => string | undefined,
): ServerMechanism {
  return new CramMd5Server(challenge, password);
}

class CramMd5Server implements ServerMechanism {
  readonly name = 'CRAM-MD5';
  readonly #challenge: Uint8Array;
  readonly #password: (user: string) => string | undefined;

  constructor(challenge: string, password: (user: string) => string | undefined) {
    this.#challenge = utf8(challenge);
    this.#password = password;
  }

  start(initial: Uint8Array | undefined): ServerStep {
    // RFC 2195 §2: the server speaks first.
    if (initial) return { type: 'failed', reason: 'protocol-error' };
    return { type: 'challenge', challenge: this.#challenge };
  }

  next(response: Uint8Array): ServerStep {
    const [, user, given] = /^(.+) ([0-9a-f]{32})$/s.exec(strictText(response) ?? '') ?? [];
    if (user === undefined || given === undefined) return { type: 'failed', reason: 'protocol-error' };
    const password = this.#password(user);
    const right = timingSafeEqual(utf8(keyed(password ?? '', this.#challenge)), utf8(given));
    if (!right || password === undefined) return { type: 'failed', reason: 'auth-failed' };
    return { type: 'done', user, authorizationId: undefined };
  }
}

function keyed(password: string, challenge: Uint8Array): string {
  return createHmac('md5', utf8(password)).update(challenge).digest('hex');
}
