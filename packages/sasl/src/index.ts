/**
 * SASL mechanisms as machines, for client and server: challenge in, response out, as octets; and the exchange around them,
 * as mail protocols carry it.
 *
 * It is *not* a login: SMTP (RFC 4954), POP3 (RFC 5034) and IMAP (RFC 9051 §6.2.2) each put the lines of an exchange into
 * their own frame, and say what a refusal means. PLAIN and LOGIN show the password to the server, so the choice never
 * falls on them outside TLS with a verified peer.
 *
 * RFCs: 4422 (the framework, EXTERNAL), 4616 (PLAIN), 5802 and 7677 (SCRAM), 7628 (OAUTHBEARER), 2195 (CRAM-MD5), 4505
 * (ANONYMOUS), 4013 (passwords beyond ASCII), 4648 §4 (base64). LOGIN and XOAUTH2 have none.
 *
 * @example
 * ```ts run
 * import { beginExchange, chooseMechanism } from '@postern/sasl';
 * const credentials = { type: 'password', user: 'tim', password: 'tanstaaftanstaaf' } as const;
 * const choice = chooseMechanism(['LOGIN', 'PLAIN'], credentials, { verified: true });
 * if (choice.ok) {
 *   const { line } = beginExchange(choice.mechanism, { verb: 'AUTH', maxLineBytes: 512 });
 *   console.log(new TextDecoder().decode(line.bytes).trimEnd()); // AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm
 * }
 * ```
 *
 * @packageDocumentation
 */
export { authenticate } from './authenticate.ts';
export type { AttemptVerdict, AuthenticateResult, AuthenticateSession } from './authenticate.ts';
export { decodeBase64, encodeBase64 } from './base64.ts';
export { chooseMechanism } from './choose.ts';
export type { Choice, ChoiceContext, ChoiceFailure } from './choose.ts';
export { checkCredentials, redacted } from './credentials.ts';
export type {
  CertificateCredentials,
  Credentials,
  CredentialsSource,
  PasswordCredentials,
  TokenCredentials,
} from './credentials.ts';
export { answerChallenge, beginExchange, distrustSuccess, resumeExchange } from './exchange.ts';
export type { Exchange, ExchangeFrame, ExchangeLine, ExchangeProgress, ExchangeStep } from './exchange.ts';
export { anonymousClient } from './external.ts';
export { loginClient } from './login.ts';
export { loginContext } from './login-options.ts';
export type { LoginOptions } from './login-options.ts';
export type { ClientMechanism, ClientStep, SaslWork, ServerMechanism, ServerStep } from './mechanism.ts';
export { oauthBearerClient } from './oauth/client.ts';
export type { TokenTarget } from './oauth/client.ts';
export type { TokenRules } from './oauth/server.ts';
export { plainClient } from './plain.ts';
export { prepareCredentials } from './prepare.ts';
export type { Saslprep } from './prepare.ts';
export type { BindingUse } from './scram/channel-binding.ts';
export { scramClient } from './scram/client.ts';
export type { ScramClientOptions } from './scram/client.ts';
export { scramKeys } from './scram/keys.ts';
export type { ScramHash, ScramKeys } from './scram/keys.ts';
export { mayLogIn, serverMechanism, serverMechanisms } from './server-mechanisms.ts';
export type { AuthRules, CramMd5Rules, ExternalRules, ScramRules } from './server-rules.ts';
