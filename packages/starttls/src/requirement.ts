import type { Tlsa } from '@postern/dns';
import { UsageError } from '@postern/wire';
import type { PolicySource } from '@postern/wire';
import { referenceIdentifier } from './identity.ts';

/** How a connection is protected, in the words of RFC 8314: TLS from the first octet, an upgrade, or not at all. */
export type Method = 'implicit-tls' | 'starttls' | 'plaintext';

/** What one connection must fulfil, once all facts are in. */
export type Requirement =
  /** RFC 7435: take TLS where it is offered, look at the certificate, and go on either way. */
  | { readonly level: 'opportunistic' }
  /** No plaintext; the certificate is looked at, but anybody's will do. Keeps out who only listens. */
  | { readonly level: 'encrypted'; readonly by: PolicySource }
  /** No plaintext, and a peer that proves who it is. */
  | {
      readonly level: 'authenticated';
      readonly by: PolicySource;
      /** Names of which the certificate must hold one, in the forms of `referenceNames`. */
      readonly names: readonly string[];
      /**
       * SHA-256 digests, hexadecimal, of certificates or of public keys. Where there are any, they alone decide: neither
       * chain nor names nor dates count, as with Postfix's level `fingerprint`.
       */
      readonly fingerprints?: readonly string[];
      /**
       * Usable TLSA records (`usableTlsa`). Where there are any, they decide in place of the platform's authorities
       * (RFC 7672 §3.1); `names` count under usage 2 only.
       */
      readonly tlsa?: readonly Tlsa[];
      /** Whether TLSA records are enough, or the platform's authorities and `names` must agree as well. Default `dane`. */
      readonly proof?: 'dane' | 'dane-and-pkix';
    };

/** The name of a policy level. */
export type PolicyLevel =
  'none' | 'may' | 'encrypt' | 'dane' | 'dane-only' | 'fingerprint' | 'verify' | 'secure' | 'sts';

/** One row of {@link policyLevels}. */
export interface PolicyLevelRow {
  /** Whether TLS is used. */
  readonly tls: 'never' | 'if-offered' | 'required';
  /** What the peer must prove itself by. */
  readonly authentication: 'none' | 'pkix' | 'dane' | 'fingerprint';
  /** Whose name the certificate must hold; of the MX host, or of the domain that the mail is for. */
  readonly name?: 'exchange' | 'next-hop';
  /** Published facts that must be looked up before the level says what a connection must fulfil. */
  readonly needs?: 'tlsa' | 'mta-sts';
  /** What happens without STARTTLS, or when the handshake fails. */
  readonly otherwise: 'plaintext' | 'fail';
}

/**
 * What a person asks for: the security levels of Postfix with Postfix's names and meaning, and `sts`. Data, so that it can
 * be shown and listed. With usable TLSA records `dane` demands them, with unusable ones it is `encrypt`, with none `may`.
 */
export const policyLevels: Readonly<Record<PolicyLevel, PolicyLevelRow>> = {
  none: { tls: 'never', authentication: 'none', otherwise: 'plaintext' },
  may: { tls: 'if-offered', authentication: 'none', otherwise: 'plaintext' },
  encrypt: { tls: 'required', authentication: 'none', otherwise: 'fail' },
  dane: { tls: 'if-offered', authentication: 'dane', needs: 'tlsa', otherwise: 'plaintext' },
  'dane-only': { tls: 'required', authentication: 'dane', needs: 'tlsa', otherwise: 'fail' },
  fingerprint: { tls: 'required', authentication: 'fingerprint', otherwise: 'fail' },
  verify: { tls: 'required', authentication: 'pkix', name: 'exchange', otherwise: 'fail' },
  secure: { tls: 'required', authentication: 'pkix', name: 'next-hop', otherwise: 'fail' },
  sts: { tls: 'required', authentication: 'pkix', name: 'exchange', needs: 'mta-sts', otherwise: 'fail' },
};

/** Levels that need no published facts. `none` asks for no TLS at all, so there is nothing to require. */
export type SettledLevel = 'may' | 'encrypt' | 'fingerprint' | 'verify' | 'secure';

/** What is known before a connection is made. */
export interface Facts {
  /**
   * What the person or the configuration demands: a policy level, the level of a requirement, or a requirement. Local
   * policy comes first, whatever others have published (RFC 7435 §3). Default: `authenticated` (RFC 8314 §5.2).
   */
  readonly user?: SettledLevel | Requirement['level'] | Requirement;
  /** Names that an authenticated peer must prove one of; see `referenceNames`. */
  readonly names?: readonly string[];
  /** Digests for the level `fingerprint`. */
  readonly fingerprints?: readonly string[];
  /** Requirements that follow from what others have published; the strictest counts if `user` demands nothing. */
  readonly published?: readonly Requirement[];
}

/**
 * Decides what a connection must fulfil. Pure. Throws {@link UsageError} where a level demands names or fingerprints that
 * are not there: a peer cannot be told from an impostor by nothing.
 *
 * @example
 * ```ts
 * import { requirementFor } from '@postern/starttls';
 * requirementFor({ names: ['imap.example.org'] });
 * // → { level: 'authenticated', by: 'default', names: ['imap.example.org'] }
 * requirementFor({ user: 'may' }); // → { level: 'opportunistic' }
 * ```
 */
export function requirementFor(facts: Facts): Requirement {
  const { user, published = [] } = facts;
  if (typeof user === 'object') return checked(user);
  if (user === undefined) return strictest(published) ?? authenticated(facts, 'default');
  switch (user) {
    case 'may':
    case 'opportunistic':
      return { level: 'opportunistic' };
    case 'encrypt':
    case 'encrypted':
      return { level: 'encrypted', by: 'user' };
    case 'fingerprint':
      return checked({
        level: 'authenticated',
        by: 'user',
        names: facts.names ?? [],
        fingerprints: facts.fingerprints ?? [],
      });
    case 'verify':
    case 'secure':
    case 'authenticated':
      return authenticated(facts, 'user');
  }
}

function authenticated({ names = [] }: Facts, by: PolicySource): Requirement {
  return checked({ level: 'authenticated', by, names });
}

/** Refuses a requirement that nobody could fulfil, or whose names can stand in no certificate. */
function checked(requirement: Requirement): Requirement {
  if (requirement.level !== 'authenticated') return requirement;
  const { names, fingerprints, tlsa } = requirement;
  const nothing = fingerprints?.length === 0 || tlsa?.length === 0 || (!fingerprints && names.length === 0);
  if (nothing) {
    throw new UsageError(
      'nothing is given to know the peer by',
      'names, fingerprints or TLSA records',
      'argument-refused',
    );
  }
  for (const name of names) referenceIdentifier(name);
  if (!(fingerprints ?? []).every((text) => /^[\da-f]{64}$/i.test(text.replaceAll(':', '')))) {
    throw new UsageError('a fingerprint is 64 hexadecimal digits (SHA-256)', 'SHA-256', 'argument-refused');
  }
  return requirement;
}

const strictness = { opportunistic: 0, encrypted: 1, authenticated: 2 } as const;

/** The strictest of several requirements, of equal ones the first; `undefined` of none. */
export function strictest(requirements: readonly Requirement[]): Requirement | undefined {
  let best: Requirement | undefined;
  for (const candidate of requirements) {
    if (!best || strictness[candidate.level] > strictness[best.level]) best = candidate;
  }
  return best && checked(best);
}
