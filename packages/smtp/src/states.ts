import type { Milliseconds, Phase, Reason } from '@postern/wire';

/** How long to wait for each reply. All limits are absolute: octets of an unfinished reply do not move them. */
export interface Patience {
  /** From the open connection to the greeting. */
  readonly greeting: Milliseconds;
  /** EHLO, HELO, LHLO. */
  readonly ehlo: Milliseconds;
  /** From the verb STARTTLS to its reply. */
  readonly starttls: Milliseconds;
  /** From that reply to the end of the TLS handshake. */
  readonly tls: Milliseconds;
  /** Each step of an AUTH exchange. */
  readonly auth: Milliseconds;
  /** MAIL. */
  readonly mail: Milliseconds;
  /** Each RCPT. */
  readonly rcpt: Milliseconds;
  /** From DATA to its 354. */
  readonly data: Milliseconds;
  /** From the writing of a piece of content until the connection has taken it, or BDAT has been answered. */
  readonly dataBlock: Milliseconds;
  /** From the final dot or the last chunk to the verdict. Too short a limit makes duplicates. */
  readonly dataEnd: Milliseconds;
  /** VRFY, and what this package has no name for. */
  readonly command: Milliseconds;
  /** NOOP. */
  readonly noop: Milliseconds;
  /** RSET. */
  readonly rset: Milliseconds;
  /** QUIT; the 221 is wanted, but nothing depends on it. */
  readonly quit: Milliseconds;
}

/**
 * The two profiles. `mta` has the minimums of RFC 5321 §4.5.3.2 where it gives one, and our own values beside it; `probe`
 * is for somebody who waits at a screen.
 */
export const patienceProfiles: Readonly<Record<'mta' | 'probe', Patience>> = {
  mta: {
    greeting: 300_000, // RFC 5321 §4.5.3.2.1: a busy server may accept and keep silent for minutes
    ehlo: 300_000,
    starttls: 300_000,
    tls: 60_000,
    auth: 60_000,
    mail: 300_000, // RFC 5321 §4.5.3.2.2
    rcpt: 300_000, // RFC 5321 §4.5.3.2.3: longer where lists are expanded on the spot
    data: 120_000, // RFC 5321 §4.5.3.2.4
    dataBlock: 180_000, // RFC 5321 §4.5.3.2.5
    dataEnd: 600_000, // RFC 5321 §4.5.3.2.6
    command: 300_000,
    noop: 300_000,
    rset: 20_000,
    quit: 5_000, // everything that mattered has been answered
  },
  probe: {
    greeting: 10_000, // servers that delay the greeting on purpose do so for up to 5 s or so
    ehlo: 5_000,
    starttls: 5_000,
    tls: 10_000,
    auth: 5_000,
    mail: 5_000,
    rcpt: 5_000,
    data: 5_000,
    dataBlock: 10_000,
    dataEnd: 60_000, // content filters take their time, and giving up early means not to know
    command: 5_000,
    noop: 5_000,
    rset: 5_000,
    quit: 5_000,
  },
};

/** States in which the machine waits for the peer, each with a limit. */
export type WaitingName =
  | 'greeting'
  | 'ehlo'
  | 'starttls'
  | 'tls'
  | 'auth'
  | 'mail'
  | 'rcpt'
  | 'data'
  | 'data-block'
  | 'bdat'
  | 'data-end'
  | 'command'
  | 'noop'
  | 'rset'
  | 'quit';

/** All states. */
export type StateName =
  WaitingName | 'start' | 'ready' | 'auth-work' | 'content' | 'rejected' | 'desynchronised' | 'ended';

/** What is to be known about a state. */
export interface StateRow {
  /** What happens in it, to be read after "while". */
  readonly phrase: string;
  /** What a fault in it calls the phase. */
  readonly phase: Phase;
  /** The limit that applies; `undefined` = it waits for the caller, without limit. */
  readonly patience: keyof Patience | undefined;
  /** What a time-out is called. */
  readonly timeout: Reason;
  /** What FIN of the peer is called. */
  readonly closed: Reason;
  /** What RST of the peer is called. */
  readonly reset: Reason;
  /** The rule behind it. */
  readonly rfc: string;
}

const reply = { timeout: 'timeout-reply', closed: 'closed', reset: 'reset' } as const;

