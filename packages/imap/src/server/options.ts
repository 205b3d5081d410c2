import type { AuthRules } from '@postern/sasl';
import type { Milliseconds, TlsInfo } from '@postern/wire';
import type { MailStore } from './store/mail-store.ts';
import { memoryMailStore } from './store/memory-store.ts';

/** How a server greets. Data and no subclass, so that a laboratory can describe any server in a table. */
export type GreetingHabit =
  /** `* OK` with the capabilities and a text, default `ready`; `bare` leaves the capabilities out, so that clients ask. */
  | { readonly type: 'ready'; readonly text?: string; readonly bare?: boolean; readonly delay?: Milliseconds }
  /** `* PREAUTH`: everybody is logged in already, and STARTTLS is impossible (RFC 9051 §7.1.4). */
  | { readonly type: 'preauth'; readonly text?: string; readonly delay?: Milliseconds }
  /** `* BYE` and the end; `code` is a response code such as `UNAVAILABLE` (RFC 5530 §3). */
  | {
      readonly type: 'refused';
      readonly code?: string;
      readonly text?: string;
      readonly delay?: Milliseconds;
    }
  /** Not a word, and deaf for ever. */
  | { readonly type: 'silent' }
  /** These very characters (latin1), such as another protocol's greeting with its line end, and deaf for ever. */
  | { readonly type: 'raw'; readonly text: string; readonly delay?: Milliseconds };

/** What becomes of STARTTLS. */
export type StartTlsHabit =
  /** Offered and done right (RFC 9051 §6.2.1). */
  | { readonly type: 'offered' }
  /** Not offered. The verb gets BAD, or with `accepts` is obeyed: a device stripped only the capability. */
  | { readonly type: 'absent'; readonly accepts?: boolean }
  /** The capability is overwritten, default `XXXXXXXX`, as some firewalls do. The verb gets BAD, or with `accepts` is obeyed. */
  | { readonly type: 'masked'; readonly keyword?: string; readonly accepts?: boolean }
  /** Offered and then refused: `NO` (default) or `BAD`, with a response code such as `UNAVAILABLE` where one is given. */
  | {
      readonly type: 'refused';
      readonly status?: 'NO' | 'BAD';
      readonly code?: string;
      readonly text?: string;
    }
  /** Offered; behind the go-ahead comes this plaintext (latin1), default a CAPABILITY response: the attack clients must notice. */
  | { readonly type: 'injected'; readonly text?: string }
  /** Offered; says OK and then nothing more, so the handshake never comes. */
  | { readonly type: 'silent' }
  /** Offered; closes instead of answering the verb, or after its go-ahead. */
  | { readonly type: 'closes'; readonly after: 'verb' | 'go-ahead' };

/** What goes wrong with one command, for laboratories; the rest of the dialogue is right. */
export type CommandHabit =
  /** No answer, and deaf for ever. */
  | { readonly type: 'silent' }
  /** BYE with a response code where one is given, such as `UNAVAILABLE`, and the end (RFC 9051 §7.1.5). */
  | { readonly type: 'closes'; readonly code?: string; readonly text?: string }
  /** The end without a word. */
  | { readonly type: 'hangs-up' }
  /** `NO` (default) or `BAD`, with a response code where one is given; the command is not done. */
  | {
      readonly type: 'refused';
      readonly status?: 'NO' | 'BAD';
      readonly code?: string;
      readonly text?: string;
    }
  /** These very characters (latin1) in place of the answer, `%` for the tag: a quirk of some server. The command is not done. */
  | { readonly type: 'raw'; readonly text: string };

/** Limits of the server machine. */
export interface ServerLimits {
  /** Longest line of a command with its CRLF; a longer one gets BAD. Default 8192 (RFC 2683 §3.2.1.5 asks for 8000). */
  readonly maxLineBytes: number;
  /** Literals of one command together; more get BAD. Default 65,536. */
  readonly maxLiteralBytes: number;
  /**
   * Most octets of a message of APPEND, told as APPENDLIMIT (RFC 7889); a larger one gets `NO [TOOBIG]`. It goes to the store as it comes, so
   * it bounds no memory but the store's. Default 64 MiB.
   */
  readonly maxAppendBytes: number;
}

/** How long a server waits. */
export interface ServerPatience {
  /** For the next command before a login. Default 60 s. */
  readonly command: Milliseconds;
  /** For the next command after it. Default 1,800 s, the least that RFC 9051 §5.4 allows. */
  readonly idle: Milliseconds;
  /** For the TLS handshake. Default 60 s. */
  readonly tls: Milliseconds;
}

/** Options of `imapServer`. */
export interface ImapServerOptions {
  /** Default: `{ type: 'ready' }`. */
  readonly greeting?: GreetingHabit;
  /**
   * Capabilities to list, STARTTLS, LOGINDISABLED and AUTH= left out: those follow. What is not listed is not enabled either.
   * Default: after a login all that the server can do, before it IMAP4rev1, SASL-IR and ID.
   */
  readonly capabilities?: readonly string[];
  /** Default: `{ type: 'absent' }`. */
  readonly startTls?: StartTlsHabit;
  /** Default: no login. */
  readonly auth?: AuthRules;
  /** Habits by the name of a command in upper case, `UID` for those behind it. Default: none. */
  readonly commands?: Readonly<Record<string, CommandHabit>>;
  /** Says BYE behind a login that succeeded, with a response code where one is given. Default: the dialogue goes on. */
  readonly afterLogin?: Extract<CommandHabit, { readonly type: 'closes' }>;
  /**
   * The mailboxes of who has logged in; sessions that get the same store see one another's changes. After PREAUTH the name is
   * empty. Default: for each session an INBOX without messages, in memory.
   */
  readonly store?: (user: string) => MailStore;
  /**
   * Whether COMPRESS is offered after a login (RFC 4978); the driver needs a layer then. Default: `absent`, and with a layer given to
   * `serveImap` `offered`.
   */
  readonly compress?: 'offered' | 'absent';
  /** What ID answers (RFC 2971). Default: NIL. */
  readonly id?: Readonly<Record<string, string>>;
  /** The TLS layer the dialogue begins in: implicit TLS. Default: none. */
  readonly tls?: TlsInfo;
  /** Single limits over the defaults of {@link ServerLimits}. */
  readonly limits?: Partial<ServerLimits>;
  /** Single waits over the defaults of {@link ServerPatience}. */
  readonly patience?: Partial<ServerPatience>;
}

/** The options with every default filled in. */
export interface ServerRules extends ImapServerOptions {
  readonly greeting: GreetingHabit;
  readonly store: (user: string) => MailStore;
  readonly startTls: StartTlsHabit;
  readonly limits: ServerLimits;
  readonly patience: ServerPatience;
}

/** Fills in the defaults. */
export function serverRules(options: ImapServerOptions): ServerRules {
  return {
    ...options,
    greeting: options.greeting ?? { type: 'ready' },
    store: options.store ?? (() => memoryMailStore()),
    startTls: options.startTls ?? { type: 'absent' },
    limits: {
      maxLineBytes: 8192,
      maxLiteralBytes: 65_536,
      maxAppendBytes: 64 * 1024 * 1024,
      ...options.limits,
    },
    patience: { command: 60_000, idle: 1_800_000, tls: 60_000, ...options.patience },
  };
}
