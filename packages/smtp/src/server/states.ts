import type { Phase } from '@postern/wire';
import type { ServerPatience } from './options.ts';

/** All states of the server. */
export type ServerStateName =
  'start' | 'delay' | 'command' | 'auth' | 'data' | 'tls' | 'refusing' | 'deaf' | 'ended';

/** What is to be known about a state. */
export interface ServerStateRow {
  /** What happens in it, to be read after "while". */
  readonly phrase: string;
  /** What a fault in it calls the phase. */
  readonly phase: Phase;
  /** The limit that applies; `undefined` = none, or one of its own. */
  readonly patience: keyof ServerPatience | undefined;
  /** The rule behind it. */
  readonly rfc: string;
}

/** One row per state. */
export const serverStates: Readonly<Record<ServerStateName, ServerStateRow>> = {
  start: {
    phrase: 'the connection is being handed over',
    phase: 'connect',
    patience: undefined,
    rfc: 'RFC 5321 §3.1',
  },
  delay: {
    phrase: 'the greeting is held back',
    phase: 'greeting',
    patience: undefined,
    rfc: 'RFC 5321 §4.3.1',
  },
  command: {
    phrase: 'waiting for a command',
    phase: 'command',
    patience: 'command',
    rfc: 'RFC 5321 §4.5.3.2.7',
  },
  auth: {
    phrase: 'waiting for a response within AUTH',
    phase: 'auth',
    patience: 'command',
    rfc: 'RFC 4954 §4',
  },
  data: {
    phrase: 'waiting for the content of a message',
    phase: 'data',
    patience: 'data',
    rfc: 'RFC 5321 §4.1.1.4',
  },
  tls: { phrase: 'the TLS handshake runs', phase: 'tls', patience: 'tls', rfc: 'RFC 3207 §4' },
  refusing: {
    phrase: 'there is no service here, and QUIT is awaited',
    phase: 'greeting',
    patience: 'command',
    rfc: 'RFC 5321 §3.1',
  },
  deaf: {
    phrase: 'nothing is said or heard any more',
    phase: 'greeting',
    patience: undefined,
    rfc: 'RFC 3207 §4',
  },
  ended: { phrase: 'the dialogue is over', phase: 'quit', patience: undefined, rfc: 'RFC 5321 §3.8' },
};
