/**
 * SASL mechanisms as machines, for client and server: challenge in, response out, as octets; and the exchange around them,
 * as mail protocols carry it.
 *
 * It is *not* a login: SMTP (RFC 4954), POP3 (RFC 5034) and IMAP (RFC 9051 §6.2.2) each put the lines of an exchange into
 * their own frame, and say what a refusal means. PLAIN and LOGIN show the password to the server, so the choice never
 * falls on them outside TLS with a verified peer.
 *
 * RFCs: 4422 (the framework), 4616 (PLAIN), 4648 §4 (base64). LOGIN has none.
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
export { decodeBase64, encodeBase64 } from './base64.ts';
export { chooseMechanism, serverMechanism } from './choose.ts';
export type { Choice, ChoiceContext, ChoiceFailure } from './choose.ts';
export { checkCredentials, redacted } from './credentials.ts';
export type { Credentials, PasswordCredentials } from './credentials.ts';
export { answerChallenge, beginExchange, distrustSuccess, resumeExchange } from './exchange.ts';
export type { Exchange, ExchangeFrame, ExchangeLine, ExchangeProgress, ExchangeStep } from './exchange.ts';
export { loginClient, loginServer } from './login.ts';
export type { ClientMechanism, ClientStep, SaslWork, ServerMechanism, ServerStep } from './mechanism.ts';
export { mechanismName, mechanismNames } from './names.ts';
export { plainClient, plainServer } from './plain.ts';
export type { ServerRules } from './server-rules.ts';
