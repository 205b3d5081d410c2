import type { CredentialsSource, LoginOptions } from '@postern/sasl';
import type { Clock, Connection, Observer, Reason, TlsInfo, TlsRequest } from '@postern/wire';
import type { Capabilities } from './parse/capabilities.ts';
import type { Pop3Command } from './commands.ts';
import type { Pop3Event } from './events.ts';
import type { Language } from './parse/listings.ts';
import type { Maildrop } from './maildrop/maildrop.ts';
import type { Pop3Reply, ReplyLimits } from './parse/reply.ts';
import type { Patience } from './transition/states.ts';

/**
 * The answer to a command: positive with a value, or a negative reply. A negative reply is no exception, because the
 * dialogue goes on after it.
 */
export type Answer<T> =
  | { readonly ok: true; readonly value: T; readonly reply: Pop3Reply }
  | {
      readonly ok: false;
      readonly reply: Pop3Reply;
      /** What the refusal means where a reason has been agreed for it: after STLS, USER, PASS and AUTH. */
      readonly reason?: Reason;
    };

/** Options every call takes. */
export interface CallOptions {
  /**
   * Gives up waiting and rejects with `signal.reason` untouched. Before the command is written the connection stays
   * usable; after that it is destroyed, because the reply could arrive later and be taken for the next.
   */
  readonly signal?: AbortSignal;
}

/** Options of {@link Pop3.startTls}. */
export interface StartTlsOptions extends CallOptions {
  /**
   * Sends the verb although it was not offered, to tell a tag that was stripped on the way from one that was never there.
   * Default `false`.
   */
  readonly tryAnyway?: boolean;
}

/** Options of `openPop3`. */
export interface OpenPop3Options extends CallOptions {
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
  /** Sees every event of the machine: diagnostics, unsolicited replies, the content of messages. Must not throw. */
  readonly onEvent?: (event: Pop3Event) => void;
  /**
   * Whether this server was seen to offer STLS before. If it does not now, `startTls` says `downgrade-suspected` in place
   * of `starttls-not-offered`, and a diagnostic tells it at the CAPA reply. Default `false`.
   */
  readonly offeredStartTlsBefore?: boolean;
  /**
   * What the server listed in an earlier session over the same layer, as {@link Pop3.capabilities} had it before the login:
   * CAPA is not said at the greeting, which is one wait less. What is wrong about it shows in refused commands; then open
   * without. STLS forgets it, and CAPA is said inside TLS (RFC 2595 §4). Default: none, and CAPA is said, because only a server
   * that lists PIPELINING may be sent commands ahead of their replies (RFC 2449 §6.6).
   */
  readonly remembered?: Capabilities;
  /** Whether a line of the server that ends with a bare LF breaks the dialogue (`bare-lf`). Default: tolerated. */
  readonly strict?: boolean;
  /**
   * Implicit TLS: runs this handshake first and waits for the greeting inside (RFC 8314 §3.1). Default: none; a connection
   * that is inside TLS already is recognised by its `tls`.
   */
  readonly tls?: TlsRequest;
}

/** Who logs in with APOP. */
export interface ApopLogin {
  readonly user: string;
  /**
   * The MD5 of the timestamp, angle brackets included, and the password behind it, in lower-case hexadecimal digits. You
   * compute it, because this package holds no MD5: `createHash('md5').update(timestamp + password).digest('hex')` in Node.
   */
  readonly digest: (timestamp: string) => string;
}

/** Options of {@link Pop3.apop}. */
export interface ApopOptions extends CallOptions {
  /**
   * `inside-tls` (default) = only inside TLS with a verified peer, as any login. `anywhere` = also in the clear, where whoever
   * listens can try passwords against the digest at leisure, and whoever is in between can choose the timestamp.
   */
  readonly where?: 'inside-tls' | 'anywhere';
}

/** Options of `login`. */
export type LoginCallOptions = CallOptions & LoginOptions;

/** How a dialogue ended, and what became of the messages marked with DELE (RFC 1939 §6). */
export interface Farewell {
  /**
   * `none` = no message was marked. `done` = the server says that it deleted all of them. `partial` = it says `-ERR`: some of
   * them stayed. `unknown` = it went away before it said anything.
   */
  readonly update: 'none' | 'done' | 'partial' | 'unknown';
  /** The numbers of the messages that were marked. */
  readonly marked: readonly number[];
  /** The reply to QUIT; `undefined` where the server just closed. */
  readonly reply: Pop3Reply | undefined;
}

