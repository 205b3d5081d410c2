/** How a server greets: rightly, with a refusal, before a login of its own making (IMAP), or with characters of its own. */
export type GreetingTrait = 'ready' | 'rejected' | 'rejected-temporarily' | 'preauth' | 'hostile';

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
  /** SASL mechanisms it lists. Default: PLAIN and LOGIN. */
  readonly mechanisms?: readonly string[];
  /** Refuses every password. */
  readonly refusesPasswords?: boolean;
}
