import { concatBytes, latin1, UsageError, utf8 } from '@postern/wire';
import type { WriteOutput } from '@postern/wire';
import type { ClientMechanism } from '@postern/sasl';
import type { Session } from './session.ts';
import type { StateName, WaitingName } from './states.ts';

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
      /** No word of the wire: hands over the result of the work that a `work` event asked for. */
      readonly verb: 'RESUME';
      readonly result: Uint8Array;
    }
  | { readonly verb: 'NOOP' | 'RSET' | 'QUIT' };

/** A command that goes out as a line and gets a reply. */
export type WireCommand = Exclude<SmtpCommand, { readonly verb: 'RESUME' }>;

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
  RSET: { state: 'rset', mayBeFollowed: true },
  QUIT: { state: 'quit', mayBeFollowed: false },
};

/** RFC 5321 §4.5.3.1.4: octets of a command line with its CRLF. AUTH keeps to it too (RFC 4954 §4). */
export const maxCommandBytes = 512;

/**
 * A command line with its CRLF. Throws a {@link UsageError} with code `argument-refused` for an argument that would break
 * the line; nothing has been sent then. The line of AUTH is made by its exchange.
 */
export function encodeCommand(command: Exclude<WireCommand, { readonly verb: 'AUTH' }>): Uint8Array {
  const line = 'domain' in command ? `${command.verb} ${domainArgument(command.domain)}` : command.verb;
  return utf8(`${line}\r\n`);
}

/** Several writes as one, so that a group leaves in one segment. Secrets stay masked. */
export function joinWrites(writes: readonly WriteOutput[]): WriteOutput {
  const [only] = writes;
  if (writes.length === 1 && only) return only;
  const secret = writes.some(({ shown }) => shown !== undefined);
  return {
    type: 'write',
    bytes: concatBytes(writes.map(({ bytes }) => bytes)),
    ...(secret && { shown: writes.map(({ bytes, shown }) => shown ?? latin1(bytes)).join('') }),
  };
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
 * ```ts run
 * import { addressLiteral } from '@postern/smtp';
 * console.log(addressLiteral('2001:db8::1')); // [IPv6:2001:db8::1]
 * ```
 */
export function addressLiteral(address: string): string {
  const bare = address.replace(/%.*$/s, '').replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');
  return bare.includes(':') ? `[IPv6:${bare}]` : `[${bare}]`;
}

/** RFC 2920 §3.1: groups only where PIPELINING is offered, and some verbs only at their end. */
export function checkFollows(
  session: Session,
  previous: WireCommand | undefined,
  command: WireCommand,
): void {
  if (!previous) return;
  if (!session.extensions.keywords['PIPELINING']) {
    throw new UsageError(
      `${command.verb} before the reply to ${previous.verb}: the server does not offer PIPELINING`,
      'RFC 2920 §3.1',
    );
  }
  if (!verbs[previous.verb].mayBeFollowed) {
    throw new UsageError(
      `${command.verb} before the reply to ${previous.verb}, which must be last in a group`,
      'RFC 2920 §3.1',
    );
  }
}

/** States in which nothing may be said: the rest of the sentence, and the rule. */
const silentStates: Readonly<Partial<Record<StateName, readonly [when: string, rule: string]>>> = {
  start: ['before the greeting', 'RFC 5321 §4.3.1'],
  greeting: ['before the greeting', 'RFC 5321 §4.3.1'],
  // Nothing is written between the verb and the end of the handshake.
  tls: ['during the TLS handshake', 'RFC 3207 §4'],
  'auth-work': ['within AUTH', 'RFC 4954 §4'],
  ended: ['after the end of the dialogue', 'RFC 5321 §3.8'],
};

/** Whether the state allows a command; throws if not. */
export function checkAllowed(session: Session, command: WireCommand): void {
  const { name, extensions } = session;
  const silent = silentStates[name];
  if (silent) throw new UsageError(`${command.verb} ${silent[0]}`, silent[1]);
  if (name === 'rejected' && command.verb !== 'QUIT') {
    throw new UsageError(`${command.verb} after a greeting that was a refusal`, 'RFC 5321 §3.1');
  }
  if (command.verb === 'STARTTLS') {
    if (session.tls) throw new UsageError('STARTTLS inside TLS', 'RFC 3207 §4.2');
    if (extensions.startTls !== 'offered' && command.tryAnyway !== true) {
      const code = extensions.startTls === 'masked' ? 'starttls-masked' : 'starttls-not-offered';
      throw new UsageError('STARTTLS is not offered', 'RFC 3207 §2', code);
    }
  }
  if (command.verb === 'AUTH') {
    const { mechanism } = command;
    if (session.authenticated) throw new UsageError('a second AUTH', 'RFC 4954 §4');
    // RFC 4954 §14, RFC 8314 §4.1: a password in the clear only to a peer that was verified.
    if (mechanism.plaintext && session.tls?.verification?.status !== 'verified') {
      throw new UsageError(
        `${mechanism.name} without verified TLS`,
        'RFC 4954 §14',
        'plaintext-login-refused',
      );
    }
    if (!extensions.auth.includes(mechanism.name)) {
      throw new UsageError(`${mechanism.name} is not offered`, 'RFC 4954 §4', 'auth-not-offered');
    }
  }
}
