import type { Endpoint, Milliseconds, TlsInfo } from '@postern/wire';
import type { Envelope, Recipient, Sender } from './envelope.ts';
import type { LoginAttempt } from './login-attempt.ts';
import type { Verdict } from './verdict.ts';

/** What is known about a client. Names and texts are the client's: print them escaped. */
export interface ClientInfo {
  /** Where it connects from; `undefined` where the machine was not told. */
  readonly endpoint: Endpoint | undefined;
  /** The name it gave itself; it need not be its own (RFC 5321 §4.1.4). */
  readonly domain: string;
  /** Whether it speaks ESMTP (EHLO) or LMTP (LHLO). */
  readonly extended: boolean;
  /** Who logged in, if anybody. */
  readonly user: string | undefined;
  /** Who that user acts as, where it is somebody else (RFC 4616 §2). */
  readonly authorizationId: string | undefined;
  /** The TLS layer it came through, if any. */
  readonly tls: TlsInfo | undefined;
}

/** A message that was accepted. */
export interface ReceivedMessage extends Omit<ClientInfo, 'endpoint'> {
  /** The reverse-path, without angle brackets; empty for a bounce. */
  readonly from: string;
  /** The forward-paths, without angle brackets, in order. */
  readonly recipients: readonly string[];
  /** The same with all parameters. */
  readonly envelope: Envelope;
  /** Content with CRLF line ends, dot-stuffing undone, trace lines on top where they are wanted. The receiver's own copy. */
  readonly content: Uint8Array;
  /** Whether a CR or LF stands alone, as BDAT allows: sent on by DATA it would mean something else to each server. */
  readonly bareLineEnds: boolean;
}

/** Why a message whose content had begun came to nothing. */
export type MessageAbortReason =
  /** A CR or LF stood alone within DATA. */
  | 'bare-line-end'
  /** Over `maxMessageBytes`. */
  | 'too-large'
  /** A line over `maxTextLineBytes`. */
  | 'line-too-long'
  /** More than `maxHops` lines of `Received`. */
  | 'loop'
  /** The client said RSET, EHLO, QUIT or STARTTLS between chunks. */
  | 'withdrawn'
  /** The connection broke. */
  | 'lost'
  /** The client was too slow. */
  | 'timed-out'
  /** The server closes. */
  | 'closing';

/**
 * A small mistake of a client: `space-after-colon`, as in `MAIL FROM: <a@b>` (RFC 5321 §3.3), or `source-route`, which is
 * accepted and ignored (RFC 5321 §4.1.2).
 */
export type ServerDiagnostic = 'space-after-colon' | 'source-route';

/** What the server machine tells. */
export type SmtpServerEvent =
  /**
   * A command and the code it was answered with. Of AUTH only the mechanism is told. `argument` is the client's text: print
   * it escaped.
   */
  | { readonly type: 'command'; readonly verb: string; readonly argument: string; readonly code: number }
  /** A login was tried. */
  | {
      readonly type: 'login';
      readonly mechanism: string;
      readonly user: string | undefined;
      /** Who `user` acts as, where it is somebody else. */
      readonly authorizationId?: string;
      readonly accepted: boolean;
    }
  /** Tolerated, but the client was wrong. */
  | { readonly type: 'diagnostic'; readonly reason: ServerDiagnostic; readonly verb: 'MAIL' | 'RCPT' }
  /** The TLS handshake succeeded. */
  | { readonly type: 'secured'; readonly tls: TlsInfo }
  /** A message was accepted; the 250 is on its way. Only where nobody asked to judge messages (`asks`). */
  | { readonly type: 'message'; readonly message: ReceivedMessage }
  /** The client spoke before the greeting, as spam programs do. */
  | { readonly type: 'early-talker'; readonly bytes: Uint8Array }
  /** Plaintext behind STARTTLS, thrown away: it must not be executed inside TLS. At most 512 octets of it. */
  | { readonly type: 'discarded'; readonly bytes: Uint8Array }
  /** May this sender? Answer by ANSWER; nothing more is done before. */
  | { readonly type: 'ask-sender'; readonly sender: Sender; readonly client: ClientInfo }
  /** May this recipient? `envelope` is what was accepted before. */
  | {
      readonly type: 'ask-recipient';
      readonly recipient: Recipient;
      readonly envelope: Envelope;
      readonly client: ClientInfo;
    }
  /** Are user and password right, and may the user act as `attempt.authorizationId` where there is one? */
  | { readonly type: 'ask-login'; readonly attempt: LoginAttempt; readonly client: ClientInfo }
  /** May a user who has proved who it is, as in SCRAM, act as somebody else? */
  | {
      readonly type: 'ask-act-as';
      readonly mechanism: string;
      readonly user: string;
      readonly authorizationId: string;
      readonly client: ClientInfo;
    }
  /** Content begins to come in. `id` is its name in the `Received:` line, where one is written. */
  | {
      readonly type: 'message-begin';
      readonly envelope: Envelope;
      readonly client: ClientInfo;
      readonly id: string | undefined;
    }
  /** A piece of the content, dot-stuffing undone. The bytes are borrowed: valid until the machine gets its next input. */
  | { readonly type: 'content'; readonly bytes: Uint8Array }
  /** The content is complete and keeps to the rules. Shall it be taken? In LMTP one answer for each recipient may be given. */
  | {
      readonly type: 'ask-message';
      readonly recipients: number;
      /** Octets the client sent, dot-stuffing undone. */
      readonly size: number;
      readonly bareLineEnds: boolean;
    }
  /** The message that began came to nothing; the client has been told, if it is still there. */
  | { readonly type: 'message-aborted'; readonly reason: MessageAbortReason };

/** What the owner of a server machine can tell it. */
export type SmtpServerCommand =
  /** Says 421 and ends: the server is going down (RFC 5321 §3.8). */
  | { readonly verb: 'CLOSE' }
  /**
   * Answers the open question. Several verdicts are for the recipients of a message in LMTP, in order (RFC 2033 §4.2). Throws a
   * `UsageError` where nothing was asked, and for a verdict that makes no reply.
   */
  | { readonly verb: 'ANSWER'; readonly verdict: Verdict | readonly Verdict[] }
  /** The time that our own side took is not counted against the client: its deadline moves by as much. */
  | { readonly verb: 'EXTEND'; readonly by: Milliseconds };
