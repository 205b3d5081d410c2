/**
 * What one host must fulfil before a domain's mail is given to it: the decision of a delivery, without its look-ups. The order
 * of the rules, and why:
 *
 * 1. *Local policy first* (RFC 7435 §3): who runs the server may know more than what others publish, or want less.
 * 2. *`TLS-Required: No` and REQUIRETLS* are the sender's own words about one message (RFC 8689 §3, §4.1); the second
 *    outweighs the first, and only ever adds.
 * 3. *Of what others published the strictest counts.* DANE with a secure MX record, then MTA-STS `enforce`, then an
 *    announcement. A host that passes DANE needs no MTA-STS, and one that fails it is not saved by MTA-STS (RFC 8461 §2).
 * 4. *What cannot be used does not count as absent.* Secure TLSA records that are all unusable still promise TLS
 *    (RFC 7672 §2.2).
 *
 * A host that is passed over leaves the others as they are; whether mail waits is for whoever knows all of them.
 */
import type { Tlsa, TlsaAnswer } from '@postern/dns';
import { ipOctets } from '@postern/wire';
import type { PolicyFault, PolicySource, Reason } from '@postern/wire';
import { usableTlsa } from './dane/usable-tlsa.ts';
import { isServerName } from './identity.ts';
import { mxAllowed } from './mta-sts/policy.ts';
import type { MtaStsPolicy } from './mta-sts/policy.ts';
import { requirementFor, strictest } from './requirement.ts';
import type { PolicyLevel, Requirement } from './requirement.ts';

/** What is known about a host that mail for a domain may be given to. All names as A-labels. */
export interface HostFacts {
  /** The host as it stands in the MX or SRV record, never the end of its alias; or an IP literal. */
  readonly host: string;
  /** The domain that the mail is for, or the smart host it is handed to. */
  readonly nextHop: string;
  /** The end of the next hop's alias, if it is one and every link is secure: a name for DANE-TA (RFC 7672 §3.2.2). */
  readonly nextHopCanonical?: string;
  /**
   * Who named the host. `secure`, `insecure`: an MX or SRV answer with or without DNSSEC on a trusted path. `itself`: nobody,
   * the domain has no MX record or the host was configured. `literal`: the mail is for an address literal; neither DANE nor
   * MTA-STS applies then (RFC 7672 §2.2, RFC 8461 §3.4).
   */
  readonly named: 'secure' | 'insecure' | 'itself' | 'literal';
  /** What `tlsaRecords` of `@postern/dns` found. Default: nothing was looked up. A look-up that failed passes the host over. */
  readonly tlsa?: TlsaAnswer;
  /** The MTA-STS policy of the next hop, from `StsPolicies`. Default: none. */
  readonly sts?: MtaStsPolicy | undefined;
  /** Whether an announcement (`announcedRoute`) named the host and is to be used: it promises TLS. Default false. */
  readonly announced?: boolean;
  /** What the configuration demands for this next hop. Default: nothing, so what others published decides. */
  readonly level?: PolicyLevel;
  /** Digests for the level `fingerprint`. */
  readonly fingerprints?: readonly string[];
  /**
   * The name for SNI, and the one that a certificate must hold where one is demanded, in place of all that follow from the host:
   * for a look at a machine whose final name this is. Default: the host's own.
   */
  readonly serverName?: string;
  /** What the message's sender said: REQUIRETLS, or a header `TLS-Required: No`. REQUIRETLS wins where both are there. */
  readonly sender?: 'requiretls' | 'tls-required-no';
  /** Whether a host that passes DANE must fulfil MTA-STS too (the letter of RFC 8461 §5). Default `strictest`. */
  readonly policies?: 'strictest' | 'all';
}

/** The type of policy under which sessions are reported (RFC 8460 §4.4). */
export type PolicyType = 'tlsa' | 'sts' | 'no-policy-found';

/** What all decisions about TLS say. */
export interface DecisionMarks {
  /** For the TLS report. */
  readonly policyType: PolicyType;
  /** What is worth knowing, though mail may flow: `ad-untrusted`, `tlsa-unusable`, `sts-mx-not-listed` while testing. */
  readonly notes: readonly Reason[];
}

/** Try the host under a requirement. */
export interface TryHost extends DecisionMarks {
  readonly status: 'try';
  readonly requirement: Requirement;
  /** The name for SNI: the TLSA base domain, else the host (RFC 7672 §8.1, RFC 8461 §7.1). */
  readonly serverName: string;
  /**
   * Whether it is known that the domain meant this host: by DNSSEC, by MTA-STS, or because it is the domain itself. Without
   * it an authenticated channel leads to an authenticated *host*, and the domain counts as unauthenticated (RFC 7672 §2.2.1).
   */
  readonly hostIsKnown: boolean;
  /** What would be demanded if the policy were not in testing: to be reported, not enforced (RFC 8461 §5). */
  readonly observed?: Requirement;
}

/** Give mail to the host in the clear, and begin no TLS: the level `none`. */
export interface PlaintextHost extends DecisionMarks {
  readonly status: 'plaintext';
}

