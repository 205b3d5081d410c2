/**
 * The SMTP, submission and LMTP dialogue as machines, for client and server.
 *
 * @packageDocumentation
 */
export { authOutcome } from './auth/outcome.ts';
export type { AuthContext, AuthOutcome } from './auth/outcome.ts';
export { openSmtp } from './client.ts';
export { addressLiteral } from './commands.ts';
export type { SmtpCommand, WireCommand } from './commands.ts';
export { enhancedStatus } from './enhanced.ts';
export type { EnhancedStatus } from './enhanced.ts';
export type { SmtpDiagnostic, SmtpEvent } from './events.ts';
export { parseExtensions } from './extensions.ts';
export type { Extensions } from './extensions.ts';
export { smtpClient } from './machine.ts';
export type { SmtpClientMachine, SmtpClientOptions } from './machine.ts';
export { replyClass, replyText } from './reply.ts';
export type { Reply, ReplyClass, ReplyLimits } from './reply.ts';
export type { Answer, CallOptions, Login, OpenSmtpOptions, Smtp, StartTlsOptions } from './smtp.ts';
export { patienceProfiles } from './states.ts';
export type { Patience } from './states.ts';
