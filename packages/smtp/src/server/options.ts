import type { PasswordCredentials } from '@postern/sasl';
import type { Milliseconds, TlsInfo } from '@postern/wire';

/** How a server greets. Data and no subclass, so that a laboratory can describe any server in a table. */
export type GreetingHabit =
  /** 220 with its name. `text` stands behind the name. Default: `ESMTP ready`. */
  | { readonly type: 'ready'; readonly text?: string; readonly delay?: Milliseconds }
  /** No service: 554 or 521 (RFC 7504), then 503 or 521 to all but QUIT; 421 and the connection closes. */
  | { readonly type: 'refused'; readonly code: number; readonly text?: string; readonly delay?: Milliseconds }
  /** Not a word, and deaf for ever. */
  | { readonly type: 'silent' }
  /** These very characters (latin1), such as another protocol's greeting with its line end, and deaf for ever. */
  | { readonly type: 'raw'; readonly text: string; readonly delay?: Milliseconds };

/** What becomes of STARTTLS. */
export type StartTlsHabit =
  /** Offered and done right (RFC 3207). */
  | { readonly type: 'offered' }
  /** Not offered. The verb gets 502, or with `accepts` is obeyed: a device stripped only the keyword. */
  | { readonly type: 'absent'; readonly accepts?: boolean }
  /** The keyword is overwritten, default `XXXXXXXA`, as some firewalls do. The verb gets 500, or with `accepts` is obeyed. */
  | { readonly type: 'masked'; readonly keyword?: string; readonly accepts?: boolean }
  /** Offered and then refused with this code, such as 454. */
  | { readonly type: 'refused'; readonly code: number; readonly text?: string }
  /** Offered; behind the go-ahead comes this plaintext (latin1), default `250 injected`: the attack clients must notice. */
  | { readonly type: 'injected'; readonly text?: string }
  /** Offered; says 220 and then nothing more, so the handshake never comes. */
  | { readonly type: 'silent' }
  /** Offered; closes instead of answering the verb, or after its go-ahead. */
  | { readonly type: 'closes'; readonly after: 'verb' | 'go-ahead' };

/** How a server lets people log in. */
export interface AuthRules {
  /** Mechanisms to list. Default: PLAIN and LOGIN. */
  readonly mechanisms?: readonly string[];
  /** Lists and accepts them inside TLS only. Default `true` (RFC 4954 §4); `false` is for laboratories. */
  readonly insideTlsOnly?: boolean;
  /** Whether user and password belong together. Synchronous; must not throw. */
  readonly authenticate: (credentials: PasswordCredentials) => boolean;
  /** Whether a user may act as somebody else. Default: nobody may. */
  readonly mayActAs?: (user: string, authorizationId: string) => boolean;
}

/** Limits of the server machine. */
export interface ServerLimits {
  /** Longest command line with its CRLF. Default 2048: RFC 5321 §4.5.3.1.4 says 512, DSN raises it to 1036. */
  readonly maxLineBytes: number;
  /** Longest line of AUTH with its CRLF. Default 12290 (RFC 4954 §4). */
  readonly maxAuthLineBytes: number;
  /** Largest message. Default 10 MiB. */
  readonly maxMessageBytes: number;
  /** Longest line of a message with its CRLF. Default 8192: RFC 5321 §4.5.3.1.6 says 1000, and senders exceed it. */
  readonly maxTextLineBytes: number;
  /** Recipients of one message. Default 100 (RFC 5321 §4.5.3.1.8). */
  readonly maxRecipients: number;
  /** Refused commands in a row until the server hangs up. Default 20 (RFC 5321 §7.8). */
  readonly maxErrors: number;
  /** Failed logins until the server hangs up. Default 3 (RFC 4954 §9). */
  readonly maxFailedLogins: number;
}

/** How long a server waits. */
export interface ServerPatience {
  /** For the next command. Default 300 s (RFC 5321 §4.5.3.2.7). */
  readonly command: Milliseconds;
  /** For the whole content of a message. Default 600 s. */
  readonly data: Milliseconds;
  /** For the TLS handshake. Default 60 s. */
  readonly tls: Milliseconds;
}

/** Options of `smtpServer`. */
export interface SmtpServerOptions {
  /** The name in greeting, EHLO reply and farewell. */
  readonly domain: string;
  /** Default: `{ type: 'ready' }`. */
  readonly greeting?: GreetingHabit;
  /**
   * Lines of the EHLO reply, STARTTLS and AUTH left out: those follow from the options. Default: PIPELINING, 8BITMIME,
   * ENHANCEDSTATUSCODES, SMTPUTF8 and SIZE with the limit. Enhanced codes are sent only where they are listed (RFC 2034 §3).
   */
  readonly keywords?: readonly string[];
  /** Default: `{ type: 'absent' }`. */
  readonly startTls?: StartTlsHabit;
  /** Default: no login; AUTH gets 502. */
  readonly auth?: AuthRules;
  /** Answers 530 to all but NOOP, EHLO, HELO, STARTTLS and QUIT before TLS (RFC 3207 §4). Default `false`. */
  readonly requireTls?: boolean;
  /** Answers 530 to MAIL before a login (RFC 4954 §6). Default `false`. */
  readonly requireAuth?: boolean;
  /** The TLS layer the dialogue begins in: implicit TLS. Default: none. */
  readonly tls?: TlsInfo;
  /** Limits over the defaults. */
  readonly limits?: Partial<ServerLimits>;
  /** How long to wait, over the defaults. */
  readonly patience?: Partial<ServerPatience>;
}

/** The options with every default filled in. */
export interface ServerRules extends SmtpServerOptions {
  readonly greeting: GreetingHabit;
  readonly keywords: readonly string[];
  readonly startTls: StartTlsHabit;
  readonly limits: ServerLimits;
  readonly patience: ServerPatience;
}

/** Fills in the defaults. */
export function serverRules(options: SmtpServerOptions): ServerRules {
  const limits: ServerLimits = {
    maxLineBytes: 2048,
    maxAuthLineBytes: 12290,
    maxMessageBytes: 10 * 1024 * 1024,
    maxTextLineBytes: 8192,
    maxRecipients: 100,
    maxErrors: 20,
    maxFailedLogins: 3,
    ...options.limits,
  };
  return {
    ...options,
    greeting: options.greeting ?? { type: 'ready' },
    startTls: options.startTls ?? { type: 'absent' },
    keywords: options.keywords ?? [
      'PIPELINING',
      '8BITMIME',
      'ENHANCEDSTATUSCODES',
      'SMTPUTF8',
      `SIZE ${limits.maxMessageBytes}`,
    ],
    limits,
    patience: { command: 300_000, data: 600_000, tls: 60_000, ...options.patience },
  };
}
