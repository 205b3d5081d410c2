import type { Milliseconds } from '@postern/wire';

/** How a server greets. */
export type GreetingTrait =
  | 'ready'
  /** Rightly, but only after {@link greetingDelay}, as servers do that wait for clients which talk too early. */
  | 'delayed'
  | 'rejected'
  | 'rejected-temporarily'
  /** IMAP: everybody is logged in already. The others greet rightly. */
  | 'preauth'
  /** With what a reader must not be shown raw. */
  | 'hostile';

/** How long a delayed greeting takes: longer than anybody likes, shorter than anybody's patience. */
export const greetingDelay: Milliseconds = 1000;

/** What becomes of STARTTLS or STLS. */
export type StartTlsTrait =
  | 'offered'
  /** Not listed and not known. */
  | 'absent'
  /** Not listed, but obeyed: a device on the way took the word out of the list. */
  | 'stripped'
  /** The word in the list is overwritten with X; the command is not known. */
  | 'masked'
  | 'refused'
  | 'refused-temporarily'
  /** Plaintext behind the go-ahead, in the same segment. */
  | 'injected'
  /** The go-ahead, then nothing. */
  | 'then-silent'
  /** The go-ahead, then the end. */
  | 'then-closed';

/** What makes one server differ from a good one, in words that fit SMTP, POP3 and IMAP. */
export interface Traits {
  readonly greeting?: GreetingTrait;
  readonly startTls?: StartTlsTrait;
  /** SASL mechanisms it lists. Default: all but CRAM-MD5. */
  readonly mechanisms?: readonly string[];
  /** Refuses every password. */
  readonly refusesPasswords?: boolean;
}
