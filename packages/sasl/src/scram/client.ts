import { UsageError, utf8 } from '@postern/wire';
import type { Reason } from '@postern/wire';
import { decodeBase64, encodeBase64 } from '../base64.ts';
import { checkCredentials } from '../credentials.ts';
import type { PasswordCredentials } from '../credentials.ts';
import type { ClientMechanism, ClientStep } from '../mechanism.ts';
import { bindingInput, gs2Header } from './channel-binding.ts';
import type { BindingUse } from './channel-binding.ts';
import { derivedKeys, digestBytes, hmac, sameDigest, saltedPassword, xor } from './keys.ts';
import type { ScramHash } from './keys.ts';
import { encodeName, parseServerFinal, parseServerFirst } from './messages.ts';
import type { ServerFirst } from './messages.ts';
import { scramPassword } from './password.ts';

/** Fewer rounds make a stolen exchange cheap to search (RFC 5802 §5.1, RFC 7677 §4). */
const minIterations = 4096;
/** More would let a server keep our processor busy for seconds (RFC 5802 §9). */
const maxIterations = 10_000_000;

/** How a client runs SCRAM. */
export interface ScramClientOptions {
  readonly hash: ScramHash;
  /** What is said about channel binding; with `p` the mechanism's name ends in `-PLUS`. */
  readonly binding: BindingUse;
  /**
   * Printable ASCII without a comma that nobody can guess (RFC 5802 §5.1), of its own for each exchange: base64 of 18 random
   * octets or more. Fewer than 20 characters are refused.
   */
  readonly nonce: string;
}

/**
 * SCRAM, client side (RFC 5802, RFC 7677): the password never leaves, and the server proves that it knows it too. Throws a
 * `UsageError` for credentials it cannot carry: also for a password outside ASCII that `prepareCredentials` has not seen.
 *
 * @example
 * ```ts run
 * import { scramClient } from '@postern/sasl';
 * const nonce = 'rOprNGfwEbeRWgbNEkqO'; // a random one, each time
 * const scram = scramClient(
 *   { type: 'password', user: 'user', password: 'pencil' },
 *   { hash: 'sha256', binding: { flag: 'n' }, nonce },
 * );
 * console.log(new TextDecoder().decode(scram.start())); // n,,n=user,r=rOprNGfwEbeRWgbNEkqO
 * ```
 */
export function scramClient(credentials: PasswordCredentials, options: ScramClientOptions): ClientMechanism {
  checkCredentials(credentials);
  if (!/^[\x21-\x2b\x2d-\x7e]{20,}$/.test(options.nonce)) {
    throw new UsageError('a nonce is 20 or more printable characters without a comma', 'RFC 5802 §5.1');
  }
  return new ScramClient(credentials, options);
}

/** Where an exchange is. */
type ClientState =
  | { readonly name: 'new' }
  | { readonly name: 'first-sent' }
  | { readonly name: 'deriving'; readonly server: ServerFirst }
  | { readonly name: 'final-sent'; readonly signature: Uint8Array }
  | { readonly name: 'verified' }
  | { readonly name: 'failed' };

class ScramClient implements ClientMechanism {
  readonly name: string;
  readonly plaintext = false;
  bindingRefused = false;
  readonly #hash: ScramHash;
  readonly #password: string;
  readonly #nonce: string;
  readonly #header: string;
  readonly #bare: string;
  readonly #use: BindingUse;
  #state: ClientState = { name: 'new' };

  constructor(credentials: PasswordCredentials, { hash, binding, nonce }: ScramClientOptions) {
    this.#hash = hash;
    this.#use = binding;
    this.name = scramName(hash, binding.flag === 'p');
    this.#password = scramPassword(credentials);
    this.#nonce = nonce;
    this.#header = gs2Header(binding, encodeName(credentials.authorizationId ?? ''));
    this.#bare = `n=${encodeName(credentials.user)},r=${this.#nonce}`;
  }

