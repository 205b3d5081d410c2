/**
 * SASL mechanisms as machines, for client and server: challenge in, response out, as octets.
 *
 * It is *not* a login: SMTP (RFC 4954), POP3 (RFC 5034) and IMAP (RFC 9051 §6.2.2) each carry these octets in their own
 * frame, with the base64 of this package around them. PLAIN and LOGIN show the password to the server, so the choice never
 * falls on them outside TLS with a verified peer.
 *
 * RFCs: 4422 (the framework), 4616 (PLAIN), 4648 §4 (base64). LOGIN has none.
 *
 * @example
 * ```ts run
 * import { chooseMechanism, encodeBase64 } from '@postern/sasl';
 * const credentials = { type: 'password', user: 'tim', password: 'tanstaaftanstaaf' } as const;
 * const choice = chooseMechanism(['LOGIN', 'PLAIN'], credentials, { verified: true });
 * const initial = choice.ok ? choice.mechanism.start() : undefined;
 * if (initial) console.log(`AUTH PLAIN ${encodeBase64(initial)}`); // AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm
 * ```
 *
 * @packageDocumentation
 */
export { decodeBase64, encodeBase64 } from './base64.ts';
export { chooseMechanism, serverMechanism } from './choose.ts';
export type { Choice, ChoiceContext, ChoiceFailure } from './choose.ts';
export { checkCredentials, redacted } from './credentials.ts';
export type { Credentials, PasswordCredentials } from './credentials.ts';
export { loginClient, loginServer } from './login.ts';
export type { ClientMechanism, ClientStep, SaslWork, ServerMechanism, ServerStep } from './mechanism.ts';
export { mechanismName, mechanismNames } from './names.ts';
export { plainClient, plainServer } from './plain.ts';
export type { ServerRules } from './server-rules.ts';
