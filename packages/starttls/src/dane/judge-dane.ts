import type { Tlsa } from '@postern/dns';
import type { TlsFault, TlsPeer } from '@postern/wire';
import { isKeyTooSmall } from '../certificate/algorithms.ts';
import { presentedText } from '../certificate/alternative-names.ts';
import { violates } from '../certificate/name-constraints.ts';
import { readCertificate } from '../certificate/read-certificate.ts';
import type { Certificate } from '../certificate/read-certificate.ts';
import { matchesIdentity, referenceIdentifier } from '../identity.ts';
import { isPurposeWrong, validityReason } from '../judge-leaf.ts';
import type { EpochMilliseconds } from '../wall-clock.ts';
import { anchoredPath } from './anchored-path.ts';
import { matchesTlsa } from './match-tlsa.ts';

/** More certificates than any server sends on purpose; the rest of a longer chain is not read. */
const MAX_CHAIN = 20;

/** What a peer is judged by under DANE. */
export interface DaneOptions {
  /** Usable records; see `usableTlsa`. One that matches suffices (RFC 6698 §4.1). */
  readonly tlsa: readonly Tlsa[];
  /** Names of which a certificate under a DANE-TA record must hold one (RFC 7672 §3.2.2). */
  readonly names: readonly string[];
  /** The civil time. */
  readonly now: EpochMilliseconds;
}

/**
 * Judges a peer by its TLSA records (RFC 7672 §3.1, RFC 7671 §5); `undefined` = good. What authorities the platform trusts
 * does not matter.
 *
 * A record of usage 3 (DANE-EE) that matches the server's certificate is enough: neither names nor dates are looked at
 * (RFC 7671 §5.1). Under usage 2 (DANE-TA) a path to the anchor is built with all signatures, and names, dates, purpose and
 * strength count. `dane-mismatch` where nothing matches; else the reason for which a path was refused.
 */
export function judgeDane(peer: TlsPeer, { tlsa, names, now }: DaneOptions): TlsFault | undefined {
  const [leaf, ...sent] = peer.chain.slice(0, MAX_CHAIN).map(readCertificate);
  if (leaf === undefined) return fault('dane-mismatch', peer, names, undefined);
  if (tlsa.some((record) => record.usage === 3 && matchesTlsa(record, leaf))) return undefined;
  const path = anchoredPath(
    leaf,
    sent.flatMap((certificate) => certificate ?? []),
    tlsa,
  );
  if (path === undefined) return fault('dane-mismatch', peer, names, leaf);
  const reason = pathProblem(path.certificates, names, now);
  return reason && fault(reason, peer, names, leaf);
}

/** What is wrong with a path although it leads to an anchor, in the order of one verdict for all (see `problemOrder`). */
function pathProblem(
  path: readonly [Certificate, ...Certificate[]],
  names: readonly string[],
  now: EpochMilliseconds,
): TlsFault['reason'] | undefined {
  const [leaf, ...issuers] = path;
  const outOfTime = path.map((certificate) => validityReason(certificate, now)).find(Boolean);
  if (outOfTime !== undefined) return outOfTime;
  if (path.some(({ publicKey }) => isKeyTooSmall(publicKey))) return 'cert-key-too-small';
  // The signature of an anchor is not relied on.
  if (path.slice(0, -1).some(({ signatureAlgorithm }) => signatureAlgorithm.weak))
    return 'cert-weak-signature';
  if (issuers.some(({ nameConstraints }) => nameConstraints && violates(leaf.names, nameConstraints)))
    return 'cert-name-constraint';
  if (isPurposeWrong(leaf) || leaf.unknownCritical) return 'cert-purpose';
  return matchesIdentity(names.map(referenceIdentifier), leaf.names) ? undefined : 'cert-name-mismatch';
}

function fault(
  reason: TlsFault['reason'],
  peer: TlsPeer,
  expectedNames: readonly string[],
  leaf: Certificate | undefined,
): TlsFault {
  const [certificate] = peer.chain;
  return {
    kind: 'tls',
    reason,
    phase: 'tls',
    after: 0,
    evidence: {
      rule: 'RFC 7672 §3.1',
      expectedNames,
      presentedNames: leaf?.names.map(presentedText) ?? [],
      ...(certificate ? { certificate } : {}),
    },
  };
}
