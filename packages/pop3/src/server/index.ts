/**
 * The server side of the POP3 dialogue: a machine, and a driver that serves one connection. Right by default; with the habits
 * of bad servers on request, so that clients can be tested against them.
 *
 * It is *not* a mail store: a maildrop is a list in memory, whose messages may be read from elsewhere, and who may log in is decided
 * by a function.
 *
 * RFCs: 1939 (POP3), 2449 (CAPA, response codes), 2595 §4 (STLS), 5034 (AUTH), 6856 (UTF8, LANG).
 *
 * @example
 * ```ts run
 * import { latin1 } from '@postern/wire';
 * import { pop3Server } from '@postern/pop3/server';
 * const server = pop3Server({ greeting: { type: 'ready', text: 'lab' } });
 * const [output] = server.start(0);
 * if (output?.type === 'write') console.log(latin1(output.bytes)); // +OK lab
 * ```
 *
 * @packageDocumentation
 */
export type { AuthRules } from '@postern/sasl';
export type { Language } from '../parse/listings.ts';
export type { Pop3ServerCommand, Pop3ServerEvent } from './events.ts';
export { pop3Server } from './machine.ts';
export type { Pop3ServerMachine } from './machine.ts';
export { memoryMaildrop } from './maildrop.ts';
export type { HeldMessage, Maildrop, OpenMaildrop, StoredMessage, StreamedMessage } from './maildrop.ts';
export type {
  ApopAttempt,
  GreetingHabit,
  Pop3ServerOptions,
  ServerLimits,
  ServerPatience,
  StartTlsHabit,
} from './options.ts';
export { servePop3 } from './serve.ts';
export type { ServePop3Options } from './serve.ts';
export { serverStates } from './states.ts';
export type { ServerStateName, ServerStateRow } from './states.ts';
