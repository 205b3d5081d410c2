import type { TlsInfo } from '@postern/wire';
import type { ServerMechanism } from './mechanism.ts';
import type { AuthRules } from './server-rules.ts';
import { table } from './table.ts';
import type { ServerLayer } from './table.ts';

/** Whether a login is possible on a connection; `tls` is its TLS layer, if it has one. */
export function mayLogIn(rules: AuthRules | undefined, tls: TlsInfo | undefined): rules is AuthRules {
  return rules !== undefined && (tls !== undefined || rules.insideTlsOnly === false);
}

/** The names a server lists on a connection, upper case, best first; none where nobody may log in there. */
export function serverMechanisms(rules: AuthRules | undefined, tls: TlsInfo | undefined): readonly string[] {
  if (!mayLogIn(rules, tls)) return [];
  if (rules.mechanisms) return rules.mechanisms.map((name) => name.toUpperCase());
  const layer = layerOf(tls);
  return table.filter((row) => row.serves(rules, layer)).map(({ name }) => name);
}

/**
 * The server's side of a mechanism by its name, in any case; `undefined` for one that is not listed or does not exist here.
 *
 * @example
 * ```ts run
 * import { serverMechanism } from '@postern/sasl';
 * const rules = { authenticate: () => false, insideTlsOnly: false };
 * const mechanism = serverMechanism('plain', rules, undefined);
 * console.log(mechanism?.start(new TextEncoder().encode('\0tim\0guess'))); // { type: 'failed', reason: 'auth-failed' }
 * ```
 */
export function serverMechanism(
  name: string,
  rules: AuthRules | undefined,
  tls: TlsInfo | undefined,
): ServerMechanism | undefined {
  const upper = name.toUpperCase();
  if (!rules || !serverMechanisms(rules, tls).includes(upper)) return undefined;
  const layer = layerOf(tls);
  const row = table.find((one) => one.name === upper);
  return row?.serves(rules, layer) === true ? row.server(rules, layer) : undefined;
}

function layerOf(tls: TlsInfo | undefined): ServerLayer {
  return { bindings: tls?.channelBindings?.() ?? [], peer: tls?.peer };
}
