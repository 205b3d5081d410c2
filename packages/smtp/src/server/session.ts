import type { ServerMechanism } from '@postern/sasl';
import type { EndOfStream, Instant, Milliseconds, Output, TlsInfo } from '@postern/wire';
import type { Recipient, Sender } from './envelope.ts';
import type { SmtpServerEvent } from './events.ts';
import type { ContentSummary } from './message/intake.ts';
import type { ServerReply } from './reply.ts';
import type { ServerStateName } from './states.ts';
import type { Verdict } from './verdict.ts';
import type { VerbAnswer } from './verbs/answer.ts';

/** An open mail transaction. */
interface Transaction {
  readonly sender: Sender;
  readonly recipients: readonly Recipient[];
  /** RCPT commands so far, refused ones included (RFC 9422 §4.2). */
  readonly attempts: number;
  /** How content is coming in, once it is; `failed` after a refused BDAT, when nothing but RSET helps (RFC 3030 §2). */
  readonly content: 'none' | 'data' | 'chunks' | 'failed';
  /** The name of the message in the `Received:` line, from when its content begins. */
  readonly id: string | undefined;
}

/** The chunk that is coming in (RFC 3030 §2). */
interface Chunk {
  readonly size: number;
  readonly last: boolean;
  /** What it will be answered with, where that is decided: its octets are swallowed all the same. */
  readonly refusal: ServerReply | undefined;
}

/** What the owner of the machine has been asked. */
export type Question =
  | {
      readonly type: 'sender' | 'recipient';
      readonly verb: string;
      readonly argument: string;
      /** What is said and changed where the answer is yes. */
      readonly answer: VerbAnswer;
    }
  | { readonly type: 'message' }
  | { readonly type: 'login'; readonly mechanism: string; readonly who: Identity };

/** Who logged in, and as whom. */
export interface Identity {
  readonly user: string;
  /** `undefined` where it is the user itself. */
  readonly authorizationId: string | undefined;
}

/** Everything the server knows about its client. Never changed, only replaced. */
export interface ServerSession {
  readonly name: ServerStateName;
  readonly since: Instant;
  readonly deadline: Instant | undefined;
  /** The name the client gave itself; `undefined` before EHLO and HELO. */
  readonly domain: string | undefined;
  /** It was EHLO or LHLO. */
  readonly extended: boolean;
  readonly tls: TlsInfo | undefined;
  readonly user: string | undefined;
  /** Who the user acts as, where that is somebody else. */
  readonly authorizationId: string | undefined;
  readonly transaction: Transaction | undefined;
  readonly chunk: Chunk | undefined;
  readonly question: Question | undefined;
  /** MAIL commands so far, refused ones included (RFC 9422 §4.1). */
  readonly transactions: number;
  /** Domains of recipients so far, lower case (RFC 9422 §4.3); empty where nothing limits them. */
  readonly recipientDomains: ReadonlySet<string>;
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
  /** The end of DATA, or of a chunk. */
  | { readonly type: 'content'; readonly content: ContentSummary }
  /** Content that does not end. */
  | { readonly type: 'flood' }
  /** Octets before the greeting, or in plaintext behind STARTTLS. */
  | { readonly type: 'untimely'; readonly bytes: Uint8Array }
  | { readonly type: 'tls-ready'; readonly tls: TlsInfo }
  | { readonly type: 'answer'; readonly verdict: Verdict | readonly Verdict[] }
  | { readonly type: 'extend'; readonly by: Milliseconds }
  | { readonly type: 'end'; readonly how: EndOfStream }
  | { readonly type: 'tick' }
  | { readonly type: 'close' };

/** A new state and what to do. */
export interface ServerStep {
  readonly session: ServerSession;
  readonly outputs: readonly Output<SmtpServerEvent>[];
  /** The message whose content was coming in has met its fate, and the outputs tell it. */
  readonly concluded?: boolean;
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
    authorizationId: undefined,
    transaction: undefined,
    chunk: undefined,
    question: undefined,
    transactions: 0,
    recipientDomains: new Set(),
    errors: 0,
    failedLogins: 0,
    exchange: undefined,
  };
}