/** Give no mail to this host; go on to the next one. */
export interface PassOver extends DecisionMarks {
  readonly status: 'pass-over';
  /**
   * `dane-required`, `sts-mx-not-listed`, `sts-no-record` or `tls-required`, and whose demand it is; `dns-bad-name` (by `default`)
   * for a host, or an end of its alias, with a name that can be in no certificate.
   */
  readonly fault: PolicyFault;
}

/** What is to be done with a host. */
export type HostDecision = TryHost | PlaintextHost | PassOver;

/**
 * Decides what a host must fulfil. Pure. A host whose name can be in no certificate is passed over; throws a `UsageError` for a
 * next hop of that kind under the level `secure`, and for the level `fingerprint` without digests.
 *
 * @example
 * ```ts run
 * import { hostRequirement } from '@postern/starttls';
 *
 * const sts = { mode: 'enforce', mx: ['*.example.org'], maxAge: 86_400 } as const;
 * const decision = hostRequirement({ host: 'mx1.example.org', nextHop: 'example.org', named: 'insecure', sts });
 * if (decision.status === 'try') console.log(decision.requirement.level); // authenticated
 * ```
 */
export function hostRequirement(facts: HostFacts): HostDecision {
  const published = readPublished(facts);
  // Whoever runs the zone of the next hop chooses these names, and they may be anything.
  const named = published.tlsa ? [facts.host, published.tlsa.base] : [facts.host];
  if (facts.level !== 'none' && !named.every(isServerName)) {
    return passOver('dns-bad-name', 'default', { policyType: 'no-policy-found', notes: [] });
  }
  const marks: DecisionMarks = { policyType: published.policyType, notes: published.notes };
  const decision =
    facts.level === undefined ? byOthers(facts, published) : byLevel(facts, facts.level, published);
  if (decision.type === 'refused') return passOver(decision.reason, decision.by, marks);
  const hostIsKnown = isKnown(facts, published);
  const demanding = facts.sender === 'requiretls';
  // RFC 8689 §4.2.1: over TLS, to a host that the domain is known to have named.
  if (demanding && (decision.type === 'plaintext' || !hostIsKnown)) {
    return passOver('tls-required', 'requiretls', marks);
  }
  if (decision.type === 'plaintext') return { status: 'plaintext', ...marks };
  const requirement = demanding ? atLeastAuthenticated(decision.requirement, facts) : decision.requirement;
  const { observed } = observation(facts, published, requirement);
  const { serverName } = facts;
  return {
    status: 'try',
    requirement: underName(requirement, serverName),
    serverName: serverName ?? serverNameFor(requirement, published.tlsa, facts),
    hostIsKnown,
    ...(observed && { observed: underName(observed, serverName) }),
    ...marks,
  };
}

/** What is demanded, of another name; where none was demanded, none is. */
function underName(requirement: Requirement, name: string | undefined): Requirement {
  if (name === undefined || requirement.level !== 'authenticated' || requirement.names.length === 0)
    return requirement;
  return { ...requirement, names: [name] };
}

/** What others have published about the host, once it is read. */
interface Published {
  /** Secure records, with those of them that can be used; `undefined` = none. */
  readonly tlsa: { readonly base: string; readonly usable: readonly Tlsa[] } | undefined;
  /** A policy that asks for something. */
  readonly sts: MtaStsPolicy | undefined;
  /** Whether the host stands in that policy. */
  readonly listed: boolean;
  readonly policyType: PolicyType;
  readonly notes: readonly Reason[];
}

function readPublished({ host, named, tlsa: found, sts: policy }: HostFacts): Published {
  const applies = named !== 'literal';
  const records = applies && found?.status === 'records' ? found : undefined;
  const tlsa = records && { base: records.base, usable: usableTlsa(records.records) };
  const policyFound = applies ? policy : undefined;
  const sts = policyFound?.mode === 'none' ? undefined : policyFound;
  const listed = sts !== undefined && mxAllowed(sts, host);
  const notes: Reason[] = [];
  if (applies && found?.status === 'none' && found.reason === 'ad-untrusted') notes.push('ad-untrusted');
  if (tlsa?.usable.length === 0) notes.push('tlsa-unusable');
  if (sts?.mode === 'testing' && !listed) notes.push('sts-mx-not-listed');
  // RFC 8460 §4.4: one that asks for nothing was found too, and its mode stands in the report.
  const policyType = tlsa ? 'tlsa' : policyFound ? 'sts' : 'no-policy-found';
  return { tlsa, sts, listed, policyType, notes };
}

/** What a rule says, before REQUIRETLS is looked at. */
type Ruling =
  | { readonly type: 'require'; readonly requirement: Requirement }
  | { readonly type: 'plaintext' }
  | { readonly type: 'refused'; readonly reason: Reason; readonly by: PolicySource };

function require(requirement: Requirement): Ruling {
  return { type: 'require', requirement };
}

