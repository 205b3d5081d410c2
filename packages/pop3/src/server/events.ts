import type { TlsInfo } from '@postern/wire';

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
  /** Plaintext behind STLS, thrown away: it must not be executed inside TLS. At most 512 octets of it. */
  | { readonly type: 'discarded'; readonly bytes: Uint8Array };

/** What the owner of a server machine can tell it. */
export interface Pop3ServerCommand {
  /** Says `-ERR` and ends, deleting nothing: the server is going down. */
  readonly verb: 'CLOSE';
}