/** One row per state. */
export const states: Readonly<Record<StateName, StateRow>> = {
  start: {
    phrase: 'the connection is being handed over',
    phase: 'connect',
    patience: undefined,
    ...reply,
    rfc: 'RFC 5321 §3.1',
  },
  greeting: {
    phrase: 'waiting for the greeting',
    phase: 'greeting',
    patience: 'greeting',
    timeout: 'timeout-greeting',
    closed: 'closed-before-greeting',
    reset: 'reset-before-greeting',
    rfc: 'RFC 5321 §4.5.3.2.1',
  },
  ready: {
    phrase: 'nothing is asked',
    phase: 'idle',
    patience: undefined,
    ...reply,
    rfc: 'RFC 5321 §3.8',
  },
  ehlo: {
    phrase: 'waiting for the reply to EHLO',
    phase: 'ehlo',
    patience: 'ehlo',
    ...reply,
    rfc: 'RFC 5321 §4.1.1.1',
  },
  starttls: {
    phrase: 'waiting for the reply to STARTTLS',
    phase: 'starttls',
    patience: 'starttls',
    ...reply,
    timeout: 'timeout-starttls-reply',
    rfc: 'RFC 3207 §4',
  },
  tls: {
    phrase: 'the TLS handshake runs',
    phase: 'tls',
    patience: 'tls',
    timeout: 'timeout-tls-handshake',
    closed: 'closed-during-tls',
    reset: 'reset-during-tls',
    rfc: 'RFC 3207 §4',
  },
  auth: {
    phrase: 'waiting for the reply within AUTH',
    phase: 'auth',
    patience: 'auth',
    ...reply,
    rfc: 'RFC 4954 §4',
  },
  'auth-work': {
    phrase: 'work for AUTH is done outside',
    phase: 'auth',
    patience: undefined,
    ...reply,
    rfc: 'RFC 4954 §4',
  },
  mail: {
    phrase: 'waiting for the reply to MAIL',
    phase: 'mail',
    patience: 'mail',
    ...reply,
    rfc: 'RFC 5321 §4.5.3.2.2',
  },
  rcpt: {
    phrase: 'waiting for the reply to RCPT',
    phase: 'rcpt',
    patience: 'rcpt',
    ...reply,
    rfc: 'RFC 5321 §4.5.3.2.3',
  },
  data: {
    phrase: 'waiting for the reply to DATA',
    phase: 'data',
    patience: 'data',
    ...reply,
    rfc: 'RFC 5321 §4.5.3.2.4',
  },
  content: {
    phrase: 'the server waits for content',
    phase: 'data-block',
    patience: undefined,
    ...reply,
    rfc: 'RFC 5321 §4.1.1.4',
  },
  'data-block': {
    phrase: 'content is being written',
    phase: 'data-block',
    patience: 'dataBlock',
    ...reply,
    rfc: 'RFC 5321 §4.5.3.2.5',
  },
  bdat: {
    phrase: 'waiting for the reply to a chunk',
    phase: 'data-block',
    patience: 'dataBlock',
    ...reply,
    rfc: 'RFC 3030 §2',
  },
  'data-end': {
    phrase: 'waiting for the verdict on the message',
    phase: 'data-end',
    patience: 'dataEnd',
    ...reply,
    rfc: 'RFC 5321 §4.5.3.2.6',
  },
  command: {
    phrase: 'waiting for the reply to a command',
    phase: 'command',
    patience: 'command',
    ...reply,
    rfc: 'RFC 5321 §4.2',
  },
  noop: {
    phrase: 'waiting for the reply to NOOP',
    phase: 'noop',
    patience: 'noop',
    ...reply,
    rfc: 'RFC 5321 §4.1.1.9',
  },
  rset: {
    phrase: 'waiting for the reply to RSET',
    phase: 'rset',
    patience: 'rset',
    ...reply,
    rfc: 'RFC 5321 §4.1.1.5',
  },
  quit: {
    phrase: 'waiting for the reply to QUIT',
    phase: 'quit',
    patience: 'quit',
    ...reply,
    rfc: 'RFC 5321 §4.1.1.10',
  },
  rejected: {
    phrase: 'the greeting was a refusal, and only QUIT may follow',
    phase: 'greeting',
    patience: undefined,
    ...reply,
    rfc: 'RFC 5321 §3.1',
  },
  desynchronised: {
    phrase: 'a reply came that nobody asked for, and only QUIT may follow',
    phase: 'idle',
    patience: undefined,
    ...reply,
    rfc: 'RFC 5321 §4.1.1',
  },
  ended: {
    phrase: 'the dialogue is over',
    phase: 'quit',
    patience: undefined,
    ...reply,
    rfc: 'RFC 5321 §3.8',
  },
};
