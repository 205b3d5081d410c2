import type { AuthRules } from '@postern/sasl';
import type { Milliseconds, TlsInfo } from '@postern/wire';
import type { Language } from '../parse/listings.ts';
import { memoryMaildrop } from './maildrop.ts';
import type { Maildrop } from './maildrop.ts';

/** How a server greets. Data and no subclass, so that a laboratory can describe any server in a table. */
export type GreetingHabit =
  /** `+OK` with a text, default `ready`. A `timestamp` behind it, a new one for each connection, offers APOP (RFC 1939 §7). */
  | {
      readonly type: 'ready';
      readonly text?: string;
      readonly timestamp?: string;
      readonly delay?: Milliseconds;
    }
  /** `-ERR` and the end; `code` is an extended response code such as `SYS/TEMP` (RFC 3206 §4). */
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

/** What becomes of STLS. */
export type StartTlsHabit =
  /** Offered and done right (RFC 2595 §4). */
  | { readonly type: 'offered' }
  /** Not offered. The verb gets `-ERR`, or with `accepts` is obeyed: a device stripped only the tag. */
  | { readonly type: 'absent'; readonly accepts?: boolean }
  /** The tag is overwritten, default `XXXX`, as some firewalls do. The verb gets `-ERR`, or with `accepts` is obeyed. */
  | { readonly type: 'masked'; readonly keyword?: string; readonly accepts?: boolean }
  /** Offered and then refused, with an extended response code such as `SYS/TEMP` where one is given. */
  | { readonly type: 'refused'; readonly code?: string; readonly text?: string }
  /** Offered; behind the go-ahead comes this plaintext (latin1), default `+OK injected`: the attack clients must notice. */
  | { readonly type: 'injected'; readonly text?: string }
  /** Offered; says `+OK` and then nothing more, so the handshake never comes. */
  | { readonly type: 'silent' }
  /** Offered; closes instead of answering the verb, or after its go-ahead. */
  | { readonly type: 'closes'; readonly after: 'verb' | 'go-ahead' };

/** What a client says with APOP (RFC 1939 §7). */
export interface ApopAttempt {
  readonly user: string;
  /** The timestamp of the greeting. */
  readonly timestamp: string;
  /** What should be the MD5 of timestamp and password, in lower-case hexadecimal digits. */
  readonly digest: string;
}

/** Limits of the server machine. */
export interface ServerLimits {
  /** Longest line with its CRLF. Default 65,536: RFC 5034 §4 sets no limit for responses, and a memory needs one. */
  readonly maxLineBytes: number;
  /** Most octets of commands that wait while a message is being read from elsewhere; more end the dialogue. Default 256 KiB. */
  readonly maxWaitingBytes: number;
}

/** How long a server waits. */
export interface ServerPatience {
  /**
   * For the next command, and for a piece of a message that is read from elsewhere to come and to be taken. Default 600 s, the
   * least that RFC 1939 §3 allows; then it closes without a word.
   */
  readonly command: Milliseconds;
  /** For the TLS handshake. Default 60 s. */
  readonly tls: Milliseconds;
}

/** Options of `pop3Server`. */
export interface Pop3ServerOptions {
  /** Default: `{ type: 'ready' }`. */
  readonly greeting?: GreetingHabit;
  /** Default: `{ type: 'absent' }`. */
  readonly startTls?: StartTlsHabit;
  /** Default: no login. */
  readonly auth?: AuthRules;
  /**
   * Whether an APOP digest is right; only where `auth` is there and the greeting has a timestamp. Synchronous; must not throw.
   * Default: APOP is refused.
   */
  readonly apop?: (attempt: ApopAttempt) => boolean;
  /** The maildrop of a user who logged in. Default: an empty one for each session. */
  readonly maildrop?: (user: string) => Maildrop;
  /**
   * Whether UTF8 is offered (RFC 6856 §2), user names and passwords included. Default `absent`. `offered`: without that command a
   * message whose header is not ASCII is refused with the code UTF8.
   */
  readonly utf8?: 'absent' | 'offered';
  /** What LANG offers (RFC 6856 §3); the texts stay as they are, in English. Default: none, and no LANG. */
  readonly languages?: readonly Language[];
  /** The TLS layer the dialogue begins in: implicit TLS. Default: none. */
  readonly tls?: TlsInfo;
  /** Single limits over the defaults of {@link ServerLimits}. */
  readonly limits?: Partial<ServerLimits>;
  /** Single waits over the defaults of {@link ServerPatience}. */
  readonly patience?: Partial<ServerPatience>;
}

/** The options with every default filled in. */
export interface ServerRules extends Pop3ServerOptions {
  readonly greeting: GreetingHabit;
  readonly startTls: StartTlsHabit;
  readonly maildrop: (user: string) => Maildrop;
  readonly limits: ServerLimits;
  readonly patience: ServerPatience;
}

/** Fills in the defaults. */
export function serverRules(options: Pop3ServerOptions): ServerRules {
  return {
    ...options,
    greeting: options.greeting ?? { type: 'ready' },
    startTls: options.startTls ?? { type: 'absent' },
    maildrop: options.maildrop ?? (() => memoryMaildrop()),
    limits: { maxLineBytes: 65_536, maxWaitingBytes: 262_144, ...options.limits },
    patience: { command: 600_000, tls: 60_000, ...options.patience },
  };
}