  start(): Uint8Array {
    this.#state = { name: 'first-sent' };
    return utf8(this.#header + this.#bare);
  }

  next(challenge: Uint8Array): ClientStep {
    const state = this.#state;
    if (state.name === 'first-sent') return this.#derive(challenge);
    if (state.name === 'final-sent') return this.#verify(challenge, state.signature);
    return this.#fail('protocol-error');
  }

  #derive(challenge: Uint8Array): ClientStep {
    const refusal = parseServerFinal(challenge);
    // A server may say no at once, to a type of channel binding it does not know, say.
    if (refusal?.type === 'error') return this.#refused(refusal.error);
    const server = parseServerFirst(challenge);
    const salt = server && decodeBase64(server.salt);
    if (!server || !salt) return this.#fail('protocol-error');
    // RFC 5802 §5.1: the server adds its own part. A nonce of ours alone could be that of an old exchange.
    const extended = server.nonce.startsWith(this.#nonce) && server.nonce.length > this.#nonce.length;
    const bearable = server.iterations >= minIterations && server.iterations <= maxIterations;
    if (!extended || !bearable) return this.#fail('protocol-error');
    this.#state = { name: 'deriving', server };
    const run = (): Promise<Uint8Array> =>
      saltedPassword(this.#hash, this.#password, salt, server.iterations);
    return { type: 'wait', work: { name: 'derive-key', run } };
  }

  resume(salted: Uint8Array): ClientStep {
    if (this.#state.name !== 'deriving') return this.#fail('protocol-error');
    const { server } = this.#state;
    const { clientKey, storedKey, serverKey } = derivedKeys(this.#hash, salted);
    const binding = this.#use.flag === 'p' ? this.#use.binding : undefined;
    const channel = encodeBase64(bindingInput(this.#header, binding));
    const withoutProof = `c=${channel},r=${server.nonce}`;
    const authMessage = `${this.#bare},${server.text},${withoutProof}`;
    const proof = xor(clientKey, hmac(this.#hash, storedKey, authMessage));
    this.#state = { name: 'final-sent', signature: hmac(this.#hash, serverKey, authMessage) };
    return { type: 'respond', response: utf8(`${withoutProof},p=${encodeBase64(proof)}`) };
  }

  #verify(challenge: Uint8Array, expected: Uint8Array): ClientStep {
    const last = parseServerFinal(challenge);
    if (!last) return this.#fail('protocol-error');
    if (last.type === 'error') return this.#refused(last.error);
    const signature = decodeBase64(last.signature);
    if (signature?.length !== digestBytes(this.#hash) || !sameDigest(signature, expected)) {
      return this.#fail('server-not-verified');
    }
    this.#state = { name: 'verified' };
    // The signature came as a challenge, so the server waits for an answer, and there is nothing left to say.
    return { type: 'respond', response: new Uint8Array(0) };
  }

  succeed(): ClientStep {
    return this.#state.name === 'verified' ? { type: 'done' } : this.#fail('server-not-verified');
  }

  #refused(error: string): ClientStep {
    this.bindingRefused = error === 'unsupported-channel-binding-type';
    return this.#fail(errorReason(error));
  }

  #fail(reason: Reason): ClientStep {
    this.#state = { name: 'failed' };
    return { type: 'failed', reason };
  }
}

/** The registered name. */
export function scramName(hash: ScramHash, plus: boolean): string {
  return `SCRAM-SHA-${hash === 'sha1' ? '1' : '256'}${plus ? '-PLUS' : ''}`;
}

/** RFC 5802 §7: what a server's `e=` means. Values nobody knows are to be taken as `other-error`. */
function errorReason(error: string): Reason {
  switch (error) {
    case 'no-resources':
      return 'auth-temporary';
    case 'channel-bindings-dont-match':
    case 'server-does-support-channel-binding':
    case 'channel-binding-not-supported':
    case 'unsupported-channel-binding-type':
      return 'channel-binding-mismatch';
    case 'invalid-encoding':
    case 'extensions-not-supported':
    case 'invalid-username-encoding':
      return 'protocol-error';
    default:
      return 'auth-failed';
  }
}
