import type { ServerMechanism } from '@postern/sasl';
import type { Instant, TlsInfo } from '@postern/wire';
import type { ServerPatience, ServerRules } from './options.ts';
import type { MailStore } from './store/mail-store.ts';
import type { Enabled } from './verbs/answer.ts';
import type { Append } from './verbs/append.ts';
import type { View } from './view.ts';

/** Where a server stands. */
export type ServerStateName =
  | 'start'
  | 'delay'
  | 'not-authenticated'
  | 'auth'
  | 'authenticated'
  | 'selected'
  | 'idle'
  | 'tls'
  | 'deaf'
  | 'ended';

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
  start: { patience: undefined, listens: false, phrase: 'not started', rfc: 'RFC 9051 §3' },
  delay: { patience: undefined, listens: false, phrase: 'taking its time to greet', rfc: 'RFC 9051 §7.1' },
  'not-authenticated': {
    patience: 'command',
    listens: true,
    phrase: 'waiting for a login',
    rfc: 'RFC 9051 §3.1',
  },
  auth: {
    patience: 'command',
    listens: true,
    phrase: 'in an authentication exchange',
    rfc: 'RFC 9051 §6.2.2',
  },
  authenticated: { patience: 'idle', listens: true, phrase: 'waiting for a mailbox', rfc: 'RFC 9051 §3.2' },
  selected: { patience: 'idle', listens: true, phrase: 'serving a mailbox', rfc: 'RFC 9051 §3.3' },
  idle: { patience: 'idle', listens: true, phrase: 'telling what is new', rfc: 'RFC 9051 §6.3.13' },
  tls: { patience: 'tls', listens: false, phrase: 'in the TLS handshake', rfc: 'RFC 9051 §6.2.1' },
  deaf: { patience: undefined, listens: false, phrase: 'deaf and silent on purpose', rfc: 'RFC 9051 §3' },
  ended: { patience: undefined, listens: false, phrase: 'over', rfc: 'RFC 9051 §3.4' },
};

/** Everything a server knows. Never changed in place. */
export interface ServerSession {
  readonly name: ServerStateName;
  readonly rules: ServerRules;
  readonly deadline: Instant | undefined;
  readonly tls: TlsInfo | undefined;
  /** An AUTHENTICATE exchange under way, with the tag it began with. */
  readonly exchange: { readonly tag: string; readonly mechanism: ServerMechanism } | undefined;
  /** The mailboxes of who has logged in. */
  readonly store: MailStore | undefined;
  /** The selected mailbox as the client was told of it. It moves on as more is told. */
  readonly view: View | undefined;
  readonly enabled: ReadonlySet<Enabled>;
  readonly compressed: boolean;
  /** An APPEND under way, whose messages are coming. */
  readonly append: Append | undefined;
  /** The tag of an IDLE under way. */
  readonly idle: string | undefined;
}

/** A server before its first input. */
export function newServerSession(rules: ServerRules): ServerSession {
  return {
    name: 'start',
    rules,
    deadline: undefined,
    tls: rules.tls,
    exchange: undefined,
    store: undefined,
    view: undefined,
    enabled: new Set(),
    compressed: false,
    append: undefined,
    idle: undefined,
  };
}
