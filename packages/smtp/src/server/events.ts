import type { TlsInfo } from '@postern/wire';

/** A message that was accepted. */
export interface ReceivedMessage {
  /** The reverse-path, without angle brackets; empty for a bounce. */
  readonly from: string;
  /** The forward-paths, without angle brackets, in order. */
  readonly recipients: readonly string[];
  /** Content with CRLF line ends, dot-stuffing undone. The receiver's own copy. */
  readonly content: Uint8Array;
  /** The name the client gave itself. */
  readonly domain: string;
  /** Whether it came by ESMTP (EHLO). */
  readonly extended: boolean;
  /** Who logged in, if anybody. */
  readonly user: string | undefined;
  /** The TLS layer it came through, if any. */
  readonly tls: TlsInfo | undefined;
}

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
      readonly accepted: boolean;
    }
  /** The TLS handshake succeeded. */
  | { readonly type: 'secured'; readonly tls: TlsInfo }
  /** A message was accepted; the 250 is on its way. */
  | { readonly type: 'message'; readonly message: ReceivedMessage }
  /** The client spoke before the greeting, as spam programs do. */
  | { readonly type: 'early-talker'; readonly bytes: Uint8Array }
  /** Plaintext behind STARTTLS, thrown away: it must not be executed inside TLS. At most 512 octets of it. */
  | { readonly type: 'discarded'; readonly bytes: Uint8Array };

/** What the owner of a server machine can tell it. */
export interface SmtpServerCommand {
  /** Says 421 and ends: the server is going down (RFC 5321 §3.8). */
  readonly verb: 'CLOSE';
}
