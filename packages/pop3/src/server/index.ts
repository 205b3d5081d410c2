/**
 * The server side of the POP3 dialogue: a machine, and a driver that serves one connection. Right by default; with the habits
 * of bad servers on request, so that clients can be tested against them.
 *
 * It is *not* a mail store: a maildrop is a list in memory, and who may log in is decided by a function.
 *
 * RFCs: 1939 (POP3), 2449 (CAPA, response codes), 2595 §4 (STLS), 5034 (AUTH).
 *
 * @example
 * ```ts
 * import { memoryMaildrop, servePop3 } from '@postern/pop3/server';
 * import { nodeNetwork, systemClock } from '@postern/wire/node';
 * const clock = systemClock();
 * const maildrop = memoryMaildrop(['Subject: hi\r\n\r\nhello\r\n']);
 * const listener = await nodeNetwork().listen({ address: '127.0.0.1', port: 0 }, (connection) =>
 *   servePop3(connection, { clock, authenticate: () => true, maildrop: () => maildrop, plaintextLogin: true }),
 * );
 * await listener[Symbol.asyncDispose]();
 * ```
 *
 * @packageDocumentation
 */
export { startTlsHabits } from './habits.ts';
export type { GreetingHabit, StartTlsHabit } from './habits.ts';
export { pop3Server } from './machine.ts';
export { memoryMaildrop } from './maildrop.ts';
export type { Maildrop, OpenMaildrop, StoredMessage } from './maildrop.ts';
export type { Authenticate, Pop3ServerEvent, Pop3ServerOptions } from './pop3-server.ts';
export { servePop3 } from './serve.ts';
export type { ServePop3Options } from './serve.ts';
