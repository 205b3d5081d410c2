/**
 * The server's side of the SMTP dialogue (RFC 5321), with STARTTLS (RFC 3207) and AUTH (RFC 4954): a machine, and a driver
 * that runs it on a connection. Good enough for real mail programs in a laboratory, and able to misbehave in every way a
 * client has to be tried against, by options.
 *
 * It is *not* a mail server: it accepts every recipient, delivers nowhere, adds no `Received` line, and hands each message
 * out as an event.
 *
 * @example
 * ```ts run
 * import { utf8, latin1 } from '@postern/wire';
 * import { smtpServer } from '@postern/smtp/server';
 * const server = smtpServer({ domain: 'mx.example.org', keywords: ['SIZE 1000'], startTls: { type: 'masked' } });
 * server.start(0);
 * const outputs = server.receive(utf8('EHLO client.example\r\n'), 1);
 * for (const output of outputs) if (output.type === 'write') console.log(latin1(output.bytes));
 * // 250-mx.example.org
 * // 250-SIZE 1000
 * // 250 XXXXXXXA
 * ```
 *
 * @packageDocumentation
 */
export type { ReceivedMessage, SmtpServerCommand, SmtpServerEvent } from './events.ts';
export { smtpServer } from './machine.ts';
export type { SmtpServerMachine } from './machine.ts';
export type {
  AuthRules,
  GreetingHabit,
  ServerLimits,
  ServerPatience,
  SmtpServerOptions,
  StartTlsHabit,
} from './options.ts';
export { serveSmtp } from './serve.ts';
export type { ServeSmtpOptions } from './serve.ts';
export { serverStates } from './states.ts';
export type { ServerStateName, ServerStateRow } from './states.ts';
