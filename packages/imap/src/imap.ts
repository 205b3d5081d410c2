import type { CredentialsSource, LoginOptions } from '@postern/sasl';
import type { Clock, Connection, Observer, Reason, TlsInfo, TlsRequest } from '@postern/wire';
import type { Capabilities } from './capabilities.ts';
import type { ImapCommand } from './commands.ts';
import type { ImapEvent } from './events.ts';
import type { Untagged } from './parse/untagged.ts';
import type { ReplyLimits } from './reply.ts';
import type { Patience } from './states.ts';
import type { StatusResponse } from './status.ts';

/**
 * The answer to a command: positive with a value, or a negative completion. A tagged NO or BAD is no exception, because the
 * dialogue goes on after it.
 */
export type Answer<T> =
  | { readonly ok: true; readonly value: T; readonly reply: StatusResponse }
  | {
      readonly ok: false;
      readonly reply: StatusResponse;
      /** What the refusal means where a reason has been agreed for it: after STARTTLS, LOGIN and AUTHENTICATE. */
      readonly reason?: Reason;
      /** What came before the refusal. */
      readonly partial?: T;
    };

/** Options every call takes. */
export interface CallOptions {
  /**
   * Gives up waiting and rejects with `signal.reason` untouched. Before the command is written the connection stays
   * usable; after that it is destroyed.
   */
  readonly signal?: AbortSignal;
}

/** Options of {@link Imap.startTls}. */
export interface StartTlsOptions extends CallOptions {
  /**
   * Sends the verb although it was not offered, to tell a capability that was stripped on the way from one that was never
   * there. Default `false`.
   */
  readonly tryAnyway?: boolean;
}

/** Options of `openImap`. */
export interface OpenImapOptions extends CallOptions {
  /** The time. */
  readonly clock: Clock;
  /**
   * Octets that nobody can guess, such as `systemRandom` of `@postern/wire/node`, for mechanisms that need a nonce. Default: none,
   * and SCRAM is not used.
   */
  readonly random?: (octets: number) => Uint8Array;
  /**
   * How long to wait for what: `standard` (default), `probe` with seconds in place of minutes, or single limits over those
   * of `standard`.
   */
  readonly patience?: 'standard' | 'probe' | Partial<Patience>;
  /** Limits of what is read. Default: `replyLimits`. */
  readonly limits?: Partial<ReplyLimits>;
  /** Sees all bytes, secrets masked; for transcripts. */
  readonly observe?: Observer;
  /**
   * Sees every event of the machine: untagged data, alerts and diagnostics among them. An ALERT inside TLS must be shown to
   * people (RFC 9051 §7.1); one outside is anybody's word. Must not throw.
   */
  readonly onEvent?: (event: ImapEvent) => void;
  /**
   * Whether this server was seen to offer STARTTLS before. If it does not now, `startTls` says `downgrade-suspected` in
   * place of `starttls-not-offered`, and a diagnostic tells it. Default `false`.
   */
  readonly offeredStartTlsBefore?: boolean;
  /**
   * Implicit TLS: runs this handshake first and waits for the greeting inside (RFC 8314 §3.2). Default: none; a connection
   * that is inside TLS already is recognised by its `tls`.
   */
  readonly tls?: TlsRequest;
}

/** Options of `login`. */
export type LoginCallOptions = CallOptions & LoginOptions;

/** The value of a good `login`. */
export interface Login {
  /** The SASL mechanism that was used, or `LOGIN` for the command of that name. */
  readonly mechanism: string;
}

/**
 * One IMAP dialogue, from the greeting on. Calls may overlap; those that change the state of the connection wait for the
 * others, and the others for them. A broken dialogue rejects with a `WireError`, this call and all later ones.
 */
export interface Imap extends AsyncDisposable {
  /** The greeting; `undefined` once STARTTLS has made it worthless (RFC 9051 §6.2.1). */
  readonly greeting: StatusResponse | undefined;
  /** Whether the server greeted with PREAUTH: logged in already, and STARTTLS is impossible (RFC 9051 §7.1.4). */
  readonly preauth: boolean;
  /** What the server offers, as far as it has told: known after opening, after `startTls` and after `login`. */
  readonly capabilities: Capabilities;
  /** The connection, owned by this dialogue; `connection.tls` tells about its TLS layer. */
  readonly connection: Connection;
  /** Says CAPABILITY. */
  capability(options?: CallOptions): Promise<Answer<Capabilities>>;
  /**
   * Says STARTTLS, runs the handshake and asks for the capabilities again: nothing known before counts (RFC 9051 §6.2.1). A
   * refusal is an answer with reason `starttls-refused`, `starttls-refused-temporarily`. Rejects, with nothing sent and the
   * connection usable, with `starttls-not-offered`, `starttls-masked` or `downgrade-suspected` where the capability is
   * missing, and with `preauth-before-tls` after PREAUTH; inside TLS with a `UsageError`. A failed handshake rejects, and the connection is dead: there is no
   * way back to plaintext on it.
   */
  startTls(request: TlsRequest, options?: StartTlsOptions): Promise<Answer<TlsInfo>>;
  /**
   * Logs in with the best SASL mechanism that both sides know (RFC 9051 §6.2.2), or with LOGIN where none fits and the server
   * does not forbid it. Rejects, with nothing sent and the connection usable, with `plaintext-login-refused` unless
   * `connection.tls.verification.status` is `verified` (`auth-only-after-tls` where the server says so itself), and with
   * `auth-not-offered` or `oauth-required` where nothing fits. A second mechanism is tried only where the server did not
   * understand the first (BAD), never after a wrong password.
   */
  login(credentials: CredentialsSource, options?: LoginCallOptions): Promise<Answer<Login>>;
  /** Says ID (RFC 2971) and resolves with what the server says about itself. */
  id(
    fields?: Readonly<Record<string, string>>,
    options?: CallOptions,
  ): Promise<Answer<Readonly<Record<string, string | null>>>>;
  /** Says NOOP. */
  noop(options?: CallOptions): Promise<Answer<undefined>>;
  /**
   * Says LOGOUT, waits up to five seconds for the completion, and closes without waiting for the server to do so. Resolves
   * with the completion, or with `undefined` where the server just closed, or said BYE and no more, which is no error.
   */
  logout(options?: CallOptions): Promise<StatusResponse | undefined>;
  /**
   * Sends any other command and resolves with the untagged data that came until it was completed; with several commands in
   * flight, that may be another's. STARTTLS, AUTHENTICATE, LOGIN and LOGOUT have methods of their own and are refused here.
   */
  command(command: ImapCommand, options?: CallOptions): Promise<Answer<readonly Untagged[]>>;
  /** Says LOGOUT if the dialogue is idle, waits at most one second, and closes. Never rejects. */
  [Symbol.asyncDispose](): Promise<void>;
}
