import type { Exchange } from '@postern/sasl';
import type { EndOfStream, Instant, Milliseconds, Output, Reason, TlsInfo } from '@postern/wire';
import type { Capabilities } from '../parse/capabilities.ts';
import type { ImapCommand, LaterPart, WireCommand } from '../commands.ts';
import type { ImapEvent } from '../events.ts';
import type { ImapResponse, ReplyLimits } from '../parse/reply.ts';
import type { SelectedMailbox } from './selected.ts';

/** How long a client waits for what; every wait is absolute, so a peer that drips single octets cannot lengthen it. */
export interface Patience {
  /** From the start to the whole greeting. */
  readonly greeting: Milliseconds;
  /** From a command, or the completion before it, to its completion; also for each step of AUTHENTICATE. */
  readonly reply: Milliseconds;
  /**
   * The same for commands that may take long (FETCH, SEARCH, LIST, APPEND, COPY and others), from the last whole response: a server
   * that works is not given up, one that sends single octets is.
   */
  readonly data: Milliseconds;
  /** From STARTTLS to its completion. */
  readonly starttls: Milliseconds;
  /** For the TLS handshake alone. */
  readonly tls: Milliseconds;
  /** From LOGOUT to its completion. */
  readonly logout: Milliseconds;
  /** From a BYE that was not asked for to the close that must follow it. */
  readonly closing: Milliseconds;
}

/**
 * Two profiles. RFC 9051 names no time-outs for a client, so these are ours: `standard` is generous to slow servers, `probe`
 * is for a person who waits for the answer.
 */
