import type { PasswordCredentials } from '@postern/sasl';
import type { Milliseconds, TlsInfo } from '@postern/wire';
import type { GreetingHabit, StartTlsHabit } from './habits.ts';
import type { Maildrop } from './maildrop.ts';

/** Whether user and password belong together. Synchronous; must not throw. */
export type Authenticate = (credentials: PasswordCredentials) => boolean;

/** Options of `pop3Server`. */
export interface Pop3ServerOptions {
  /** Decides about logins. */
  readonly authenticate: Authenticate;
  /** The maildrop of a user who logged in. Default: an empty one for each session. */
  readonly maildrop?: (user: string) => Maildrop;
  /** What the greeting calls the server. Default `ready`. */
  readonly name?: string;
  /** A timestamp for the greeting, which offers APOP (RFC 1939 §7); the verb is refused all the same. Default: none. */
  readonly timestamp?: string;
  /** How it greets. Default `normal`. */
  readonly greeting?: GreetingHabit;
  /** What it does with STLS while in plaintext. Default `offered`. */
  readonly startTls?: StartTlsHabit;
  /** Whether it lets people log in without TLS. Default `false`; the refusal tells nothing about the password (RFC 8314 §4.1). */
  readonly plaintextLogin?: boolean;
  /** The SASL mechanisms it lists. Default PLAIN and LOGIN; one that `@postern/sasl` does not have is listed and refused. */
  readonly mechanisms?: readonly string[];
  /** The TLS layer that the dialogue begins in (implicit TLS). Default: it begins in plaintext. */
  readonly tls?: TlsInfo;
  /** Autologout: silence of the client after which the server closes. Default 600,000, the least allowed (RFC 1939 §3). */
  readonly idle?: Milliseconds;
}

/** What the server machine tells. */
export type Pop3ServerEvent =
  /** A command came; the argument is left out, because it may be a password. */
  | { readonly type: 'command'; readonly verb: string }
  /** The handshake after STLS succeeded. */
  | { readonly type: 'secured'; readonly tls: TlsInfo }
  /** A login succeeded or failed. */
  | { readonly type: 'login'; readonly user: string | undefined; readonly ok: boolean };
