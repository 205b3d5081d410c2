import { UsageError } from '@postern/wire';
import type { ChannelBinding, Reason } from '@postern/wire';
import type { Credentials } from './credentials.ts';
import type { ClientMechanism } from './mechanism.ts';
import { mechanismNames } from './names.ts';
import type { TokenTarget } from './oauth/client.ts';
import { preparedPassword } from './prepare.ts';
import { table } from './table.ts';

const tokenMechanisms: ReadonlySet<string> = new Set(['OAUTHBEARER', 'XOAUTH2']);

/** What a choice depends on beside offer and credentials. */
export interface ChoiceContext {
  /**
   * Whether the connection is inside TLS with a peer that was verified (`tls.verification.status === 'verified'`). Without
   * it a mechanism that shows the secret is never chosen.
   */
  readonly verified: boolean;
  /**
   * What may be done where the peer is not verified. `nothing` (default): a listener could search for the password at leisure
   * in what SCRAM and CRAM-MD5 send (RFC 5802 §9). `hashed`: those that do not show the secret may run.
   */
  readonly unverified?: 'nothing' | 'hashed';
  /** Octets that nobody can guess, for SCRAM. Without it SCRAM is never chosen. */
  readonly random?: (octets: number) => Uint8Array;
  /** What ties an exchange to the TLS connection, best first; for the `-PLUS` mechanisms. Default: nothing. */
  readonly bindings?: readonly ChannelBinding[];
  /** Where a token is shown, for OAUTHBEARER. Default: it is not said. */
  readonly target?: TokenTarget;
  /**
   * The only mechanisms that may be used. Default: all but CRAM-MD5, which proves little and is used only when named here. Without
   * a `-PLUS` among them nothing is said about channel binding.
   */
  readonly mechanisms?: readonly string[];
  /** Mechanisms that were tried and refused as such; names in upper case. Default: none. */
  readonly except?: readonly string[];
}

/** The best mechanism, ready to run, or why there is none. */
export type Choice =
  | { readonly ok: true; readonly mechanism: ClientMechanism }
  | { readonly ok: false; readonly reason: ChoiceFailure };

/**
 * `auth-not-offered`: no mechanism in common. `oauth-required`: the server wants a token, the caller has a password.
 * `plaintext-login-refused`: the connection is not verified, and that rules out what there is.
 */
export type ChoiceFailure = Extract<
  Reason,
  'auth-not-offered' | 'oauth-required' | 'plaintext-login-refused'
>;

/**
 * Chooses the best mechanism that the server offers, the credentials fit, and the connection may carry: EXTERNAL,
 * SCRAM-SHA-256-PLUS, SCRAM-SHA-1-PLUS, SCRAM-SHA-256, SCRAM-SHA-1, PLAIN, LOGIN; with a token OAUTHBEARER, XOAUTH2. Names
 * are compared without case; what is no mechanism name is ignored (RFC 4954 §8). Throws a `UsageError` for credentials that
 * the chosen mechanism cannot carry.
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
  const { verified, unverified = 'nothing', random, target, except = [] } = context;
  const allowed = context.mechanisms && mechanismNames(context.mechanisms);
  // RFC 5802 §6: a client that may not use channel binding has none, as where something in front of the server ends TLS.
  const bindings =
    (!allowed || allowed.some((name) => name.endsWith('-PLUS')) ? context.bindings : undefined) ?? [];
  const means = { bindings, random, target, offered: names };
  // Whatever the server offers, nothing that it could offer would make it right (RFC 4954 §14).
  if (!verified && unverified === 'nothing') return { ok: false, reason: 'plaintext-login-refused' };
  let shown = false;
  for (const row of table) {
    if (!names.includes(row.name) || except.includes(row.name)) continue;
    if (allowed ? !allowed.includes(row.name) : row.byName) continue;
    // A server that refused the mechanism tied to this connection is not asked for less (RFC 5802 §6).
    if (except.some((name) => name.endsWith('-PLUS')) && !row.name.endsWith('-PLUS')) continue;
    const mechanism = row.client(credentials, means);
    if (!mechanism) continue;
    if (verified || !row.plaintext) return { ok: true, mechanism };
    shown = true;
  }
  if (shown) return { ok: false, reason: 'plaintext-login-refused' };
  refuseUnprepared(names, credentials, context);
  const wantsToken =
    credentials.type === 'password' && names.length > 0 && names.every((name) => tokenMechanisms.has(name));
  return { ok: false, reason: wantsToken ? 'oauth-required' : 'auth-not-offered' };
}

/** Says so where only the preparation of the password stood in the way. */
function refuseUnprepared(
  names: readonly string[],
  credentials: Credentials,
  { random }: ChoiceContext,
): void {
  if (credentials.type !== 'password' || !random || preparedPassword(credentials) !== undefined) return;
  if (!names.some((name) => name.startsWith('SCRAM-'))) return;
  throw new UsageError(
    'SCRAM needs @mongodb-js/saslprep for a password outside ASCII: install it',
    'RFC 5802 §2.2',
    'argument-refused',
  );
}
