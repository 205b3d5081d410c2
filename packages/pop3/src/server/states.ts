import type { ServerMechanism } from '@postern/sasl';
import type { Instant, TlsInfo } from '@postern/wire';
import type { OpenMaildrop } from './maildrop.ts';
import type { ServerPatience, ServerRules } from './options.ts';
import type { Stuffing } from './streaming.ts';

/** Where a server stands. */
export type ServerStateName =
  'start' | 'delay' | 'authorization' | 'auth' | 'transaction' | 'content' | 'tls' | 'deaf' | 'ended';

/** What one state means. */
export interface ServerStateRow {
  /** Which patience bounds it. */
  readonly patience: keyof ServerPatience | undefined;
  /** Whether commands are read in it. */
  readonly listens: boolean;
  /** Completes the sentence "The server is …". */
  readonly phrase: string;
  /** The section that defines the state. */
  readonly rfc: string;
}

/** One row per state. */
export const serverStates: Readonly<Record<ServerStateName, ServerStateRow>> = {
  start: { patience: undefined, listens: false, phrase: 'not started', rfc: 'RFC 1939 §3' },
  delay: { patience: undefined, listens: false, phrase: 'taking its time to greet', rfc: 'RFC 1939 §4' },
  authorization: { patience: 'command', listens: true, phrase: 'waiting for a login', rfc: 'RFC 1939 §4' },
  auth: { patience: 'command', listens: true, phrase: 'in an authentication exchange', rfc: 'RFC 5034 §4' },
  transaction: { patience: 'command', listens: true, phrase: 'serving a maildrop', rfc: 'RFC 1939 §5' },
  content: { patience: 'command', listens: false, phrase: 'sending a message', rfc: 'RFC 1939 §5' },
  tls: { patience: 'tls', listens: false, phrase: 'in the TLS handshake', rfc: 'RFC 2595 §4' },
  deaf: { patience: undefined, listens: false, phrase: 'deaf and silent on purpose', rfc: 'RFC 1939 §3' },
  ended: { patience: undefined, listens: false, phrase: 'over', rfc: 'RFC 1939 §6' },
};

/** Everything a server knows. Never changed in place; the maildrop behind it is the caller's and does change. */
export interface ServerSession {
  readonly name: ServerStateName;
  readonly rules: ServerRules;
  readonly deadline: Instant | undefined;
  readonly tls: TlsInfo | undefined;
  /** TLS was begun by STLS: the greeting counts no more. */
  readonly upgraded: boolean;
  /** UTF8 was said (RFC 6856 §2.1). */
  readonly utf8: boolean;
  /** The name of an accepted USER, until the next command. */
  readonly user: string | undefined;
  readonly mechanism: ServerMechanism | undefined;
  readonly maildrop: OpenMaildrop | undefined;
  /** The octets of all messages in it, marked ones left out. */
  readonly octets: number;
  /** The dots of the message that is being sent. */
  readonly stuffing: Stuffing | undefined;
  /** Numbers of messages marked by DELE; grows in place, because a copy at each DELE would be quadratic. */
  readonly deleted: Set<number>;
}

/** A server before its first input. */
export function newServerSession(rules: ServerRules): ServerSession {
  return {
    name: 'start',
    rules,
    deadline: undefined,
    tls: rules.tls,
    upgraded: false,
    utf8: false,
    user: undefined,
    mechanism: undefined,
    maildrop: undefined,
    octets: 0,
    stuffing: undefined,
    deleted: new Set(),
  };
}
