import type { EndpointResult } from './context.ts';
import type { LoginKind, Source, UserNameForm } from './report/account-report.ts';
import type { ClientProtocol, Method, ServiceEndpoint } from './report/endpoint.ts';
import { mechanismsOf } from './speak/mechanisms.ts';

/** A setting that was found somewhere and is to be probed before it is believed. */
export interface Candidate extends ServiceEndpoint {
  /** What is spoken there. */
  readonly protocol: ClientProtocol;
  /** How TLS begins there, as the source says. */
  readonly method: Method;
  /** Where it was found. */
  readonly source: Source;
  /** What to type as user name; the full address where the source does not say (RFC 6186 §4). */
  readonly userName: UserNameForm;
  /** The provider's own form, for `template`. */
  readonly userNameTemplate?: string;
  /** The file that says so, as an address of the web; absent where it was no file. */
  readonly foundAt?: string;
  /** Login methods as the source names them, such as `password-cleartext` and `OAuth2`. */
  readonly authentication?: readonly string[];
  /**
   * Found by a guess, over http, or in another domain without DNSSEC. Default: `true` for guesses, else `false`
   * (RFC 6186 §6, RFC 8314 §5.1).
   */
  readonly needsConfirmation?: boolean;
}

const oauth = /^(xoauth2|oauthbearer|oauth2)$/i;

function byOffer(offered: readonly string[]): LoginKind {
  if (offered.length === 0) return 'unknown';
  return offered.every((name) => oauth.test(name)) ? 'oauth-only' : 'password';
}

/**
 * Whether an ordinary password will do. What was offered inside TLS cannot overrule the provider: some servers list PLAIN
 * and refuse every password.
 */
export function loginKind(
  candidate: Pick<Candidate, 'authentication'> | undefined,
  result: EndpointResult,
): LoginKind {
  const announced = byOffer(candidate?.authentication ?? []);
  if (announced !== 'unknown') return announced;
  const inside = result.capabilities?.insideTls ?? [];
  // RFC 1939 §7: USER is a password login of its own, beside SASL.
  return inside.some((line) => /^USER$/i.test(line))
    ? 'password'
    : byOffer(mechanismsOf(result.endpoint.protocol, inside));
}
