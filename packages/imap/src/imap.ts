import type { CredentialsSource, LoginOptions } from '@postern/sasl';
import type { Clock, Connection, Observer, OpenLayer, Reason, TlsInfo, TlsRequest } from '@postern/wire';
import type { Capabilities } from './parse/capabilities.ts';
import type { ImapCommand } from './commands.ts';
import type { ImapEvent } from './events.ts';
import type { ParseOptions, Untagged } from './parse/untagged.ts';
import type { Namespaces } from './parse/list.ts';
import type { MailboxStatus } from './parse/mailbox-status.ts';
import type { FetchedMailbox, Mailbox } from './mailbox/mailbox.ts';
import type { MailboxName } from './mailbox-name.ts';
import type {
  Appended,
  AppendOptions,
  Created,
  CreateOptions,
  FetchingOptions,
  Listed,
  ListOptions,
  LsubOptions,
  NewMessage,
  SelectOptions,
  StatusItem,
  StreamedMessage,
  SubscribedName,
} from './mailbox/mailbox-options.ts';
import type { ReplyLimits } from './parse/reply.ts';
import type { Patience } from './transition/states.ts';
import type { StatusResponse } from './parse/status.ts';

/**
 * The answer to a command: positive with a value, or a negative completion. A tagged NO or BAD is no exception, because the
 * dialogue goes on after it.
 */
