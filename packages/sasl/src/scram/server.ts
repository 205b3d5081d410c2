import { utf8 } from '@postern/wire';
import type { ChannelBinding } from '@postern/wire';
import { decodeBase64, encodeBase64 } from '../base64.ts';
import type { ServerMechanism, ServerStep } from '../mechanism.ts';
import { actsAs } from '../server-rules.ts';
import type { AuthRules } from '../server-rules.ts';
import { bindingInput } from './channel-binding.ts';
import { scramName } from './client.ts';
import { digest, digestBytes, hmac, sameDigest, xor } from './keys.ts';
import type { ScramHash, ScramKeys } from './keys.ts';
import { parseClientFinal, parseClientFirst } from './messages.ts';
import type { ClientFirst } from './messages.ts';

/** How a server runs SCRAM. */
export interface ScramServerOptions {
  readonly hash: ScramHash;
  /** Whether this is the `-PLUS` mechanism. */
  readonly plus: boolean;
  /** The bindings this connection has. Where there is one, `-PLUS` is on offer too. */
  readonly bindings: readonly ChannelBinding[];
  /** What is kept of a user's password; `undefined` for a user there is none of. Must not throw. */
  readonly keys: (user: string) => ScramKeys | undefined;
  /** The server's part of the nonce, as for a client. */
  readonly nonce: string;
  /**
   * Octets that only this server knows and that stay the same: the salt shown for a user who does not exist follows from
   * them, so that it cannot be told from a real one (RFC 5802 §9).
   */
  readonly secret: Uint8Array;
}

/**
 * SCRAM, server side (RFC 5802 §5, RFC 7677). An unknown user gets the same words as a wrong password.
 */
export function scramServer(
  rules: Pick<AuthRules, 'mayActAs'>,
  options: ScramServerOptions,
): ServerMechanism {
  return new ScramServer(rules, options);
}

/** Where an exchange is. */
type ServerState =
  | { readonly name: 'new' }
  | {
      readonly name: 'challenged';
      readonly client: ClientFirst;
      readonly first: string;
      readonly nonce: string;
      readonly known: boolean;
      readonly keys: ScramKeys;
    }
  | { readonly name: 'proved'; readonly client: ClientFirst }
  | { readonly name: 'refused' };

class ScramServer implements ServerMechanism {
  readonly name: string;
  readonly #rules: Pick<AuthRules, 'mayActAs'>;
  readonly #options: ScramServerOptions;
  #state: ServerState = { name: 'new' };

  constructor(rules: Pick<AuthRules, 'mayActAs'>, options: ScramServerOptions) {
    this.#rules = rules;
    this.#options = options;
    this.name = scramName(options.hash, options.plus);
  }

  start(initial: Uint8Array | undefined): ServerStep {
    return initial ? this.next(initial) : { type: 'challenge', challenge: new Uint8Array(0) };
  }

  next(response: Uint8Array): ServerStep {
    const state = this.#state;
    switch (state.name) {
      case 'new':
        return this.#challenge(response);
      case 'challenged':
        return this.#check(state, response);
      case 'proved': {
        this.#state = { name: 'refused' };
        const { user, authorizationId } = state.client;
        // The signature was shown as a challenge; the answer to it is empty.
        if (response.length > 0) return { type: 'failed', reason: 'protocol-error' };
        return actsAs(this.#rules, user, authorizationId);
      }
      case 'refused':
        return { type: 'failed', reason: 'auth-failed' };
    }
  }

  #challenge(response: Uint8Array): ServerStep {
    const client = parseClientFirst(response);
    if (!client) return this.#refuse('protocol-error');
    const { plus, bindings, hash, keys, nonce: own, secret } = this.#options;
    // RFC 5802 §6: a client that could bind and was told that we cannot has been lied to by somebody in between.
    if (client.flag === 'y' && bindings.length > 0) return this.#error('server-does-support-channel-binding');
    if (client.flag === 'p' && !bindings.some(({ type }) => type === client.bindingType)) {
      return this.#error('unsupported-channel-binding-type');
    }
    if ((client.flag === 'p') !== plus) return this.#refuse('protocol-error');
    const found = keys(client.user);
    const kept = found ?? noSuchUser(hash, client.user, secret);
    const nonce = client.nonce + own;
    const first = `r=${nonce},s=${encodeBase64(kept.salt)},i=${kept.iterations}`;
    this.#state = { name: 'challenged', client, first, nonce, known: found !== undefined, keys: kept };
    return { type: 'challenge', challenge: utf8(first) };
  }

  #check(state: Extract<ServerState, { readonly name: 'challenged' }>, response: Uint8Array): ServerStep {
    const { hash, bindings } = this.#options;
    const { client, keys } = state;
    const last = parseClientFinal(response);
    const proof = last && decodeBase64(last.proof);
    if (!last || proof?.length !== digestBytes(hash)) return this.#refuse('protocol-error');
    if (last.nonce !== state.nonce) return this.#error('other-error');
    const binding = bindings.find(({ type }) => type === client.bindingType);
    const expected = encodeBase64(bindingInput(client.header, client.flag === 'p' ? binding : undefined));
    if (last.binding !== expected) return this.#error('channel-bindings-dont-match');
    const authMessage = `${client.bare},${state.first},${last.withoutProof}`;
    const clientKey = xor(proof, hmac(hash, keys.storedKey, authMessage));
    const right = sameDigest(digest(hash, clientKey), keys.storedKey);
    if (!right || !state.known) return this.#error('invalid-proof');
    this.#state = { name: 'proved', client };
    const signature = encodeBase64(hmac(hash, keys.serverKey, authMessage));
    return { type: 'challenge', challenge: utf8(`v=${signature}`) };
  }

  /** RFC 5802 §7: says why, and refuses whatever comes then. */
  #error(error: string): ServerStep {
    this.#state = { name: 'refused' };
    return { type: 'challenge', challenge: utf8(`e=${error}`) };
  }

  #refuse(reason: 'auth-failed' | 'protocol-error'): ServerStep {
    this.#state = { name: 'refused' };
    return { type: 'failed', reason };
  }
}

/** Keys that fit no password, with a salt that is the same at each attempt. */
function noSuchUser(hash: ScramHash, user: string, secret: Uint8Array): ScramKeys {
  const octets = hmac(hash, secret, user);
  return { salt: octets.subarray(0, 16), iterations: 4096, storedKey: octets, serverKey: octets };
}
