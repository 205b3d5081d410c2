import type { SaslWork } from '@postern/sasl';
import type { Reason, TlsInfo } from '@postern/wire';
import type { Capabilities } from './parse/capabilities.ts';
import type { WireCommand } from './commands.ts';
import type { ReplyValue } from './parse/listings.ts';
import type { Pop3Reply } from './parse/reply.ts';

/**
 * What a tolerated mistake of the peer is called. Those that are no {@link Reason} never end a dialogue, so they are words
 * of this package alone: `status-case` (a status indicator in lower case), `starttls-inside-tls` (STLS listed inside TLS,
 * ignored), `uid-unlike-rfc` (a unique identifier of more than 70 characters, or with others than 0x21 to 0x7E), `uid-twice`
 * (two messages with one).
 */
export type Pop3Diagnostic =
  | Extract<Reason, 'bare-lf' | 'starttls-masked' | 'downgrade-suspected'>
  | 'status-case'
  | 'starttls-inside-tls'
  | 'uid-unlike-rfc'
  | 'uid-twice';

/** What the client machine tells. No event holds a password. */
export type Pop3Event =
  /**
   * The greeting, good or bad; the first event of all. `timestamp` is there where it offers APOP (RFC 1939 §7); a TLS
   * handshake makes it worthless.
   */
  | { readonly type: 'greeting'; readonly reply: Pop3Reply; readonly timestamp: string | undefined }
  /** The reply to a command; commands are answered in the order they were sent. */
  | {
      readonly type: 'reply';
      /** The command; where it held a password, a masked copy of it. */
      readonly command: WireCommand;
      readonly reply: Pop3Reply;
      /** With a positive reply to STAT, LIST, UIDL and LANG: what it says. */
      readonly value?: ReplyValue;
      /** With the reply to CAPA: what is offered now. */
      readonly capabilities?: Capabilities;
      /** With a negative reply to STLS, USER, PASS, APOP or AUTH: what it means; for AUTH also why we broke it off. */
      readonly reason?: Reason;
    }
  /**
   * A piece of a message (RETR, TOP), unstuffed; the `reply` follows when the message is complete. The bytes are yours, the
   * `buffer` below them is not: small pieces share one.
   */
  | { readonly type: 'content'; readonly command: WireCommand; readonly bytes: Uint8Array }
  /** The handshake succeeded and everything known before is forgotten; say CAPA again. */
  | { readonly type: 'secured'; readonly tls: TlsInfo }
  /** AUTH needs this done before it can go on; hand the result over with RESUME. */
  | { readonly type: 'work'; readonly work: SaslWork }
  /** A reply nobody asked for: the farewell of an idle server, or a peer out of step. */
  | { readonly type: 'unsolicited'; readonly reply: Pop3Reply }
  /** Tolerated, but the peer was wrong. `bytes` are what it sent, at most 512. */
  | { readonly type: 'diagnostic'; readonly reason: Pop3Diagnostic; readonly bytes: Uint8Array };