/** The value of a good `login`. */
export interface Login {
  /** The SASL mechanism that was used, `USER` for USER and PASS, or `APOP`. */
  readonly mechanism: string;
}

/**
 * One POP3 dialogue, from the greeting on. Calls may overlap: each waits for its turn. A broken dialogue rejects with a
 * `WireError`, this call and all later ones.
 */
export interface Pop3 extends AsyncDisposable {
  /** The greeting; `undefined` once STLS has made it worthless (RFC 2595 §4). */
  readonly greeting: Pop3Reply | undefined;
  /** The APOP timestamp of the greeting, if any (RFC 1939 §7); forgotten with it. */
  readonly timestamp: string | undefined;
  /** What the server offers, by its last CAPA: one was said at the greeting unless it was `remembered`, and one after `startTls`. */
  readonly capabilities: Capabilities;
  /** The messages: what can be done once a login has succeeded. */
  readonly maildrop: Maildrop;
  /** The connection, owned by this dialogue; `connection.tls` tells about its TLS layer. */
  readonly connection: Connection;
  /** Says CAPA; a server without it has no extensions, which is no failure of the dialogue (RFC 2449 §5). */
  capa(options?: CallOptions): Promise<Answer<Capabilities>>;
  /**
   * Says STLS, runs the handshake and says CAPA again: nothing known before counts (RFC 2595 §4). A refusal is an answer
   * with reason `starttls-refused`, `starttls-refused-temporarily`. Rejects, with nothing sent and the connection usable,
   * with `starttls-not-offered`, `starttls-masked` or `downgrade-suspected` where the tag is missing, and inside TLS with a
   * `UsageError`. A failed handshake rejects, and the connection is dead: there is no way back to plaintext on it.
   */
  startTls(request: TlsRequest, options?: StartTlsOptions): Promise<Answer<TlsInfo>>;
  /**
   * Logs in with the best SASL mechanism that both sides know (RFC 5034), or with USER and PASS where the server lists no
   * such mechanism. Rejects, with nothing sent and the connection usable, with `plaintext-login-refused` unless
   * `connection.tls.verification.status` is `verified`, and with `auth-not-offered` or `oauth-required` where nothing fits.
   * After a refusal no second way is tried: accounts get locked by that.
   */
  login(credentials: CredentialsSource, options?: LoginCallOptions): Promise<Answer<Login>>;
  /**
   * Logs in with APOP (RFC 1939 §7), for servers that know nothing better; `login` never chooses it. Rejects, with nothing sent
   * and the connection usable, with `auth-not-offered` where the greeting had no timestamp or STLS has made it worthless, and
   * with `plaintext-login-refused` outside of verified TLS unless `where` is `anywhere`.
   */
  apop(login: ApopLogin, options?: ApopOptions): Promise<Answer<Login>>;
  /** Says NOOP; only after the login (RFC 1939 §5). */
  noop(options?: CallOptions): Promise<Answer<undefined>>;
  /**
   * Says UTF8: headers may be UTF-8 from now on, and where `capabilities.utf8` is `with-user` the names and passwords too (RFC
   * 6856 §2). After `startTls` and before `login`; a `UsageError` elsewhere, and where it is not offered.
   */
  utf8(options?: CallOptions): Promise<Answer<undefined>>;
  /** Says LANG: which languages the server can speak (RFC 6856 §3). */
  languages(options?: CallOptions): Promise<Answer<readonly Language[]>>;
  /** Says LANG with a language tag: the texts of replies come in it from now on; `*` is the server's own (RFC 6856 §3). */
  lang(language: string, options?: CallOptions): Promise<Answer<undefined>>;
  /**
   * Says QUIT, waits for the reply and closes. Messages marked with DELE go now (RFC 1939 §6); what became of them is in
   * {@link Farewell}. Rejects with the fault where the dialogue broke before, and messages were marked: none of them was deleted.
   */
  quit(options?: CallOptions): Promise<Farewell>;
  /**
   * Sends any other command and waits for its reply; the lines of a listing are in `reply.lines`. STLS, AUTH, USER, PASS, APOP,
   * RETR, TOP and QUIT have methods of their own and are refused here.
   */
  command(command: Pop3Command, options?: CallOptions): Promise<Answer<undefined>>;
  /**
   * Says QUIT if the dialogue is idle, waits at most one second, and closes. Where messages are marked with DELE it closes
   * without QUIT, so they stay (RFC 1939 §6): only an explicit `quit` deletes. Never rejects.
   */
  [Symbol.asyncDispose](): Promise<void>;
}
