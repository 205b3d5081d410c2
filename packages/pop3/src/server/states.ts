import type { ServerMechanism } from '@postern/sasl';
import type { Instant, Milliseconds, TlsInfo } from '@postern/wire';
import type { GreetingHabit, StartTlsHabit } from './habits.ts';
import type { Maildrop, OpenMaildrop } from './maildrop.ts';
import type { Authenticate } from './pop3-server.ts';

/** Where a server stands. */
export type ServerStateName = 'start' | 'authorization' | 'auth' | 'transaction' | 'tls' | 'silent' | 'ended';

/** What one state means. */
export interface ServerStateRow {
  /** Whether the idle timer runs: an autologout is silent and deletes nothing (RFC 1939 §3). */
  readonly idle: boolean;
  /** Completes the sentence "The server is …". */
  readonly phrase: string;
  /** The section that defines the state. */
  readonly rfc: string;
}

/** One row per state. */
export const serverStates: Readonly<Record<ServerStateName, ServerStateRow>> = {
  start: { idle: false, phrase: 'not started', rfc: 'RFC 1939 §3' },
  authorization: { idle: true, phrase: 'waiting for a login', rfc: 'RFC 1939 §4' },
  auth: { idle: true, phrase: 'in an authentication exchange', rfc: 'RFC 5034 §4' },
  transaction: { idle: true, phrase: 'serving a maildrop', rfc: 'RFC 1939 §5' },
  tls: { idle: true, phrase: 'in the TLS handshake', rfc: 'RFC 2595 §4' },
  silent: { idle: false, phrase: 'silent on purpose', rfc: 'RFC 1939 §3' },
  ended: { idle: false, phrase: 'over', rfc: 'RFC 1939 §6' },
};

/** What does not change during a dialogue. */
export interface ServerSettings {
  readonly name: string;
  readonly timestamp: string | undefined;
  readonly greeting: GreetingHabit;
  readonly startTls: StartTlsHabit;
  readonly plaintextLogin: boolean;
  readonly mechanisms: readonly string[];
  readonly authenticate: Authenticate;
  readonly maildrop: (user: string) => Maildrop;
  readonly idle: Milliseconds;
}

/** Everything a server knows. Never changed in place; the maildrop behind it is the caller's and does change. */
export interface ServerState {
  readonly name: ServerStateName;
  readonly settings: ServerSettings;
  readonly deadline: Instant | undefined;
  readonly tls: TlsInfo | undefined;
  /** The name of an accepted USER, until the next command. */
  readonly user: string | undefined;
  readonly mechanism: ServerMechanism | undefined;
  readonly maildrop: OpenMaildrop | undefined;
  /** Numbers of messages marked by DELE. */
  readonly deleted: ReadonlySet<number>;
}
