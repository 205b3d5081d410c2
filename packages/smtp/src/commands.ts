import type { ClientMechanism } from '@postern/sasl';
import type { MailParameters, RcptParameters } from './mail/parameters.ts';
import type { WaitingName } from './states.ts';

/** What a client can say. A closed union on `verb`; a new verb is a new member and a row in `verbs`. */
export type SmtpCommand =
  | {
      /** EHLO opens ESMTP, HELO plain SMTP, LHLO LMTP (RFC 2033 §4.1). */
      readonly verb: 'EHLO' | 'HELO' | 'LHLO';
      /** The own fully qualified name, or an address literal, see {@link addressLiteral}. */
      readonly domain: string;
    }
  | {
      readonly verb: 'STARTTLS';
      /** Sends it although it is not offered; for probes. Default `false`. */
      readonly tryAnyway?: boolean;
    }
  | {
      readonly verb: 'AUTH';
      /** A fresh mechanism; the machine runs it and uses it up. It shows no secret. */
      readonly mechanism: ClientMechanism;
    }
  | {
      /**
       * No word of the wire: hands over the result of the work that a `work` event asked for, or `undefined` where the work
       * failed; the exchange is then cancelled with `*`.
       */
      readonly verb: 'RESUME';
      readonly result: Uint8Array | undefined;
    }
  | {
      /** Begins a transaction (RFC 5321 §4.1.1.2). */
      readonly verb: 'MAIL';
      /** The reverse-path without angle brackets; empty for the null reverse-path of notifications (RFC 5321 §4.5.5). */
      readonly from: string;
      readonly parameters?: MailParameters;
    }
  | {
      readonly verb: 'RCPT';
      /** The forward-path without angle brackets. */
      readonly to: string;
      readonly parameters?: RcptParameters;
    }
  | {
      /** A chunk of content (RFC 3030 §2), sent as it is: line ends are the caller's business, and dots are not stuffed. */
      readonly verb: 'BDAT';
      readonly content: Uint8Array;
      /** Whether it is the last one. Default `false`. */
      readonly last?: boolean;
    }
  | {
      readonly verb: 'VRFY';
      /** A user name or mailbox, in ASCII. */
      readonly name: string;
    }
  | {
      /**
       * A command that this package has no name for, such as EXPN, HELP or ETRN (RFC 5321 §4.1.5). It gets one reply and
       * changes nothing that the machine knows. What it has a name for is refused here, and so are TURN and ATRN, after which
       * the two ends would change places.
       */
      readonly verb: 'OTHER';
      /** The line without its CRLF: a verb, and behind a space printable ASCII; at most 510 octets. */
      readonly line: string;
    }
  | {
      /**
       * No word of the wire: content after the 354 to DATA, in any cut. Bare CR and LF are completed and dots stuffed. The
       * bytes are handed over for good.
       */
      readonly verb: 'CONTENT';
      readonly bytes: Uint8Array;
      /**
       * Ends the content with the final dot; the reply to that is then awaited, in LMTP one for each accepted recipient.
       * Default `false`.
       */
      readonly last?: boolean;
    }
  | {
      /**
       * No word of the wire: the connection took everything that was written. Until then the limit `dataBlock` runs (RFC
       * 5321 §4.5.3.2.5); from then on the machine waits for the next content without a limit.
       */
      readonly verb: 'DRAINED';
    }
  | { readonly verb: 'DATA' | 'NOOP' | 'RSET' | 'QUIT' };

/** A command that gets a reply: with CONTENT it is the final dot that does. */
export type WireCommand = Exclude<SmtpCommand, { readonly verb: 'RESUME' | 'DRAINED' }>;

/** A command that is one line, and with BDAT the octets behind it. */
export type LineCommand = Exclude<WireCommand, { readonly verb: 'AUTH' | 'CONTENT' }>;

/** What is to be known about a verb. */
export interface VerbRow {
  /** The state in which its reply is awaited; it has the patience and the phase. */
  readonly state: WaitingName;
  /**
   * Whether other commands may follow before its reply is here, where PIPELINING is offered (RFC 2920 §3.1). Of the others
   * the reply decides what may be said next.
   */
  readonly mayBeFollowed: boolean;
}

/** One row per verb. */
export const verbs: Readonly<Record<WireCommand['verb'], VerbRow>> = {
  EHLO: { state: 'ehlo', mayBeFollowed: false },
  HELO: { state: 'ehlo', mayBeFollowed: false },
  LHLO: { state: 'ehlo', mayBeFollowed: false },
  STARTTLS: { state: 'starttls', mayBeFollowed: false }, // RFC 3207 §4: last in a group
  AUTH: { state: 'auth', mayBeFollowed: false }, // RFC 4954 §4
  NOOP: { state: 'noop', mayBeFollowed: false },
  MAIL: { state: 'mail', mayBeFollowed: true },
  RCPT: { state: 'rcpt', mayBeFollowed: true },
  DATA: { state: 'data', mayBeFollowed: false },
  // RFC 2920 §3.1: message content may be the first element of the next group.
  CONTENT: { state: 'data-end', mayBeFollowed: true },
  BDAT: { state: 'bdat', mayBeFollowed: true }, // RFC 3030 §4.2
  VRFY: { state: 'command', mayBeFollowed: false },
  OTHER: { state: 'command', mayBeFollowed: false },
  RSET: { state: 'rset', mayBeFollowed: true },
  QUIT: { state: 'quit', mayBeFollowed: false },
};

/** Positive codes that are the reply to one verb and to no other (RFC 5321 §4.3.2, RFC 3207 §4, RFC 4954 §6). */
const ownCodes: Readonly<Record<number, WireCommand['verb']>> = { 220: 'STARTTLS', 221: 'QUIT', 235: 'AUTH' };

/** Whether a code can only be the reply to something else: then the two ends do not count alike. */
export function isOfAnother(code: number, { verb }: WireCommand): boolean {
  return verb !== 'OTHER' && (ownCodes[code] ?? verb) !== verb;
}

/** The state in which the reply to a command is awaited. The last chunk is what the final dot is after DATA. */
export function awaitedIn(command: WireCommand): WaitingName {
  return command.verb === 'BDAT' && command.last === true ? 'data-end' : verbs[command.verb].state;
}

/**
 * An IP address as EHLO argument for a client without a name (RFC 5321 §4.1.3). A zone index is left out, an IPv4 address
 * mapped into IPv6 is written as what it is.
 *
 * @example
 * ```ts run
 * import { addressLiteral } from '@postern/smtp';
 * console.log(addressLiteral('2001:db8::1')); // [IPv6:2001:db8::1]
 * ```
 */
export function addressLiteral(address: string): string {
  const bare = address.replace(/%.*$/s, '').replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');
  return bare.includes(':') ? `[IPv6:${bare}]` : `[${bare}]`;
}
