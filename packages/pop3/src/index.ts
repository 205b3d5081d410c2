/**
 * The POP3 dialogue: a client machine without a socket, and a promise face that puts it to work on any connection: from the
 * greeting over the login to messages that stream, and to knowing what QUIT deleted. The server's side is
 * `@postern/pop3/server`.
 *
 * It is *not* a mail reader: it parses no message, stores nothing, and reconnects to nowhere. It verifies no certificate
 * either; what TLS must prove is decided by the request given to `startTls`, for instance one of `@postern/starttls`. APOP
 * is spoken only on request, with a digest that you compute, because MD5 proves nothing today.
 *
 * RFCs: 1939 (POP3), 2449 (CAPA, response codes), 2595 §4 (STLS), 3206 (SYS and AUTH codes), 5034 (AUTH), 6856 (UTF8,
 * LANG), 8314 (TLS only).
 *
 * @example
 * ```ts
 * import { openPop3 } from '@postern/pop3';
 * import { nodeNetwork, systemClock } from '@postern/wire/node';
 * const connection = await nodeNetwork().connect({ address: '192.0.2.7', port: 110 });
 * const pop3 = await openPop3(connection, { clock: systemClock(), patience: 'probe' });
 * console.log(pop3.capabilities.startTls); // offered
 * await pop3.quit();
 * ```
 *
 * @packageDocumentation
 */
export { noCapabilities, parseCapabilities } from './parse/capabilities.ts';
export type { Capabilities } from './parse/capabilities.ts';
export { openPop3 } from './client.ts';
export { encodeCommand } from './commands.ts';
export type { EncodedCommand, Pop3Command, WireCommand } from './commands.ts';
export type { Pop3Diagnostic, Pop3Event } from './events.ts';
export type { Language, ListEntry, ReplyValue, UidlEntry } from './parse/listings.ts';
export type {
  BytesOptions,
  Maildrop,
  MaildropEntry,
  MaildropMessage,
  MaildropSize,
  MessageContent,
  MessagesOptions,
  Retrieved,
} from './maildrop/maildrop.ts';
export { pop3Client } from './machine.ts';
export type { Pop3ClientMachine, Pop3ClientOptions } from './machine.ts';
export { greetingReason, loginOutcomes, loginReason, startTlsReason } from './transition/outcomes.ts';
export type {
  Answer,
  ApopLogin,
  ApopOptions,
  CallOptions,
  Farewell,
  Login,
  LoginCallOptions,
  OpenPop3Options,
  Pop3,
  StartTlsOptions,
} from './pop3.ts';
export { parseStatusLine, replyLimits } from './parse/reply.ts';
export type { Pop3Reply, ReplyLimits } from './parse/reply.ts';
export { patienceProfiles, states } from './transition/states.ts';
export type { Patience, StateName, StateRow } from './transition/states.ts';
