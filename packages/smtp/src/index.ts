/**
 * The SMTP, submission and LMTP dialogue, client side: from the greeting over EHLO, STARTTLS, AUTH and mail transactions to
 * QUIT, as a machine (`smtpClient`, `lmtpClient`) and with promises (`openSmtp`, `openLmtp`). The server side is
 * `@postern/smtp/server`.
 *
 * It is *not* a mailer: it composes no messages, looks up no MX, and decides no TLS policy; it reports what a server offers
 * and refuses what would be unsafe.
 *
 * RFCs: 5321, 3207 (STARTTLS), 4954 (AUTH), 2034 and 3463 (enhanced codes), 2920 (PIPELINING), 3030 (CHUNKING, BINARYMIME),
 * 1870 (SIZE), 6152 (8BITMIME), 6531 (SMTPUTF8), 3461 (DSN), 2852, 4865 and 6710 (parameters of MAIL),
 * 8689 (REQUIRETLS), 9422 (LIMITS), 2033 (LMTP), 7504 (521), 8314 (implicit TLS).
 *
 * @example
 * ```ts run
 * import { latin1, utf8 } from '@postern/wire';
 * import { smtpClient } from '@postern/smtp';
 * const machine = smtpClient({ patience: 'probe' });
 * machine.start(0);
 * machine.receive(utf8('220 mx.example.org ready\r\n'), 5);
 * machine.send({ verb: 'EHLO', domain: 'probe.example' }, 6);
 * machine.receive(utf8('250-mx.example.org\r\n250 STARTTLS\r\n'), 9);
 * console.log(machine.extensions.startTls); // offered
 * ```
 *
 * @packageDocumentation
 */
export { authOutcome } from './auth/outcome.ts';
export type { AuthContext, AuthOutcome } from './auth/outcome.ts';
export { openLmtp, openSmtp } from './client.ts';
export { addressLiteral } from './commands.ts';
export { connectSmtp } from './connect.ts';
export type { ConnectSmtpOptions, Greeted } from './connect.ts';
export type { LineCommand, SmtpCommand, WireCommand } from './commands.ts';
export type { Content, ContentOnce, WebReadable } from './content/source.ts';
export { enhancedStatus } from './enhanced.ts';
export type { EnhancedStatus } from './enhanced.ts';
export type { SmtpDiagnostic, SmtpEvent } from './events.ts';
export { parseExtensions } from './extensions.ts';
export type { Extensions, Limits } from './extensions.ts';
export type { CustomParameter, MailParameters, RcptParameters } from './mail/parameters.ts';
export { lmtpClient, smtpClient } from './machine.ts';
export type { SmtpClientMachine, SmtpClientOptions } from './machine.ts';
export { replyClass, replyText } from './reply.ts';
export type { Reply, ReplyClass, ReplyLimits } from './reply.ts';
export type {
  Answer,
  CallOptions,
  Lmtp,
  Login,
  LoginCallOptions,
  OpenSmtpOptions,
  Smtp,
  StartTlsOptions,
} from './smtp.ts';
export { patienceProfiles, states } from './states.ts';
export type { Patience, StateName, StateRow, WaitingName } from './states.ts';
export { nextStep } from './submit/next-step.ts';
export type { NextStep } from './submit/next-step.ts';
export type { Envelope, Recipient, RecipientResult, Submission } from './submit/submission.ts';
export type { SubmitOptions } from './submit/submissions.ts';