export type Answer<T> =
  | { readonly ok: true; readonly value: T; readonly reply: StatusResponse }
  | {
      readonly ok: false;
      readonly reply: StatusResponse;
      /** What the refusal means where a reason has been agreed for it: after STARTTLS, LOGIN and AUTHENTICATE, and what followed them unawaited. */
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
  /**
   * Says what program this is, right after the login, where the server lists ID (RFC 2971): true values, such as
   * `{ name: 'Example Mail', version: '1.2' }`. Default: nothing is said, for privacy. Switch it on for accounts whose server wants
   * it: NetEase (163.com, 126.com, yeah.net) opens no mailbox otherwise.
   */
  readonly identify?: Readonly<Record<string, string>>;
  /** Limits of what is read. Default: `replyLimits`. */
  readonly limits?: Partial<ReplyLimits>;
  /**
   * When the values of FETCH are made: `no` (default) = at once; `checked` = the syntax is looked through at once and a value is made
   * where it is read, which pays where few are; `unchecked` = nothing is looked at before.
   */
  readonly lazy?: ParseOptions['lazy'];
  /** Ends the dialogue at mistakes of the server that are otherwise borne and told as diagnostics. Default `false`. */
  readonly strict?: boolean;
  /** What {@link Imap.compress} puts on: `deflateLayer()` of `@postern/wire/node`. Default: nothing, and it cannot be asked for. */
  readonly compression?: OpenLayer;
  /** Sees all bytes, secrets masked and before they are compressed; for transcripts. */
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
export interface LoginCallOptions extends CallOptions, LoginOptions {
  /**
   * What may be sent before the answer to the login (RFC 9051 §5.5). `none` (default): nothing, because whatever follows depends on that
   * answer. `select`: the very next call, if it is `select` or `examine`, leaves with the login in one write, its `fetch` too, and a round
   * trip is saved; do not wait for the login before that call. Where the login is refused, so is the call: its answer is the login's.
   *
   * The login is then made with LOGIN, which shows the password to the server, inside verified TLS as ever. Where LOGIN cannot be
   * used the login is made as without this option and the call waits: the server lists LOGINDISABLED or `UTF8=ONLY`, the
   * credentials are no password in ASCII, `mechanisms` are named, or `identify` is wanted and ID is not listed before the login.
   *
   * @example
   * ```ts
   * import type { Imap } from '@postern/imap';
   * declare const imap: Imap;
   * const fetch = { uids: '1:*', items: ['UID', 'ENVELOPE'] };
   * const [login, inbox] = await Promise.all([
   *   imap.login({ type: 'password', user: 'ann', password: 'secret' }, { pipelining: 'select' }),
   *   imap.examine('INBOX', { fetch }),
   * ]);
   * if (!login.ok) console.log(login.reason); // auth-failed
   * if (inbox.ok) for await (const { uid, envelope } of inbox.value.fetched) console.log(uid, envelope?.subject);
   * ```
   */
  readonly pipelining?: 'none' | 'select';
}

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
  /**
   * Says COMPRESS (RFC 4978): from then on both directions are compressed. Never done unasked, because what an attacker can put beside a
   * secret tells of it by its compressed size; mail that nobody else chose is fine. Only after a login, once, and where the server lists
   * `COMPRESS=DEFLATE`; else, and without the option `compression`, it rejects with a `UsageError` and nothing is sent. A
   * refusal is an answer, and nothing is compressed then.
   *
   * @example
   * ```ts
   * import type { Imap } from '@postern/imap';
   * declare const imap: Imap;
   * if (imap.capabilities.atoms.includes('COMPRESS=DEFLATE')) {
   *   const { ok } = await imap.compress();
   *   console.log(ok); // true
   * }
   * ```
   */
  compress(options?: CallOptions): Promise<Answer<undefined>>;
  /** Says ID (RFC 2971) and resolves with what the server says about itself. */
  id(
    fields?: Readonly<Record<string, string>>,
    options?: CallOptions,
  ): Promise<Answer<Readonly<Record<string, string | null>>>>;
  /** Says NAMESPACE (RFC 9051 §6.3.10). */
  namespace(options?: CallOptions): Promise<Answer<Namespaces>>;
  /**
   * Lists mailboxes, with what they are for and whether they have others below, as far as the server can tell (RFC 9051 §6.3.9,
   * RFC 5258, RFC 6154, RFC 5819). A server that offers the extended form and does not understand it is asked for the plain one.
   */
  list(options?: ListOptions & CallOptions): Promise<Answer<readonly Listed[]>>;
  /**
   * Says LSUB, the way of IMAP4rev1 to ask for subscribed names (RFC 3501 §6.3.9); `list` with `only: ['SUBSCRIBED']` does so where it
   * has to, and tells more. Rejects with a `UsageError` under IMAP4rev2, which has no LSUB.
   *
   * @example
   * ```ts
   * import type { Imap } from '@postern/imap';
   * declare const imap: Imap;
   * const names = await imap.lsub({ pattern: 'Lists/%' });
   * if (names.ok) for (const { name, subscribed } of names.value) console.log(name, subscribed); // Lists/a itself
   * ```
   */
  lsub(options?: LsubOptions & CallOptions): Promise<Answer<readonly SubscribedName[]>>;
  /** Says STATUS (RFC 9051 §6.3.11). Not for the selected mailbox, nor to look for new mail. */
  status(
    mailbox: string | MailboxName,
    items: readonly StatusItem[],
    options?: CallOptions,
  ): Promise<Answer<MailboxStatus | undefined>>;
  /** Makes a mailbox (RFC 9051 §6.3.4). */
  create(mailbox: string | MailboxName, options?: CreateOptions & CallOptions): Promise<Answer<Created>>;
  /** Removes a mailbox and all that is in it, for good (RFC 9051 §6.3.5). */
  delete(mailbox: string | MailboxName, options?: CallOptions): Promise<Answer<undefined>>;
  /** Renames a mailbox and those below it; of INBOX it moves the messages (RFC 9051 §6.3.6). */
  rename(
    from: string | MailboxName,
    to: string | MailboxName,
    options?: CallOptions,
  ): Promise<Answer<undefined>>;
  /** Adds a name to those that mail programs show (RFC 9051 §6.3.7). */
  subscribe(mailbox: string | MailboxName, options?: CallOptions): Promise<Answer<undefined>>;
  /** Takes a name off them (RFC 9051 §6.3.8). */
  unsubscribe(mailbox: string | MailboxName, options?: CallOptions): Promise<Answer<undefined>>;
  /**
   * Says ENABLE and resolves with what is newly on; what is not named is not (RFC 5161 §3.1). With `IMAP4rev2` or `UTF8=ACCEPT` on, names
   * and strings are UTF-8 both ways. A server that lists `UTF8=ONLY` is told so by `login`, unasked (RFC 6855 §6).
   */
  enable(capabilities: readonly string[], options?: CallOptions): Promise<Answer<readonly string[]>>;
  /**
   * Says APPEND and resolves with the UID of the message, where the server tells (RFC 9051 §6.3.12, RFC 4315). Up to 4,096 octets are sent
   * without asking where LITERAL+ or LITERAL- allow it (RFC 7888); more only where LITERAL+ and an APPENDLIMIT are listed,
   * because what is refused was sent for nothing (RFC 7889 §4). Rejects with a `UsageError`, nothing sent, for a message beyond that limit.
   *
   * A message that comes in pieces is read as fast as the server takes it, and no wait of ours runs while its source makes us wait. Where the
   * source fails, or yields more or fewer octets than announced, the call rejects and the connection is destroyed: the message is then not
   * whole, and no server keeps it. A source that fails at its first piece is found out before anything is sent.
   *
   * @example
   * ```ts
   * import { createReadStream } from 'node:fs';
   * import { stat } from 'node:fs/promises';
   * import type { Imap } from '@postern/imap';
   * declare const imap: Imap;
   * const { size: octets } = await stat('large.eml');
   * const kept = await imap.append('Sent', { octets, pieces: createReadStream('large.eml') });
   * console.log(kept.ok);
   * ```
   */
  append(
    mailbox: string | MailboxName,
    message: Uint8Array | StreamedMessage,
    options?: AppendOptions & CallOptions,
  ): Promise<Answer<Appended | undefined>>;
  /**
   * Appends several messages with one command: all are kept, or none (RFC 3502). Rejects with a `UsageError` where the server does not list
   * MULTIAPPEND. Sources are read as in `append`; one that fails before its message was announced takes back the others and
   * leaves the connection usable.
   *
   * @example
   * ```ts
   * import type { Imap } from '@postern/imap';
   * declare const imap: Imap;
   * declare const messages: readonly Uint8Array[];
   * const kept = await imap.appendAll('Archive', messages.map((message) => ({ message, flags: ['\\Seen'] })));
   * if (kept.ok) console.log(`${kept.value?.uids}`); // 41:43
   * ```
   */
  appendAll(
    mailbox: string | MailboxName,
    messages: readonly NewMessage[],
    options?: CallOptions,
  ): Promise<Answer<Appended | undefined>>;
  /**
   * Selects a mailbox and asks for messages in the same round trip; they are in `fetched`. The way to list a mailbox: without `fetch` the
   * FETCH waits for the answer to the SELECT.
   *
   * @example
   * ```ts
   * import type { Imap } from '@postern/imap';
   * declare const imap: Imap;
   * const answer = await imap.select('INBOX', { fetch: { uids: '1:*', items: ['UID', 'FLAGS', 'ENVELOPE'] } });
   * if (answer.ok) for await (const { uid, flags } of answer.value.fetched) console.log(uid, flags);
   * ```
   */
  select(mailbox: string | MailboxName, options: FetchingOptions): Promise<Answer<FetchedMailbox>>;
  /** Selects a mailbox; the one before is left, whatever the answer (RFC 9051 §6.3.2). */
  select(mailbox: string | MailboxName, options?: SelectOptions & CallOptions): Promise<Answer<Mailbox>>;
  /** Like `select` with `fetch`, and nothing in the mailbox can be changed (RFC 9051 §6.3.3). */
  examine(mailbox: string | MailboxName, options: FetchingOptions): Promise<Answer<FetchedMailbox>>;
  /** Like `select`, and nothing in the mailbox can be changed (RFC 9051 §6.3.3). */
  examine(mailbox: string | MailboxName, options?: SelectOptions & CallOptions): Promise<Answer<Mailbox>>;
  /** Says NOOP. */
  noop(options?: CallOptions): Promise<Answer<undefined>>;
  /**
   * Says LOGOUT, waits up to five seconds for the completion, and closes without waiting for the server to do so. Resolves
   * with the completion, or with `undefined` where the server just closed, or said BYE and no more, which is no error.
   */
  logout(options?: CallOptions): Promise<StatusResponse | undefined>;
  /**
   * Sends CAPABILITY, NOOP, ID, or a command of an extension (`OTHER`), and resolves with the untagged data that came until it was
   * completed; with several commands in flight, that may be another's. What has a method of its own is refused here.
   */
  command(command: ImapCommand, options?: CallOptions): Promise<Answer<readonly Untagged[]>>;
  /** Says LOGOUT if the dialogue is idle, waits at most one second, and closes. Never rejects. */
  [Symbol.asyncDispose](): Promise<void>;
}
