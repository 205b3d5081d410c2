import type { Exchange } from '@postern/sasl';
import type { EndOfStream, Instant, Milliseconds, Output, Reason, TlsInfo } from '@postern/wire';
import type { Capabilities } from '../parse/capabilities.ts';
import type { Pop3Command, WireCommand } from '../commands.ts';
import type { Pop3Event } from '../events.ts';
import type { Pop3Reply, ReplyLimits } from '../parse/reply.ts';

/**
 * How long a client waits for what. Every wait is absolute: a peer that drips single octets cannot lengthen it. Only the lines of
 * LIST, UIDL, RETR and TOP renew theirs, because nobody can tell how many there will be.
 */
export interface Patience {
  /** From the start to the whole greeting line. */
  readonly greeting: Milliseconds;
  /** From a command, or from the reply before it, to its whole status line; also for each step of an AUTH exchange. */
  readonly reply: Milliseconds;
  /** Between two lines of a listing (LIST, UIDL); for the whole of a CAPA, which is short. */
  readonly listing: Milliseconds;
  /** Between two line ends, or 64 KiB, of a message (RETR, TOP). */
  readonly content: Milliseconds;
  /** From STLS to the reply to it. */
  readonly starttls: Milliseconds;
  /** For the TLS handshake alone. */
  readonly tls: Milliseconds;
  /** From QUIT to its reply: the server deletes messages before it answers (RFC 1939 §6). */
  readonly quit: Milliseconds;
}

/**
 * Two profiles. RFC 1939 names no time-outs for a client, so these are ours: `standard` is generous to slow servers and
 * retries nothing; `probe` is for a person who waits for the answer.
 */
export const patienceProfiles: { readonly standard: Patience; readonly probe: Patience } = {
  standard: {
    greeting: 60_000,
    reply: 60_000,
    listing: 60_000,
    content: 300_000,
    starttls: 60_000,
    tls: 30_000,
    quit: 30_000,
  },
  probe: {
    greeting: 10_000,
    reply: 5_000,
    listing: 5_000,
    content: 5_000,
    starttls: 5_000,
    tls: 10_000,
    quit: 5_000,
  },
};

/** The waits meant by a profile's name or by single limits, which stand over those of `standard`. */
export function patienceFor(given: 'standard' | 'probe' | Partial<Patience> | undefined): Patience {
  return typeof given === 'string' ? patienceProfiles[given] : { ...patienceProfiles.standard, ...given };
}

/** Where a client stands. */
export type StateName =
  | 'start'
  | 'greeting'
  | 'ready'
  | 'reply'
  | 'listing'
  | 'content'
  | 'auth'
  | 'auth-work'
  | 'starttls'
  | 'tls'
  | 'quit'
  | 'ended';

/** What one state means: how long it may last, what a time-out is called, how it reads, and where it is defined. */
export interface StateRow {
  /** Which patience bounds the state; `undefined` = it may last for ever. */
  readonly patience: keyof Patience | undefined;
  /** The reason when that patience runs out. */
  readonly timeout: Reason;
  /** Completes the sentence "The client is …". */
  readonly phrase: string;
  /** The section that defines the state. */
  readonly rfc: string;
}

/** One row per state; diagrams and time-outs are drawn from it. */
export const states: Readonly<Record<StateName, StateRow>> = {
  start: { patience: undefined, timeout: 'timeout-reply', phrase: 'not started', rfc: 'RFC 1939 §3' },
  greeting: {
    patience: 'greeting',
    timeout: 'timeout-greeting',
    phrase: 'waiting for the greeting',
    rfc: 'RFC 1939 §4',
  },
  ready: { patience: undefined, timeout: 'timeout-reply', phrase: 'free to send', rfc: 'RFC 1939 §3' },
  reply: {
    patience: 'reply',
    timeout: 'timeout-reply',
    phrase: 'waiting for a status line',
    rfc: 'RFC 1939 §3',
  },
  listing: {
    patience: 'listing',
    timeout: 'timeout-reply',
    phrase: 'reading the lines of a multi-line reply',
    rfc: 'RFC 1939 §3',
  },
  content: {
    patience: 'content',
    timeout: 'timeout-reply',
    phrase: 'reading a message',
    rfc: 'RFC 1939 §5',
  },
  auth: {
    patience: 'reply',
    timeout: 'timeout-reply',
    phrase: 'in an authentication exchange, waiting for a challenge or the result',
    rfc: 'RFC 5034 §4',
  },
  'auth-work': {
    patience: undefined,
    timeout: 'timeout-reply',
    phrase: 'waiting for work on its side of an authentication exchange',
    rfc: 'RFC 5034 §4',
  },
  starttls: {
    patience: 'starttls',
    timeout: 'timeout-starttls-reply',
    phrase: 'waiting for leave to begin TLS',
    rfc: 'RFC 2595 §4',
  },
  tls: {
    patience: 'tls',
    timeout: 'timeout-tls-handshake',
    phrase: 'in the TLS handshake, silent in POP3',
    rfc: 'RFC 2595 §4',
  },
  quit: {
    patience: 'quit',
    timeout: 'timeout-reply',
    phrase: 'saying goodbye, waiting for the last reply',
    rfc: 'RFC 1939 §6',
  },
  ended: { patience: undefined, timeout: 'timeout-reply', phrase: 'over', rfc: 'RFC 1939 §6' },
};

