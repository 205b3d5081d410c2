import type { Reason } from '@postern/wire';
import type { Credentials } from './credentials.ts';
import { loginClient, loginServer } from './login.ts';
import type { ClientMechanism, ServerMechanism } from './mechanism.ts';
import { mechanismNames } from './names.ts';
import { plainClient, plainServer } from './plain.ts';
import type { ServerRules } from './server-rules.ts';

interface Row {
  readonly name: string;
  /** The kind of credentials it can use. */
  readonly takes: Credentials['type'];
  /** Shows the secret: inside verified TLS only (RFC 4954 §14). */
  readonly plaintext: boolean;
  readonly client: (credentials: Credentials) => ClientMechanism;
  readonly server: (rules: ServerRules) => ServerMechanism;
}

/**
 * Every mechanism there is, best first; a new one is a new row. PLAIN before LOGIN: it is a standard, and takes one round
 * trip in place of three.
 */
const table: readonly Row[] = [
  { name: 'PLAIN', takes: 'password', plaintext: true, client: plainClient, server: plainServer },
  { name: 'LOGIN', takes: 'password', plaintext: true, client: loginClient, server: loginServer },
];

const tokenMechanisms: ReadonlySet<string> = new Set(['OAUTHBEARER', 'XOAUTH2']);

/** What a choice depends on beside offer and credentials. */
export interface ChoiceContext {
  /**
   * Whether the connection is inside TLS with a peer that was verified (`tls.verification.status === 'verified'`). Without
   * it a mechanism that shows the secret is never chosen.
   */
  readonly verified: boolean;
  /** Mechanisms that were tried and refused as such; names in upper case. Default: none. */
  readonly except?: readonly string[];
}

/** The best mechanism, ready to run, or why there is none. */
export type Choice =
  | { readonly ok: true; readonly mechanism: ClientMechanism }
  | { readonly ok: false; readonly reason: ChoiceFailure };

/**
 * `auth-not-offered`: no mechanism in common. `oauth-required`: the server wants a token, the caller has a password.
 * `plaintext-login-refused`: there would be one, but it shows the password and the connection is not verified.
 */
export type ChoiceFailure = Extract<
  Reason,
  'auth-not-offered' | 'oauth-required' | 'plaintext-login-refused'
>;

/**
 * Chooses the best mechanism that the server offers, the credentials fit, and the connection may carry. Names are compared
 * without case; what is no mechanism name is ignored (RFC 4954 §8). Throws a `UsageError` for credentials that the chosen
 * mechanism cannot carry.
 *
 * @example
 * ```ts run
 * import { chooseMechanism } from '@postern/sasl';
 * const credentials = { type: 'password', user: 'tim', password: 'tanstaaf' } as const;
 * const choice = chooseMechanism(['LOGIN', 'plain'], credentials, { verified: true });
 * if (choice.ok) console.log(choice.mechanism.name); // PLAIN
 * ```
 */
export function chooseMechanism(
  offered: readonly string[],
  credentials: Credentials,
  context: ChoiceContext,
): Choice {
  const names = mechanismNames(offered);
  const fit = table.filter(
    (row) =>
      row.takes === credentials.type && names.includes(row.name) && !context.except?.includes(row.name),
  );
  const row = fit.find(({ plaintext }) => context.verified || !plaintext);
  if (row) return { ok: true, mechanism: row.client(credentials) };
  if (fit.length > 0) return { ok: false, reason: 'plaintext-login-refused' };
  const wantsToken = names.length > 0 && names.every((name) => tokenMechanisms.has(name));
  return { ok: false, reason: wantsToken ? 'oauth-required' : 'auth-not-offered' };
}

/**
 * The server's side of a mechanism by its name, in any case; `undefined` for one that does not exist here.
 */
export function serverMechanism(name: string, rules: ServerRules): ServerMechanism | undefined {
  return table.find((row) => row.name === name.toUpperCase())?.server(rules);
}