export const patienceProfiles: Readonly<Record<'standard' | 'probe', Patience>> = {
  standard: {
    greeting: 60_000,
    reply: 60_000,
    data: 300_000,
    starttls: 60_000,
    tls: 30_000,
    logout: 5_000, // everything that mattered has been answered
    closing: 5_000,
  },
  probe: {
    greeting: 10_000, // servers that delay the greeting on purpose do so for up to 5 s or so
    reply: 10_000,
    data: 10_000,
    starttls: 10_000,
    tls: 5_000,
    logout: 5_000,
    closing: 5_000,
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
  | 'data'
  | 'content'
  | 'idle'
  | 'auth'
  | 'auth-work'
  | 'starttls'
  | 'tls'
  | 'logout'
  | 'closing'
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
  start: { patience: undefined, timeout: 'timeout-reply', phrase: 'not started', rfc: 'RFC 9051 §3' },
  greeting: {
    patience: 'greeting',
    timeout: 'timeout-greeting',
    phrase: 'waiting for the greeting',
    rfc: 'RFC 9051 §7.1',
  },
  ready: {
    patience: undefined,
    timeout: 'timeout-reply',
    phrase: 'free to send, and open to what the server tells',
    rfc: 'RFC 9051 §2.2',
  },
  reply: {
    patience: 'reply',
    timeout: 'timeout-reply',
    phrase: 'waiting for completions',
    rfc: 'RFC 9051 §2.2.2',
  },
  data: {
    patience: 'data',
    timeout: 'timeout-reply',
    phrase: 'waiting for data and its completion',
    rfc: 'RFC 9051 §2.2.2',
  },
  content: {
    patience: undefined,
    timeout: 'timeout-reply',
    phrase: 'waiting for the content that it announced, from its own side',
    rfc: 'RFC 9051 §4.3',
  },
  idle: {
    patience: undefined,
    timeout: 'timeout-reply',
    phrase: 'idling, and told of everything that happens',
    rfc: 'RFC 9051 §6.3.13',
  },
  auth: {
    patience: 'reply',
    timeout: 'timeout-reply',
    phrase: 'in an authentication exchange, waiting for a challenge or the result',
    rfc: 'RFC 9051 §6.2.2',
  },
  'auth-work': {
    patience: undefined,
    timeout: 'timeout-reply',
    phrase: 'waiting for work on its side of an authentication exchange',
    rfc: 'RFC 9051 §6.2.2',
  },
  starttls: {
    patience: 'starttls',
    timeout: 'timeout-starttls-reply',
    phrase: 'waiting for leave to begin TLS',
    rfc: 'RFC 9051 §6.2.1',
  },
  tls: {
    patience: 'tls',
    timeout: 'timeout-tls-handshake',
    phrase: 'in the TLS handshake, silent in IMAP',
    rfc: 'RFC 9051 §6.2.1',
  },
  logout: {
    patience: 'logout',
    timeout: 'timeout-reply',
    phrase: 'saying goodbye, waiting for the completion',
    rfc: 'RFC 9051 §6.1.3',
  },
  closing: {
    patience: 'closing',
    timeout: 'server-closing',
    phrase: 'reading on after a BYE until the server closes',
    rfc: 'RFC 9051 §7.1.5',
  },
  ended: { patience: undefined, timeout: 'timeout-reply', phrase: 'over', rfc: 'RFC 9051 §3.4' },
};

/** What does not change during a dialogue. */
export interface Settings {
  readonly patience: Patience;
  readonly maxInFlight: number;
  readonly limits: ReplyLimits;
  readonly offeredStartTlsBefore: boolean;
}

/** A command with its tag. */
export interface Tagged {
  readonly tag: string;
  readonly command: WireCommand;
}

/** A command that has been sent. */
interface Sent extends Tagged {
  /** What `dataBytes` was then. */
  readonly dataBefore: number;
}

/** A command that is sent in part. */
export interface UnfinishedCommand extends Tagged {
  readonly later: readonly LaterPart[];
  /** Content that is still to come from our side, in octets; `undefined` = the server has to say something first. */
  readonly content:
    | {
        readonly left: number;
        /** Whether the connection has not taken yet what came last, so that the server is waited for. */
        readonly writing: boolean;
      }
    | undefined;
}

/** What is left of a command whose last part announced so much content, or none. */
export function unfinished(
  { tag, command }: Tagged,
  later: readonly LaterPart[],
  content: number | undefined,
): UnfinishedCommand {
  return {
    tag,
    command,
    later,
    content: content === undefined ? undefined : { left: content, writing: false },
  };
}

/** Everything a client knows. Never changed in place. */
export interface State {
  readonly name: StateName;
  readonly settings: Settings;
  /** When the present wait began, and when it is over. */
  readonly since: Instant;
  readonly deadline: Instant | undefined;
  readonly stage: 'not-authenticated' | 'authenticated' | 'selected';
  /** The selected mailbox. */
  readonly mailbox: SelectedMailbox | undefined;
  /** What has been told about the mailbox of a SELECT or EXAMINE in flight. */
  readonly selecting: SelectedMailbox | undefined;
  /** What ENABLE has switched on, upper case. */
  readonly enabled: readonly string[];
  /** What is left of a command whose literal waits for leave, or for content of ours; nothing else is sent before. */
  readonly literal: UnfinishedCommand | undefined;
  /** How IDLE stands: not confirmed yet, and perhaps to be ended at once; confirmed; or ended by us. */
  readonly idle: 'none' | 'asked' | 'asked-and-done' | 'idling' | 'done';
  /** Octets of a streamed literal since the wait was renewed. */
  readonly progress: number;
  /** Nobody reads, so no wait runs. */
  readonly paused: boolean;
  /** Greeted with PREAUTH: STARTTLS is impossible (RFC 9051 §6.2.1). */
  readonly preauth: boolean;
  readonly tls: TlsInfo | undefined;
  /** Whether the bytes of both directions are compressed. */
  readonly compressed: boolean;
  readonly capabilities: Capabilities | undefined;
  /** The capabilities came after the command now being completed was sent. */
  readonly freshCapabilities: boolean;
  /** Sent and not completed, oldest first. */
  readonly inFlight: readonly Sent[];
  /** Accepted and not sent, but for the first `taken` of them, which have been. */
  readonly waiting: readonly Tagged[];
  readonly taken: number;
  /** Octets of untagged responses that have come. */
  readonly dataBytes: number;
  /** How many tags have been given away. */
  readonly tags: number;
  readonly exchange: Exchange | undefined;
  /** Continuations that nothing waited for. */
  readonly strays: number;
  /** The line of a BYE that was not asked for. */
  readonly bye: string | undefined;
}

/** What can happen to a client. */
export type Input =
  | { readonly type: 'start' }
  /** `partial` holds what has come of an unfinished response. */
  | { readonly type: 'send'; readonly commands: readonly ImapCommand[]; readonly partial: Uint8Array }
  | ResponseInput
  | { readonly type: 'literal-begin'; readonly head: string; readonly octets: number }
  | { readonly type: 'literal-chunk'; readonly bytes: Uint8Array }
  | { readonly type: 'literal-end' }
  | { readonly type: 'fault'; readonly reason: Reason; readonly bytes: Uint8Array; readonly rule: string }
  /** Bytes that begin like a TLS record where a line was expected. */
  | { readonly type: 'tls-record'; readonly bytes: Uint8Array }
  /** Bytes between the go-ahead of STARTTLS and the end of the handshake. */
  | { readonly type: 'plaintext'; readonly bytes: Uint8Array }
  | { readonly type: 'end-of-stream'; readonly how: EndOfStream; readonly rest: Uint8Array }
  | { readonly type: 'tls-ready'; readonly tls: TlsInfo }
  | { readonly type: 'tick'; readonly rest: Uint8Array };

/** A whole response; `behind` gives a copy of what came after it in the same segment. */
export interface ResponseInput {
  readonly type: 'response';
  readonly text: string;
  readonly response:
    ImapResponse | { readonly type: 'fault'; readonly reason: 'protocol-error' | 'too-deep' };
  readonly behind: () => Uint8Array;
}

/** A new state and what has to be done. */
export interface Step {
  readonly state: State;
  readonly outputs: readonly Output<ImapEvent>[];
}

/** A client before its first input; `tls` is the layer it begins in (implicit TLS). */
export function initialState(settings: Settings, tls?: TlsInfo): State {
  return {
    name: 'start',
    settings,
    since: 0,
    deadline: undefined,
    stage: 'not-authenticated',
    mailbox: undefined,
    selecting: undefined,
    enabled: [],
    literal: undefined,
    idle: 'none',
    progress: 0,
    paused: false,
    preauth: false,
    tls,
    compressed: false,
    capabilities: undefined,
    freshCapabilities: false,
    inFlight: [],
    waiting: [],
    taken: 0,
    dataBytes: 0,
    tags: 0,
    exchange: undefined,
    strays: 0,
    bye: undefined,
  };
}
