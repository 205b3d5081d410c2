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
    noop: 5_000,
    rset: 5_000,
    quit: 5_000,
  },
};

/** States in which the machine waits for the peer, each with a limit. */
export type WaitingName = 'greeting' | 'ehlo' | 'starttls' | 'tls' | 'auth' | 'noop' | 'rset' | 'quit';

/** All states. */
export type StateName =
  WaitingName | 'start' | 'ready' | 'auth-work' | 'rejected' | 'desynchronised' | 'ended';

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
