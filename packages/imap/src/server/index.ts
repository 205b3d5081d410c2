/**
 * The server side of the IMAP dialogue: a machine, and a driver that serves one connection. Right by default; with the habits
 * of bad servers on request, so that clients can be tested against them.
 *
 * Mail is in a store: one in memory is here, others implement its interface. It is *not* a server for the world: one process,
 * no quota but the store's, no access rights, and searches read every message anew.
 *
 * RFCs: 9051 (IMAP4rev2) and 3501 (IMAP4rev1), 2177 (IDLE), 2342 (NAMESPACE), 2971 (ID), 3502 (MULTIAPPEND), 3516 (BINARY, as
 * far as IMAP4rev2 has it), 3691 (UNSELECT), 4315 (UIDPLUS),
 * 4731 (ESEARCH), 4959 (SASL-IR), 4978 (COMPRESS), 5161 (ENABLE), 5182 (SEARCHRES), 5256 (SORT, THREAD), 5258 (LIST-EXTENDED), 5530 (response codes), 5819
 * (LIST-STATUS), 5267 (ESORT), 6154 (SPECIAL-USE), 6851 (MOVE), 7162 (CONDSTORE, QRESYNC), 7888 (LITERAL+), 7889 (APPENDLIMIT), 8438 (STATUS=SIZE).
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
  CommandHabit,
  GreetingHabit,
  ImapServerOptions,
  ServerLimits,
  ServerPatience,
  StartTlsHabit,
} from './options.ts';
export { serveImap } from './serve.ts';
export type { ServeImapOptions } from './serve.ts';
export type {
  IncomingMessages,
  Mailbox,
  MailStore,
  MessageHead,
  NewMessage,
  StoredMessage,
  StoreRefusal,
} from './store/mail-store.ts';
export { memoryMailStore } from './store/memory-store.ts';
export type { MemoryMailStoreOptions } from './store/memory-store.ts';
export { serverStates } from './states.ts';
export type { ServerStateName, ServerStateRow } from './states.ts';
