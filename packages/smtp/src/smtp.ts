import type { CredentialsSource, LoginOptions } from '@postern/sasl';
import type { Clock, Connection, Observer, Reason, TlsInfo, TlsRequest } from '@postern/wire';
import type { WireCommand } from './commands.ts';
import type { SmtpEvent } from './events.ts';
import type { Extensions } from './extensions.ts';
import type { Content } from './content/source.ts';
import type { Reply } from './reply.ts';
import type { Patience } from './states.ts';
import type { Envelope, Submission } from './submit/submission.ts';
import type { SubmitOptions } from './submit/submissions.ts';

/**
 * The answer to a command: positive with a value, or a negative reply. A negative reply is no exception, because the
 * dialogue goes on after it.
 */
export type Answer<T> =
  | { readonly ok: true; readonly value: T; readonly reply: Reply }
  | {
      readonly ok: false;
      readonly reply: Reply;
      /** What the refusal means where a reason has been agreed for it: after STARTTLS and AUTH. */
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

/** Options of {@link Smtp.startTls}. */
export interface StartTlsOptions extends CallOptions {
  /**
   * Sends the verb although it was not offered, to tell a keyword that was stripped on the way from one that was never
   * there. Default `false`.
   */
  readonly tryAnyway?: boolean;
}

/** Options of `openSmtp` and `openLmtp`. */
export interface OpenSmtpOptions extends CallOptions {
  /** The time. */
  readonly clock: Clock;
  /**
   * Octets that nobody can guess, such as `systemRandom` of `@postern/wire/node`, for mechanisms that need a nonce. Default: none,
   * and SCRAM is not used.
   */
  readonly random?: (octets: number) => Uint8Array;
  /**
   * How long to wait for what: `mta` (default) with the limits of RFC 5321 §4.5.3.2, `probe` with seconds in place of
   * minutes, or single limits over those of `mta`.
   */
  readonly patience?: 'mta' | 'probe' | Partial<Patience>;
  /** Sees all bytes, secrets masked; for transcripts. */
  readonly observe?: Observer;
  /** Sees every event of the machine, diagnostics and unsolicited replies among them. Must not throw. */
  readonly onEvent?: (event: SmtpEvent) => void;
  /**
   * Whether this server was seen to offer STARTTLS before. If it does not now, `startTls` says `downgrade-suspected` in
   * place of `starttls-not-offered`, and a diagnostic tells it at the EHLO reply. Default `false`.
   */
  readonly offeredStartTlsBefore?: boolean;
  /** Whether a line of the server that ends with a bare LF breaks the dialogue (`bare-lf`). Default: tolerated. */
  readonly strict?: boolean;
  /**
   * Implicit TLS: runs this handshake first and waits for the greeting inside (RFC 8314 §3.3). Default: none; a connection
   * that is inside TLS already is recognised by its `tls`.
   */
  readonly tls?: TlsRequest;
  /**
   * Whether content goes in chunks (BDAT, RFC 3030) where the server offers CHUNKING: `auto` where that is of use, for
   * BINARYMIME and in a `window`; `always`; or `never`, because servers with faulty chunks exist. Default `auto`.
   */
  readonly chunking?: 'auto' | 'never' | 'always';
  /**
   * Sends content together with the envelope, and the next message right behind it, where the server offers CHUNKING and
   * PIPELINING: one wait less for each message. RFC 3030 §2 collects the replies to MAIL and RCPT first, so this is for
   * servers that are known to bear it. A message that is refused has then been sent in vain, and replies can only be counted: of a server
   * that says one too many, the surplus could be taken for a verdict. Default `false`.
   */
  readonly window?: boolean;
  /** Sends addresses over the sizes of RFC 5321 §4.5.3.1 too. Default `false`: they are refused. */
  readonly longAddresses?: boolean;
}

/** Options of `login`. */
export type LoginCallOptions = CallOptions & LoginOptions;

/** The value of a good `login`. */
export interface Login {
  /** The SASL mechanism that was used. */
  readonly mechanism: string;
}

/**
 * One SMTP dialogue, from the greeting on. Calls may overlap: each waits for its turn. A broken dialogue rejects with a
 * `WireError`, this call and all later ones.
 */
export interface Smtp extends AsyncDisposable {
  /** The greeting; `undefined` once STARTTLS has made it worthless (RFC 3207 §4.2). */
  readonly greeting: Reply | undefined;
  /** What the server offers, by its last EHLO; empty before it, after HELO, and after `startTls` until the next `ehlo`. */
  readonly extensions: Extensions;
  /** Whether STARTTLS can be used: offered, and not inside TLS yet. */
  readonly offersStartTls: boolean;
  /** The connection, owned by this dialogue; `connection.tls` tells about its TLS layer. */
  readonly connection: Connection;
  /**
   * Says EHLO, and HELO where EHLO is not understood (500, 501, 502, 504, 550; RFC 5321 §3.2): the extensions are empty
   * then. `domain` is the own fully qualified name; default: the address literal of the local end (RFC 5321 §4.1.4).
   */
  ehlo(domain?: string, options?: CallOptions): Promise<Answer<Extensions>>;
  /**
   * Says HELO and no EHLO (RFC 5321 §4.1.1.1): nothing is offered then, neither STARTTLS nor a login. For servers that hang up
   * on EHLO, see `connectSmtp`. `domain` as for `ehlo`.
   */
  helo(domain?: string, options?: CallOptions): Promise<Answer<Extensions>>;
  /**
   * Says STARTTLS and runs the handshake. Afterwards nothing known before counts: say `ehlo` again. A refusal is an answer
   * with reason `starttls-refused` or `starttls-refused-temporarily`, or with that of the missing offer where the verb was
   * only tried. Rejects, with nothing sent and the connection usable,
   * with `starttls-not-offered`, `starttls-masked` or `downgrade-suspected` where the keyword is missing. Inside TLS
   * it is a `UsageError`. A failed handshake rejects, and the connection is dead: there is no way back to plaintext on it.
   */
  startTls(request: TlsRequest, options?: StartTlsOptions): Promise<Answer<TlsInfo>>;
  /**
   * Logs in with the best mechanism that both sides know (RFC 4954). Rejects, with nothing sent and the connection usable,
   * with `plaintext-login-refused` unless `connection.tls.verification.status` is `verified`, and with `auth-not-offered`
   * or `oauth-required` where no mechanism fits. A second mechanism is tried only where the server refused the first as
   * such (504, 534), never after a wrong password.
   */
  login(credentials: CredentialsSource, options?: LoginCallOptions): Promise<Answer<Login>>;
  /**
   * Delivers a message and says what became of it for each recipient. Say `ehlo` before, in LMTP `lhlo`, and `login` where that
   * is wanted.
   *
   * Calls may overlap, and messages then share groups as far as the server allows (RFC 2920): each further one costs one
   * wait, in a `window` none. Recipients that a server wants in a transaction of their own get one. No trouble with the peer
   * or the path makes it reject: that is in the results. It rejects, with nothing of the message written, with a
   * `UsageError` for an envelope or content that cannot be sent (code `argument-refused` and others), with
   * `signal.reason`, and with the error of a content source that failed: a message that was begun is then not completed, in
   * most cases by breaking the connection.
   *
   * @example
   * ```ts
   * import type { Smtp } from '@postern/smtp';
   * declare const smtp: Smtp;
   * const { recipients } = await smtp.submit(
   *   { from: 'ann@example.org', to: ['ben@example.net'] },
   *   'Subject: Hello\n\nHi Ben\n',
   * );
   * console.log(recipients[0]?.status); // accepted
   * ```
   */
  submit(envelope: Envelope, content: Content, options?: SubmitOptions): Promise<Submission>;
  /** Says NOOP. */
  noop(options?: CallOptions): Promise<Answer<undefined>>;
  /** Says RSET: no transaction is open afterwards. */
  rset(options?: CallOptions): Promise<Answer<undefined>>;
  /**
   * Says QUIT, waits up to five seconds for the 221, and closes. Resolves with the reply, or with `undefined` where the
   * server just closed, which is no error (RFC 5321 §4.1.1.10).
   */
  quit(options?: CallOptions): Promise<Reply | undefined>;
  /**
   * Sends a command and waits for its reply. STARTTLS, QUIT and DATA have methods of their own, because more belongs to them
   * than a reply.
   */
  command(
    command: Exclude<WireCommand, { readonly verb: 'STARTTLS' | 'QUIT' | 'DATA' | 'CONTENT' }>,
    options?: CallOptions,
  ): Promise<Answer<undefined>>;
  /** Says QUIT if the dialogue is idle, waits at most one second, and closes. Never rejects. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * One LMTP dialogue (RFC 2033): as {@link Smtp}, but greeted with LHLO, and with a verdict of the server's own for each
 * recipient. A positive one counts for its recipient alone; where the dialogue breaks between the verdicts, those that came
 * count and the others are `uncertain`.
 */
export interface Lmtp extends Omit<Smtp, 'ehlo' | 'helo'> {
  /**
   * Says LHLO (RFC 2033 §4.1). `domain` is the own fully qualified name; default: the address literal of the local end. A
   * refusal is an answer. Abort, faults: as with any call.
   */
  lhlo(domain?: string, options?: CallOptions): Promise<Answer<Extensions>>;
}