/** The level somebody configured. */
function byLevel(facts: HostFacts, level: PolicyLevel, published: Published): Ruling {
  const { host, fingerprints = [] } = facts;
  switch (level) {
    case 'none':
      return { type: 'plaintext' };
    case 'may':
    case 'encrypt':
      return require(requirementFor({ user: level }));
    case 'fingerprint':
      return require(requirementFor({ user: level, fingerprints }));
    case 'verify':
      return require(requirementFor({ user: level, names: [host] }));
    case 'secure':
      return require(requirementFor({ user: level, names: secureNames(facts) }));
    case 'dane':
      return require(daneRequirement(facts, published) ?? { level: 'opportunistic' });
    case 'dane-only': {
      const dane = daneRequirement(facts, published);
      // RFC 7672 §2.2.1: a host that an insecure record named proves nothing about the domain.
      return dane?.level === 'authenticated' && facts.named !== 'insecure'
        ? require(dane)
        : { type: 'refused', reason: 'dane-required', by: 'user' };
    }
    case 'sts':
      if (published.sts === undefined) return { type: 'refused', reason: 'sts-no-record', by: 'user' };
      return published.listed
        ? require(requirementFor({ user: 'verify', names: [host] }))
        : { type: 'refused', reason: 'sts-mx-not-listed', by: 'user' };
  }
}

/** Postfix's `nexthop, dot-nexthop`: the domain or what lies below it, whatever the MX record says. Nothing lies below an address. */
function secureNames({ host, nextHop, named }: HostFacts): readonly string[] {
  if (named === 'literal') return [host];
  return ipOctets(nextHop) ? [nextHop] : [nextHop, `.${nextHop}`];
}

/** What others published, the strictest of it. */
function byOthers(facts: HostFacts, published: Published): Ruling {
  // RFC 8689 §3: the sender would rather have it delivered than protected; TLS is still tried.
  if (facts.sender === 'tls-required-no') return require({ level: 'opportunistic' });
  const dane = daneRequirement(facts, published);
  const enforced = published.sts?.mode === 'enforce';
  const sts: Requirement | undefined = enforced
    ? { level: 'authenticated', by: 'mta-sts', names: [facts.host] }
    : undefined;
  const secureDane = dane?.level === 'authenticated' && facts.named !== 'insecure';
  const excused = secureDane && facts.policies !== 'all';
  if (enforced && !published.listed && !excused) {
    return { type: 'refused', reason: 'sts-mx-not-listed', by: 'mta-sts' };
  }
  if (dane?.level === 'authenticated' && enforced && facts.policies === 'all') {
    return require({ ...dane, names: [...new Set([facts.host, ...dane.names])], proof: 'dane-and-pkix' });
  }
  const announced: Requirement | undefined = facts.announced
    ? { level: 'encrypted', by: 'announcement' }
    : undefined;
  // Of equally strict ones the first counts.
  return require(strictest([dane, sts, announced].flatMap((one) => one ?? [])) ?? { level: 'opportunistic' });
}

/** RFC 7672 §2.2: usable records authenticate, unusable ones still promise TLS, none say nothing. */
function daneRequirement(facts: HostFacts, { tlsa }: Published): Requirement | undefined {
  if (tlsa === undefined) return undefined;
  if (tlsa.usable.length === 0) return { level: 'encrypted', by: 'dane' };
  return { level: 'authenticated', by: 'dane', names: daneNames(facts, tlsa.base), tlsa: tlsa.usable };
}

/** RFC 7672 §3.2.2: who was named insecurely can prove to be the host, and nobody else. */
function daneNames({ named, nextHop, nextHopCanonical }: HostFacts, base: string): readonly string[] {
  if (named === 'insecure') return [base];
  const others = [nextHop, ...(nextHopCanonical === undefined ? [] : [nextHopCanonical])];
  return [...new Set([base, ...others.filter(isServerName)])];
}

function isKnown({ named }: HostFacts, { sts, listed }: Published): boolean {
  return named !== 'insecure' || (sts !== undefined && listed);
}

/** RFC 8689 §4.2.1: the certificate has to be good, by authorities or by DANE. */
function atLeastAuthenticated(requirement: Requirement, { host }: HostFacts): Requirement {
  return requirement.level === 'authenticated'
    ? requirement
    : { level: 'authenticated', by: 'requiretls', names: [host] };
}

function serverNameFor(requirement: Requirement, tlsa: Published['tlsa'], { host }: HostFacts): string {
  const byDane = requirement.level !== 'opportunistic' && requirement.by === 'dane';
  return byDane && tlsa ? tlsa.base : host;
}

/** RFC 8461 §5: while testing, deliver as without a policy and report what would have failed. */
function observation(
  { host }: HostFacts,
  { sts, listed }: Published,
  requirement: Requirement,
): { readonly observed?: Requirement } {
  if (sts?.mode !== 'testing' || !listed || requirement.level === 'authenticated') return {};
  return { observed: { level: 'authenticated', by: 'mta-sts', names: [host] } };
}

function passOver(reason: Reason, by: PolicySource, marks: DecisionMarks): PassOver {
  return { status: 'pass-over', fault: { kind: 'policy', reason, phase: 'policy', after: 0, by }, ...marks };
}
