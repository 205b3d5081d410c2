import type { TlsInfo } from '@postern/wire';

/** What the server machine tells. */
export type ImapServerEvent =
  /** A command; its argument is left out, because it may be a password. At most 16 characters, the client's: print them escaped. */
  | { readonly type: 'command'; readonly verb: string }
  /** A login was tried; `mechanism` is `LOGIN` also for the command of that name. */
  | {
      readonly type: 'login';
      readonly mechanism: string;
      readonly user: string | undefined;
      readonly accepted: boolean;
    }
  /** The TLS handshake succeeded. */
  | { readonly type: 'secured'; readonly tls: TlsInfo }
  /** Plaintext behind STARTTLS, thrown away: it must not be executed inside TLS. At most 512 octets of it. */
  | { readonly type: 'discarded'; readonly bytes: Uint8Array };

/** What the owner of a server machine can tell it. */
export interface ImapServerCommand {
  /**
   * `CLOSE` says BYE and ends: the server is going down (RFC 9051 §7.1.5). `CHANGED`: another session changed the store; a
   * client that idles is told (§6.3.13), others are at the end of their next command.
   */
  readonly verb: 'CLOSE' | 'CHANGED';
}
