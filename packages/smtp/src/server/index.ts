/**
 * The server's side of SMTP (RFC 5321), submission and LMTP (RFC 2033): a machine, and a driver that runs it on a connection and
 * asks your functions about senders, recipients, messages and logins. With STARTTLS (RFC 3207), AUTH (RFC 4954), PIPELINING (RFC
 * 2920), CHUNKING and BINARYMIME (RFC 3030), SIZE (RFC 1870), SMTPUTF8 (RFC 6531), DSN (RFC 3461), LIMITS (RFC 9422) and REQUIRETLS
 * (RFC 8689). Content streams, in memory that does not grow with it. By options it misbehaves in every way a client has to be tried
 * against.
 *
 * It is *not* a mail server: it has no queue, delivers nowhere, and writes trace lines only where it is given a time and a name for
 * them. Without hooks it accepts every recipient.
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
export type { AuthRules } from '@postern/sasl';
export { MessageAborted } from './driving/message-pipe.ts';
export type {
  Eventually,
  HookContext,
  HookName,
  IncomingMessage,
  ServeAuthRules,
  SmtpHooks,
} from './driving/hooks.ts';
export type { Envelope, Recipient, Sender } from './envelope.ts';
export type {
  ClientInfo,
  MessageAbortReason,
  ReceivedMessage,
  ServerDiagnostic,
  SmtpServerCommand,
  SmtpServerEvent,
} from './events.ts';
export type { LoginAttempt } from './login-attempt.ts';
export { smtpServer } from './machine.ts';
export type { SmtpServerMachine } from './machine.ts';
export type { TraceRules } from './message/trace.ts';
export type {
  AskedAbout,
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
export { accept, refuse } from './verdict.ts';
export type { Acceptance, Refusal, Verdict } from './verdict.ts';