/** What does not change during a dialogue. */
export interface Settings {
  readonly patience: Patience;
  readonly limits: ReplyLimits;
  /** Most octets of commands sent and not answered, where PIPELINING is listed. */
  readonly windowBytes: number;
  readonly offeredStartTlsBefore: boolean;
  readonly strict: boolean;
}

/** Everything a client knows. Never changed in place. */
export interface State {
  readonly name: StateName;
  readonly settings: Settings;
  /** When the present wait began, and when it is over. */
  readonly since: Instant;
  readonly deadline: Instant | undefined;
  readonly stage: 'authorization' | 'transaction';
  readonly tls: TlsInfo | undefined;
  readonly capabilities: Capabilities | undefined;
  /** The APOP timestamp of the greeting, until STLS (RFC 1939 §7). */
  readonly timestamp: string | undefined;
  /** UTF8 was said and accepted (RFC 6856 §2.1). */
  readonly utf8: boolean;
  /** The last reply was `+OK` to USER: only now may PASS follow (RFC 1939 §7). */
  readonly userAccepted: boolean;
  /**
   * Commands that were accepted, oldest first: the first `answered` of them are done, those up to `sent` are in flight, the rest
   * waits. Two numbers move and the list grows in place, because a copy at each reply or command would be quadratic.
   */
  readonly commands: WireCommand[];
  readonly answered: number;
  readonly sent: number;
  /** The octets of those in flight. */
  readonly inFlightBytes: number;
  /** The status line of a multi-line reply under way, and its lines so far. */
  readonly begun: Begun | undefined;
  readonly exchange: Exchange | undefined;
  /** A reply came that nobody asked for: whatever comes next could be an answer to anything (RFC 1939 §3). */
  readonly stray: string | undefined;
}

/** A whole line without its end; `behind` gives a copy of what came after it in the same segment. */
export interface LineInput {
  readonly type: 'line';
  readonly line: Uint8Array;
  readonly ending: 'crlf' | 'lf';
  readonly behind: () => Uint8Array;
}

/** A multi-line reply under way. */
interface Begun {
  readonly reply: Pop3Reply;
  /** The one thing that grows in place: copying a listing of a large maildrop at each line would be quadratic. */
  readonly lines: string[];
  readonly bytes: number;
}

/** What can happen to a client. */
export type Input =
  | { readonly type: 'start' }
  /** `behind` holds bytes of an unfinished line that came before the command. */
  | { readonly type: 'send'; readonly commands: readonly Pop3Command[]; readonly behind: Uint8Array }
  | LineInput
  /** Lines of a listing, unstuffed; `bytes` counts them with their ends. */
  | { readonly type: 'listed'; readonly lines: readonly string[]; readonly bytes: number }
  | {
      readonly type: 'content';
      readonly bytes: Uint8Array;
      readonly progress: boolean;
      readonly done: boolean;
    }
  /** Bytes that begin like a TLS record where a line was expected. */
  | { readonly type: 'tls-record'; readonly bytes: Uint8Array }
  | { readonly type: 'too-long'; readonly bytes: Uint8Array }
  /** Bytes between the go-ahead of STLS and the end of the handshake. */
  | { readonly type: 'plaintext'; readonly bytes: Uint8Array }
  | { readonly type: 'end-of-stream'; readonly how: EndOfStream; readonly rest: Uint8Array }
  | { readonly type: 'tls-ready'; readonly tls: TlsInfo }
  | { readonly type: 'tick'; readonly rest: Uint8Array };

/** A new state and what has to be done. */
export interface Step {
  readonly state: State;
  readonly outputs: readonly Output<Pop3Event>[];
}

/** Nothing is in flight, and nothing waits. */
export const noCommands: Pick<State, 'commands' | 'answered' | 'sent' | 'inFlightBytes'> = {
  commands: [],
  answered: 0,
  sent: 0,
  inFlightBytes: 0,
};

/** The oldest command in flight: the one whose answer comes next. */
export function inFront({ commands, answered, sent }: State): WireCommand | undefined {
  return answered < sent ? commands[answered] : undefined;
}

/** A client before its first input; `tls` is the layer it begins in (implicit TLS), `capabilities` what is remembered of the server. */
export function initialState(settings: Settings, tls?: TlsInfo, capabilities?: Capabilities): State {
  return {
    name: 'start',
    settings,
    since: 0,
    deadline: undefined,
    stage: 'authorization',
    tls,
    capabilities,
    userAccepted: false,
    timestamp: undefined,
    utf8: false,
    ...noCommands,
    begun: undefined,
    exchange: undefined,
    stray: undefined,
  };
}
