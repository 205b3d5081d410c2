import type { ServerMechanism } from '@postern/sasl';
import type { EndOfStream, Instant, Output, TlsInfo } from '@postern/wire';
import type { Content } from './data.ts';
import type { SmtpServerEvent } from './events.ts';
import type { ServerStateName } from './states.ts';

/** An open mail transaction. */
interface Transaction {
  readonly from: string;
  readonly recipients: readonly string[];
  /** The client declared SMTPUTF8 (RFC 6531 §3.4). */
  readonly utf8: boolean;
}

/** Everything the server knows about its client. Never changed, only replaced. */
export interface ServerSession {
  readonly name: ServerStateName;
  readonly since: Instant;
  readonly deadline: Instant | undefined;
  /** The name the client gave itself; `undefined` before EHLO and HELO. */
  readonly domain: string | undefined;
  /** It was EHLO. */
  readonly extended: boolean;
  readonly tls: TlsInfo | undefined;
  readonly user: string | undefined;
  readonly transaction: Transaction | undefined;
  /** Refused commands in a row. */
  readonly errors: number;
  readonly failedLogins: number;
  /** An AUTH exchange under way. */
  readonly exchange: ServerMechanism | undefined;
}

/** What can happen. */
export type ServerInput =
  | { readonly type: 'start' }
  /** A line without its CRLF, as text, in the states `command`, `auth` and `refusing`. */
  | { readonly type: 'line'; readonly text: string }
  | { readonly type: 'too-long' }
  | { readonly type: 'bare-lf' }
  | { readonly type: 'content'; readonly content: Content }
  /** Octets before the greeting, or in plaintext behind STARTTLS. */
  | { readonly type: 'untimely'; readonly bytes: Uint8Array }
  | { readonly type: 'tls-ready'; readonly tls: TlsInfo }
  | { readonly type: 'end'; readonly how: EndOfStream }
  | { readonly type: 'tick' }
  | { readonly type: 'close' };

/** A new state and what to do. */
export interface ServerStep {
  readonly session: ServerSession;
  readonly outputs: readonly Output<SmtpServerEvent>[];
}

/** The session before anything has happened, and again after a TLS handshake (RFC 3207 §4.2). */
export function newServerSession(tls: TlsInfo | undefined): ServerSession {
  return {
    name: 'start',
    since: 0,
    deadline: undefined,
    domain: undefined,
    extended: false,
    tls,
    user: undefined,
    transaction: undefined,
    errors: 0,
    failedLogins: 0,
    exchange: undefined,
  };
}
