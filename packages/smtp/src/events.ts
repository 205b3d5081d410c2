import type { SaslWork } from '@postern/sasl';
import type { Reason, TlsInfo } from '@postern/wire';
import type { WireCommand } from './commands.ts';
import type { Extensions } from './extensions.ts';
import type { Reply } from './reply.ts';

/**
 * What a tolerated mistake of the peer is called. Those that are no {@link Reason} never end a dialogue, so they are words
 * of this package alone: `enhanced-mismatch` (the class of the enhanced code is not that of the reply code),
 * `code-out-of-range` (second digit 6 to 9), `starttls-inside-tls` (the keyword offered again inside TLS, ignored).
 */
export type SmtpDiagnostic =
  | Extract<Reason, 'bare-lf' | 'nul-in-reply' | 'starttls-masked' | 'downgrade-suspected' | 'protocol-error'>
  | 'enhanced-mismatch'
  | 'code-out-of-range'
  | 'starttls-inside-tls';

/** What the client machine tells. */
export type SmtpEvent =
  /** The greeting, good or bad; the first event of all. */
  | { readonly type: 'greeting'; readonly reply: Reply }
  /** The reply to a command; commands are answered in the order they were sent. */
  | {
      readonly type: 'reply';
      readonly command: WireCommand;
      readonly reply: Reply;
      /** With a positive reply to EHLO, HELO or LHLO: what is offered now. */
      readonly extensions?: Extensions;
      /** With a negative reply to STARTTLS or AUTH: what it means. */
      readonly reason?: Reason;
    }
  /** The handshake succeeded and everything known before is forgotten; say EHLO again. */
  | { readonly type: 'secured'; readonly tls: TlsInfo }
  /** AUTH needs this done before it can go on; hand the result over with RESUME. */
  | { readonly type: 'work'; readonly work: SaslWork }
  /** A reply nobody asked for: 421 of a server that goes away, or a peer out of step (RFC 5321 §3.8). */
  | { readonly type: 'unsolicited'; readonly reply: Reply }
  /** Tolerated, but the peer was wrong. */
  | { readonly type: 'diagnostic'; readonly reason: SmtpDiagnostic; readonly bytes: Uint8Array };
