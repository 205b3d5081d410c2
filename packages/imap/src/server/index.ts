/**
 * The server side of the IMAP dialogue: a machine, and a driver that serves one connection. Right by default; with the habits
 * of bad servers on request, so that clients can be tested against them.
 *
 * It is *not* a mail store: there is one mailbox, INBOX, and it is empty. Commands beyond that get a tagged BAD.
 *
 * RFCs: 9051 and 3501 (IMAP), 2971 (ID), 4959 (SASL-IR), 5530 (response codes).
 *
 * @example
 * ```ts run
 * import { latin1 } from '@postern/wire';
 * import { imapServer } from '@postern/imap/server';
 * const server = imapServer({ greeting: { type: 'ready', text: 'lab', bare: true } });
 * const [output] = server.start(0);
 * if (output?.type === 'write') console.log(latin1(output.bytes)); // * OK lab
 * ```
 *
 * @packageDocumentation
 */
export type { AuthRules } from '@postern/sasl';
export type { ImapServerCommand, ImapServerEvent } from './events.ts';
export { imapServer } from './machine.ts';
export type { ImapServerMachine } from './machine.ts';
export type {
  GreetingHabit,
  ImapServerOptions,
  ServerLimits,
  ServerPatience,
  StartTlsHabit,
} from './options.ts';
export { serveImap } from './serve.ts';
export type { ServeImapOptions } from './serve.ts';
export { serverStates } from './states.ts';
export type { ServerStateName, ServerStateRow } from './states.ts';
