import { UsageError, utf8 } from '@postern/wire';
import type { ClientMechanism } from '@postern/sasl';
import type { WaitingName } from './states.ts';

/** What a client can say. A closed union on `verb`; a new verb is a new member and a row in {@link verbs}. */
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
  | { readonly verb: 'NOOP' | 'RSET' | 'QUIT' };

/** The verbs of this package. */
export type Verb = SmtpCommand['verb'];

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
export const verbs: Readonly<Record<Verb, VerbRow>> = {
  EHLO: { state: 'ehlo', mayBeFollowed: false },
  HELO: { state: 'ehlo', mayBeFollowed: false },
  LHLO: { state: 'ehlo', mayBeFollowed: false },
  STARTTLS: { state: 'starttls', mayBeFollowed: false }, // RFC 3207 §4: last in a group
  AUTH: { state: 'auth', mayBeFollowed: false }, // RFC 4954 §4
  NOOP: { state: 'noop', mayBeFollowed: false },
  RSET: { state: 'rset', mayBeFollowed: true },
  QUIT: { state: 'quit', mayBeFollowed: false },
};

/** RFC 5321 §4.5.3.1.4: octets of a command line with its CRLF. AUTH keeps to it too (RFC 4954 §4). */
export const maxCommandBytes = 512;

/**
 * A command line with its CRLF. Throws a {@link UsageError} with code `argument-refused` for an argument that would break
 * the line; nothing has been sent then. AUTH is not a line of its own making, see `sasl-exchange.ts`.
 */
export function encodeCommand(command: Exclude<SmtpCommand, { readonly verb: 'AUTH' }>): Uint8Array {
  const line = 'domain' in command ? `${command.verb} ${domainArgument(command.domain)}` : command.verb;
  return utf8(`${line}\r\n`);
}

/** RFC 5321 §4.1.2, §2.3.8: no octet outside 33 to 126 and no angle bracket can be part of a domain or address literal. */
function domainArgument(domain: string): string {
  // RFC 5321 §4.5.3.1.2: 255 octets. A name with other than ASCII letters goes out as A-labels (RFC 6531 §3.7.1).
  if (domain.length > 255 || !/^[!-;=?-~]+$/.test(domain)) {
    throw new UsageError(
      'the domain must be a host name or an address literal in printable ASCII',
      'RFC 5321 §4.1.1.1',
      'argument-refused',
    );
  }
  return domain;
}

/**
 * An IP address as EHLO argument for a client without a name (RFC 5321 §4.1.3). A zone index is left out, an IPv4 address
 * mapped into IPv6 is written as what it is.
 *
 * @example
 * ```ts
 * import { addressLiteral } from '@postern/smtp';
 * console.log(addressLiteral('2001:db8::1')); // [IPv6:2001:db8::1]
 * ```
 */
export function addressLiteral(address: string): string {
  const bare = address.replace(/%.*$/s, '').replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');
  return bare.includes(':') ? `[IPv6:${bare}]` : `[${bare}]`;
}
