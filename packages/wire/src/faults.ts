import type { Endpoint } from './network.ts';
import type { Milliseconds } from './time.ts';
import type { Reason } from './reasons.ts';

/** Whose fault it is: the path between, time, the peer, TLS, the resolver, our own policy, or the caller's input. */
export type FaultKind = 'connect' | 'timeout' | 'peer' | 'tls' | 'dns' | 'policy' | 'caller';

/** The step of a connection in which something happened. Commands of a dialogue are phases of their own. */
export type Phase =
  | 'dns'
  | 'connect'
  | 'tls'
  | 'greeting'
  | 'starttls'
  | 'capabilities'
  | 'auth'
  | 'policy'
  | 'ehlo'
  | 'mail'
  | 'rcpt'
  | 'data'
  | 'data-block'
  | 'data-end'
  | 'rset'
  | 'noop'
  | 'idle'
  | 'command'
  | 'quit';

/** What was seen, kept with the fault so that a report need not guess. All texts and bytes are the peer's: print them escaped. */
export interface Evidence {
  /** The reply line or lines that caused the fault, without line ends. */
  readonly reply?: string;
  /** Bytes as received, at most the first 512. */
  readonly bytes?: Uint8Array;
  /** How many bytes had come when only their number is known. */
  readonly byteCount?: number;
  /** The rule that was broken, as `RFC 3207 §4.2`. */
  readonly rule?: string;
  /** Names that were looked for in a certificate. */
  readonly expectedNames?: readonly string[];
  /** Names that the certificate holds. */
  readonly presentedNames?: readonly string[];
  /** The certificate that was judged, DER. */
  readonly certificate?: Uint8Array;
  /** The protocol that was recognised in place of the expected one: `smtp`, `pop3`, `imap`, `http`, `ssh`, `ftp`, `tls`. */
  readonly protocol?: string;
  /** How many connection requests (SYNs) had gone out unanswered. */
  readonly syns?: number;
  /** Not dialled at all: for so long it has been remembered as silent. */
  readonly silentFor?: number;
  /** The platform's own code for the failure, such as `ECONNREFUSED` or `CERT_HAS_EXPIRED`. */
  readonly code?: string;
  /** Extended DNS errors (RFC 8914), number and text. */
  readonly extendedErrors?: readonly { readonly code: number; readonly text: string }[];
}

/** Why a connection, a dialogue or a lookup came to an end, as data. */
export interface Fault {
  readonly kind: FaultKind;
  readonly reason: Reason;
  readonly phase: Phase;
  /** Time since the phase began. */
  readonly after: Milliseconds;
  /** The limit that ran out; only for time-outs. */
  readonly limit?: Milliseconds;
  readonly endpoint?: Endpoint;
  readonly evidence?: Evidence;
}

/** A fault of the TLS handshake or of the peer's certificate. */
export type TlsFault = Fault & { readonly kind: 'tls' };

/** A fault in which our own policy refused to go on, with the rule's source. */
export type PolicyFault = Fault & { readonly kind: 'policy'; readonly by: PolicySource };

/** Where a requirement came from. */
export type PolicySource = 'user' | 'dane' | 'mta-sts' | 'announcement' | 'requiretls' | 'default';

const wireErrorMark: symbol = Symbol.for('postern.wire-error');
const usageErrorMark: symbol = Symbol.for('postern.usage-error');

/** RFC 3986 §3.2.2: an IPv6 address stands in brackets before a port. */
function place({ address, port }: Endpoint): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

function sentence(fault: Fault): string {
  const where = fault.endpoint ? ` at ${place(fault.endpoint)}` : '';
  const limit = fault.limit === undefined ? '' : ` of ${Math.round(fault.limit)} ms`;
  return `${fault.reason} in phase ${fault.phase}${where} after ${Math.round(fault.after)} ms${limit}`;
}

/**
 * The dialogue is over: the peer, the path or a policy ended it. Negative replies are never thrown; they are answers.
 * The message holds no text of the peer, so it is safe to print; the peer's words are in `fault.evidence`.
 */
export class WireError extends Error {
  override readonly name: string = 'WireError';
  readonly fault: Fault;

  /** `options.cause` keeps the platform's own error, with its code, errno and syscall. */
  constructor(fault: Fault, options?: { readonly cause?: unknown }) {
    super(sentence(fault), options);
    this.fault = fault;
    Object.defineProperty(this, wireErrorMark, { value: true });
  }

  /** The reason code, where Node programs look for one. */
  get code(): Reason {
    return this.fault.reason;
  }
}

/** The caller broke the contract, such as a command in the wrong state. A bug to mend in the calling code. */
export class UsageError extends Error {
  override readonly name: string = 'UsageError';
  /** The rule that was broken, in a few words or as an RFC section. */
  readonly rule: string;
  /** `argument-refused` where an argument would have broken the protocol; nothing was sent. */
  readonly code: Reason | undefined;

  constructor(message: string, rule: string, code?: Reason, options?: ErrorOptions) {
    super(message, options);
    this.rule = rule;
    this.code = code;
    Object.defineProperty(this, usageErrorMark, { value: true });
  }
}

/** Whether a value is a {@link WireError}, also one made by another copy of this package. */
export function isWireError(value: unknown): value is WireError {
  return typeof value === 'object' && value !== null && wireErrorMark in value;
}

/** Whether a value is a {@link UsageError}, also one made by another copy of this package. */
export function isUsageError(value: unknown): value is UsageError {
  return typeof value === 'object' && value !== null && usageErrorMark in value;
}
