import type { TlsInfo } from '@postern/wire';
import type { StreamedMessage } from './maildrop.ts';

/** What the server machine tells. */
export type Pop3ServerEvent =
  /** A command; its argument is left out, because it may be a password. At most 16 characters, the client's: print them escaped. */
  | { readonly type: 'command'; readonly verb: string }
  /** A login was tried; `mechanism` is `USER` for USER and PASS, `APOP` for that. */
  | {
      readonly type: 'login';
      readonly mechanism: string;
      readonly user: string | undefined;
      readonly accepted: boolean;
    }
  /** The TLS handshake succeeded. */
  | { readonly type: 'secured'; readonly tls: TlsInfo }
  /**
   * RETR or TOP of a message that is not in memory: say CONTENT with each piece of it, and CONTENT-END. `lines` = with TOP, how many
   * of the body are wanted behind the header. Until then the client's commands wait.
   */
  | { readonly type: 'content-wanted'; readonly message: StreamedMessage; readonly lines: number | undefined }
  /** Plaintext behind STLS, thrown away: it must not be executed inside TLS. At most 512 octets of it. */
  | { readonly type: 'discarded'; readonly bytes: Uint8Array };

/** What the owner of a server machine can tell it. */
export type Pop3ServerCommand =
  /** Says `-ERR` and ends, deleting nothing: the server is going down. */
  | { readonly verb: 'CLOSE' }
  /** A piece of the message that `content-wanted` asked for, as it is stored: dots are stuffed here. Borrowed until it is written. */
  | { readonly verb: 'CONTENT'; readonly bytes: Uint8Array }
  /** It was all. */
  | { readonly verb: 'CONTENT-END' };
