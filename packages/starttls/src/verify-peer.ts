import { createHash } from 'node:crypto';
import type { TlsFault, TlsPeer, Verification } from '@postern/wire';
import { presentedText } from './certificate/alternative-names.ts';
import { readCertificate } from './certificate/read-certificate.ts';
import { judgeDane } from './dane/judge-dane.ts';
import { referenceIdentifier } from './identity.ts';
import { judgePeer } from './judge-peer.ts';
import type { Requirement } from './requirement.ts';
import type { WallClock } from './wall-clock.ts';

/** What a {@link verifier} needs besides the requirement. */
export interface VerifierOptions {
  /** Tells the civil time, by which certificates expire. */
  readonly wallClock: WallClock;
  /** The trust anchors the handshake is made with, PEM; without them the system's are meant. */
  readonly roots?: readonly string[];
  /**
   * The names by which a peer is judged under a requirement that demands none. Default: the server name of the connection.
   * A server found by SRV has others to prove; see `referenceNames`.
   */
  readonly names?: readonly string[];
}

/**
 * Makes the function that judges a peer before one octet of the application is sent: `verify` of a `TlsRequest`.
 *
 * The peer is judged whatever the requirement, and the judgement is recorded in `TlsInfo.verification`: what is required
 * only decides whether a problem makes the peer `rejected` (`authenticated`) or `unverified` (`opportunistic`,
 * `encrypted`). The fault is the most telling problem of
 * {@link judgePeer}, or that of the TLSA records; call that for all of them. There is no way to switch a check off (RFC 9525 §6.6, RFC 8314 §5.2).
 *
 * @example
 * ```ts run
 * import { requirementFor, verifier } from '@postern/starttls';
 * import type { Verification } from '@postern/wire';
 *
 * const verify = verifier(requirementFor({ names: ['imap.example.org'] }), { wallClock: () => Date.now() });
 * const judged: Verification = verify({
 *   endpoint: { address: '192.0.2.1', port: 993 },
 *   serverName: 'imap.example.org',
 *   chain: [],
 *   trust: { ok: false, code: 'UNSPECIFIED' },
 *   resumed: false,
 * });
 * console.log(judged.status); // rejected
 * ```
 */
export function verifier(
  requirement: Requirement,
  options: VerifierOptions,
): (peer: TlsPeer) => Verification {
  const { wallClock, names: judgedBy, ...anchors } = options;
  if (requirement.level !== 'authenticated') {
    for (const name of judgedBy ?? []) referenceIdentifier(name);
    return (peer) => {
      const [fault] = judgePeer(peer, judgedBy ?? [peer.serverName], { now: wallClock(), ...anchors });
      return fault ? { status: 'unverified', fault } : { status: 'verified', by: 'pkix' };
    };
  }
  const { names, fingerprints, tlsa, proof } = requirement;
  if (fingerprints) {
    return (peer) =>
      matchesFingerprint(peer, fingerprints)
        ? { status: 'verified', by: 'fingerprint' }
        : { status: 'rejected', fault: fingerprintFault(peer, names) };
  }
  // A name that can be in no certificate is the caller's mistake: it shows here, not in the middle of a handshake.
  for (const name of names) referenceIdentifier(name);
  return (peer) => {
    const now = wallClock();
    const mismatch = tlsa && judgeDane(peer, { tlsa, names, now });
    if (mismatch) return { status: 'rejected', fault: mismatch };
    if (tlsa && proof !== 'dane-and-pkix') return { status: 'verified', by: 'dane' };
    const [fault] = judgePeer(peer, names, { now, ...anchors });
    if (fault) return { status: 'rejected', fault };
    return { status: 'verified', by: tlsa ? 'dane' : 'pkix' };
  };
}

/** Whether the peer's certificate or its public key has one of these SHA-256 digests. */
function matchesFingerprint({ chain: [leaf] }: TlsPeer, fingerprints: readonly string[]): boolean {
  if (!leaf) return false;
  const publicKey = readCertificate(leaf)?.subjectPublicKeyInfo;
  const digests = (publicKey ? [leaf, publicKey] : [leaf]).map((bytes) =>
    createHash('sha256').update(bytes).digest('hex'),
  );
  return fingerprints.some((wanted) => digests.includes(wanted.replaceAll(':', '').toLowerCase()));
}

function fingerprintFault({ chain: [leaf] }: TlsPeer, names: readonly string[]): TlsFault {
  return {
    kind: 'tls',
    reason: 'cert-fingerprint-mismatch',
    phase: 'tls',
    after: 0,
    evidence: {
      expectedNames: names,
      presentedNames: (leaf && readCertificate(leaf)?.names.map(presentedText)) ?? [],
      ...(leaf ? { certificate: leaf } : {}),
    },
  };
}
