import type { Reason } from '@postern/wire';

/**
 * Work that takes time, such as the key derivation of SCRAM (RFC 5802 §5.1): it is done outside and its result comes back
 * by `resume`, so that `next` stays synchronous. The secret it needs stays inside.
 */
export interface SaslWork {
  /** What it is, for a timeline, such as `derive-key`. */
  readonly name: string;
  /** Does it. A rejection cancels the exchange. */
  run(): Promise<Uint8Array>;
}

/** What a client mechanism wants done after a challenge. */
export type ClientStep =
  /**
   * Send this response; it may be empty, which is not the same as none. `refusal` is there where the challenge told why the
   * server is about to refuse, and the response only lets it do so (RFC 7628 §3.2.3).
   */
  | { readonly type: 'respond'; readonly response: Uint8Array; readonly refusal?: Reason }
  /**
   * The server has proved what it had to prove; nothing is left to say. An empty response lets it report the success, and a
   * further challenge is cancelled.
   */
  | { readonly type: 'done' }
  /** Cancel the exchange (`*`): the server does not speak this mechanism, or is not who it should be. */
  | { readonly type: 'failed'; readonly reason: Reason }
  /** Do this work and hand its result to {@link ClientMechanism.resume}. */
  | { readonly type: 'wait'; readonly work: SaslWork };

/**
 * The client's side of one mechanism (RFC 4422 §3): challenges in, responses out, as octets. The exchange around it does the
 * base64, the framing and the limits. Made for one exchange and used up by it. Secrets are in private fields. No method
 * throws.
 */
export interface ClientMechanism {
  /** The registered name, upper case (RFC 4422 §3.1). */
  readonly name: string;
  /** Whether the exchange shows the secret itself to whoever listens, so that only verified TLS may carry it. */
  readonly plaintext: boolean;
  /** Set once the server has said that it does not know this type of channel binding: another one may be tried. */
  readonly bindingRefused?: boolean;
  /**
   * Begins. The initial response; empty (length 0) is a response and goes out as `=`, `undefined` is none at all: the
   * server speaks first. A protocol that cannot send it with the verb keeps it for the first challenge, which is empty.
   */
  start(): Uint8Array | undefined;
  /** Takes a challenge, which may be empty. The bytes may be kept: the caller hands them over. */
  next(challenge: Uint8Array): ClientStep;
  /** Takes the result of the work it waited for; called only after `wait`. */
  resume(result: Uint8Array): ClientStep;
  /**
   * The server says it went well. `done` where the mechanism agrees; `failed` with `server-not-verified` where the server
   * has not proved itself yet (RFC 4422 §3.6, RFC 5802 §5): the success must then not be believed.
   */
  succeed(): ClientStep;
}

/** What a server mechanism wants done after a response. */
export type ServerStep =
  /** Send this challenge; it may be empty. */
  | { readonly type: 'challenge'; readonly challenge: Uint8Array }
  /** The client is who it says it is. */
  | { readonly type: 'done'; readonly user: string; readonly authorizationId: string | undefined }
  /** It is not (`auth-failed`), or it does not speak the mechanism (`protocol-error`). */
  | { readonly type: 'failed'; readonly reason: 'auth-failed' | 'protocol-error' };

/**
 * The server's side of one exchange. Made for one exchange and used up by it.
 */
export interface ServerMechanism {
  /** The registered name, upper case. */
  readonly name: string;
  /**
   * Begins with the client's initial response, or `undefined` where it sent none; empty is a response.
   */
  start(initial: Uint8Array | undefined): ServerStep;
  /** Takes a response. Never throws. */
  next(response: Uint8Array): ServerStep;
}
