import type { SaslWork } from '@postern/sasl';
import type { Reason, TlsInfo } from '@postern/wire';
import type { Capabilities } from './parse/capabilities.ts';
import type { WireCommand } from './commands.ts';
import type { Leniency } from './parse/leniency.ts';
import type { Untagged } from './parse/untagged.ts';
import type { StatusResponse } from './parse/status.ts';

/**
 * What a tolerated mistake of the peer is called. Those that are no {@link Reason} never end a dialogue, so they are words
 * of this package alone: `starttls-inside-tls` (STARTTLS listed inside TLS, ignored), `ignored-data` (untagged data that
 * must not be believed in the present state), `stray-continuation` (a `+` while no command waits for one), `no-revision`
 * (capabilities without IMAP4rev1 or IMAP4rev2), and every {@link Leniency} of the readers.
 */
export type ImapDiagnostic =
  | Extract<Reason, 'starttls-masked' | 'downgrade-suspected'>
  | 'starttls-inside-tls'
  | 'ignored-data'
  | 'stray-continuation'
  | 'no-revision'
  | Leniency;

/** What the client machine tells. No event holds a password. */
export type ImapEvent =
  /** The greeting, good or bad; the first event of all. `PREAUTH` = logged in already. */
  | {
      readonly type: 'greeting';
      readonly response: StatusResponse;
      /** Where the greeting lists them; else ask. */
      readonly capabilities?: Capabilities;
    }
  /**
   * Data of the server, asked for or not (RFC 9051 §7). `insideTls` tells whether it came in the clear: an ALERT that did is
   * anybody's word, and must not be shown as the server's (RFC 9051 §11.3).
   */
  | {
      readonly type: 'untagged';
      readonly data: Untagged;
      readonly insideTls: boolean;
      /** How long the response was. */
      readonly octets: number;
    }
  /**
   * Content that a FETCH with `streamAbove` asked for: `head` is its response up to there. The response itself comes as `untagged`
   * when it is whole, without these octets.
   */
  | { readonly type: 'literal-begin'; readonly head: string; readonly octets: number }
  /** The next octets: a copy, unless the command asked for borrowed ones. */
  | { readonly type: 'literal-chunk'; readonly bytes: Uint8Array }
  | { readonly type: 'literal-end' }
  /** The server takes content of that command now: hand over so many octets with CONTENT. */
  | { readonly type: 'content'; readonly command: WireCommand; readonly octets: number }
  /** A command is done, well or not. */
  | {
      readonly type: 'completed';
      readonly tag: string;
      /** The command; where it held a password, a masked copy of it. */
      readonly command: WireCommand;
      readonly response: StatusResponse;
      /** Where the completion, or data during the command, told what is offered now. */
      readonly capabilities?: Capabilities;
      /** With a negative completion of STARTTLS, LOGIN or AUTHENTICATE: what it means; also why we broke an exchange off. */
      readonly reason?: Reason;
    }
  /** The server idles: it tells at once what happens, until DONE (RFC 9051 §6.3.13). */
  | { readonly type: 'idling' }
  /** The handshake succeeded and everything known before is forgotten; ask for the capabilities again. */
  | { readonly type: 'secured'; readonly tls: TlsInfo }
  /** AUTHENTICATE needs this done before it can go on; hand the result over with RESUME. */
  | { readonly type: 'work'; readonly work: SaslWork }
  /** Tolerated, but the peer was wrong. `bytes` are what it sent, at most 512. */
  | { readonly type: 'diagnostic'; readonly reason: ImapDiagnostic; readonly bytes: Uint8Array };
