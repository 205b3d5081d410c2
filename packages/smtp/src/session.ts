import type { Exchange } from '@postern/sasl';
import type { EndOfStream, Instant, Output, Reason, TlsInfo } from '@postern/wire';
import type { LineState } from './content/transparency.ts';
import type { SmtpCommand, WireCommand } from './commands.ts';
import type { SmtpDiagnostic, SmtpEvent } from './events.ts';
import { noExtensions } from './extensions.ts';
import type { Extensions } from './extensions.ts';
import type { Reply } from './reply.ts';
import type { Patience, StateName } from './states.ts';

/** What does not change during a dialogue. */
export interface Rules {
  /** LMTP greets with LHLO, and has a verdict for each recipient (RFC 2033 §4). */
  readonly protocol: 'smtp' | 'lmtp';
  readonly patience: Patience;
  /** The caller remembers an offer of STARTTLS by this server. */
  readonly offeredStartTlsBefore: boolean;
  /** BDAT may follow MAIL and RCPT, and commands may follow BDAT, before the replies are in. */
  readonly window: boolean;
  /** Addresses may be longer than RFC 5321 §4.5.3.1 has it. */
  readonly longAddresses: boolean;
}

/** A mail transaction, by what has been answered. */
export interface Transaction {
  /** Recipients accepted so far. */
  readonly accepted: number;
  /** Where its content stands, if it comes in chunks. */
  readonly chunks: 'none' | 'some' | 'failed';
}

/** A mail transaction, by what has been sent. */
export interface Sending {
  readonly stage: 'none' | 'mail' | 'rcpt' | 'data' | 'bdat' | 'failed';
  /** MAIL said SMTPUTF8. */
  readonly utf8: boolean;
  /** MAIL said BODY=BINARYMIME. */
  readonly binary: boolean;
}

/** Everything the client knows. Never changed, only replaced. */
export interface Session {
  readonly name: StateName;
  /** When waiting for the present reply began. */
  readonly since: Instant;
  readonly deadline: Instant | undefined;
  readonly extensions: Extensions;
  readonly tls: TlsInfo | undefined;
  readonly authenticated: boolean;
  /** A greeting that was a refusal. */
  readonly refusal: Reply | undefined;
  readonly exchange: Exchange | undefined;
  /** By which verb the server has been greeted: EHLO, HELO or LHLO. */
  readonly opened: 'no' | 'esmtp' | 'smtp' | 'lmtp';
  readonly transaction: Transaction | undefined;
  readonly sending: Sending;
  /** Where the content sent so far has left the line. */
  readonly lineState: LineState;
}

/** Nothing of a transaction has been sent. */
export const noTransaction: Sending = { stage: 'none', utf8: false, binary: false };

/** What can happen. */
export type Input =
  | { readonly type: 'start' }
  /** The caller speaks; `after` is the last command that is still without a reply. */
  | {
      readonly type: 'send';
      readonly commands: readonly SmtpCommand[];
      readonly after: WireCommand | undefined;
    }
  /** A complete reply; it belongs to `command`, the reply to `following` is awaited next, `behind` came behind it. */
  | {
      readonly type: 'reply';
      readonly code: number;
      readonly lines: readonly string[];
      readonly command: WireCommand | undefined;
      readonly following: WireCommand | undefined;
      readonly behind: Uint8Array | undefined;
    }
  | { readonly type: 'diagnostic'; readonly reason: SmtpDiagnostic; readonly bytes: Uint8Array }
  /** Octets that cannot be read as replies. */
  | {
      readonly type: 'unreadable';
      readonly reason: Reason;
      readonly bytes: Uint8Array;
      readonly reply?: string;
    }
  /** Octets between the go-ahead of STARTTLS and the end of the handshake. */
  | { readonly type: 'early-bytes'; readonly bytes: Uint8Array }
  | { readonly type: 'tls-ready'; readonly tls: TlsInfo }
  /** The peer stopped; `partial` are octets of an unfinished reply. */
  | { readonly type: 'end'; readonly how: EndOfStream; readonly partial: Uint8Array | undefined }
  | { readonly type: 'tick'; readonly partial: Uint8Array | undefined };

/** A new state and what to do. */
export interface Step {
  readonly session: Session;
  readonly outputs: readonly Output<SmtpEvent>[];
  /** The replies that are awaited from now on, after those that were before. */
  readonly awaits?: readonly WireCommand[];
}

/** The session before anything has happened. `tls` is there where implicit TLS is (RFC 8314 §3.3). */
export function newSession(tls: TlsInfo | undefined): Session {
  return {
    name: 'start',
    since: 0,
    deadline: undefined,
    extensions: noExtensions,
    tls,
    authenticated: false,
    refusal: undefined,
    exchange: undefined,
    opened: 'no',
    transaction: undefined,
    sending: noTransaction,
    lineState: 'start',
  };
}

/** Whether STARTTLS can be used now. */
export function offersStartTls(session: Session): boolean {
  return session.extensions.startTls === 'offered' && session.tls === undefined;
}
