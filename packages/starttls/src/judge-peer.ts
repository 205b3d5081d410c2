import type { CertificateReason, Evidence, TlsFault, TlsPeer } from '@postern/wire';
import { isKeyTooSmall } from './certificate/algorithms.ts';
import { presentedText } from './certificate/alternative-names.ts';
import { equalBytes } from './certificate/der.ts';
import { isSelfSigned } from './certificate/describe-certificate.ts';
import { pemCertificates } from './certificate/pem.ts';
import { violates } from './certificate/name-constraints.ts';
import { readCertificate } from './certificate/read-certificate.ts';
import type { Certificate } from './certificate/read-certificate.ts';
import { chainReason } from './chain-reason.ts';
import { matchesIdentity, referenceIdentifier } from './identity.ts';
import { isPurposeWrong, validityReason } from './judge-leaf.ts';
import type { EpochMilliseconds } from './wall-clock.ts';

/** What {@link judgePeer} judges by. */
export interface JudgeOptions {
  /** The civil time at which the certificate has to be valid. */
  readonly now: EpochMilliseconds;
  /** The trust anchors the handshake was made with, PEM; without them the system's are meant. */
  readonly roots?: readonly string[];
}

/**
 * Problems in the order in which they are listed; the first is the verdict. Two rules make the order.
 *
 * The names of a certificate that cannot be trusted mean nothing, so the name comes last: nobody shall be advised to type
 * the name that an impostor's certificate holds. And OpenSSL reports one problem, the last it meets, so that an old date or
 * a small key hides an unknown authority, in some releases and not in others; what hides goes before what is hidden, and the
 * verdict is the same everywhere.
 */
export const problemOrder: readonly CertificateReason[] = [
  'cert-malformed',
  'cert-fingerprint-mismatch',
  'cert-self-signed',
  'cert-expired',
  'cert-not-yet-valid',
  'cert-key-too-small',
  'cert-weak-signature',
  'cert-name-constraint',
  'cert-purpose',
  'cert-chain-incomplete',
  'cert-untrusted',
  'cert-must-staple',
  'cert-name-mismatch',
];

/** More certificates than any server sends on purpose; the rest of a longer chain is not read. */
const maxChain = 20;

/**
 * Judges a peer's certificate by PKIX (RFC 5280) and the server identity of RFC 9525, and returns **all** problems, the
 * most telling one first; none = a good certificate. `names` are the names of which one must match, as in a
 * {@link Requirement}.
 *
 * The chain is the platform's business and its verdict (`peer.trust`) is never overruled. Names, dates, purpose, key size and
 * signature of the server's certificate, and the key sizes of its issuers, are judged here, because platforms differ: one
 * release takes a 1024-bit key, the next does not, and Node's name check follows rules older than RFC 9525. Not judged:
 * revocation, and whether a must-staple certificate (RFC 7633) came with an OCSP response.
 *
 * Each problem's evidence holds the expected and the presented names, the certificate, and the platform's code. Pure: it
 * asks for no time and touches no network. Throws a `UsageError` for a name that can be in no certificate.
 */
export function judgePeer(
  peer: TlsPeer,
  names: readonly string[],
  options: JudgeOptions,
): readonly TlsFault[] {
  const references = names.map(referenceIdentifier);
  const chain = peer.chain.slice(0, maxChain).map(readCertificate);
  const [leaf] = chain;
  if (!leaf) return [leaflessFault(peer, names)];
  const path = issuerPath(leaf, chain);
  const presentedNames = leaf.names.map(presentedText);
  const found = [
    ...chainProblems(peer, path, options.roots),
    ...problemsOf(leaf, validityReason(leaf, options.now), 'RFC 5280 §4.1.2.5'),
    ...strengthProblems(path),
    ...problemsOf(leaf, isPurposeWrong(leaf) ? 'cert-purpose' : undefined, 'RFC 5280 §4.2.1.12'),
    ...(matchesIdentity(references, leaf.names) ? [] : [problem('cert-name-mismatch', leaf, 'RFC 9525 §6')]),
  ];
  const faults: TlsFault[] = [];
  for (const reason of problemOrder) {
    const first = found.find((candidate) => candidate.reason === reason);
    if (first) faults.push(tlsFault(first, { expectedNames: names, presentedNames }));
  }
  return faults;
}

interface Problem {
  readonly reason: CertificateReason;
  readonly certificate: Certificate;
  readonly rule: string;
  readonly code?: string;
}

function problem(reason: CertificateReason, certificate: Certificate, rule: string): Problem {
  return { reason, certificate, rule };
}

function problemsOf(
  certificate: Certificate,
  reason: CertificateReason | undefined,
  rule: string,
): readonly Problem[] {
  return reason === undefined ? [] : [problem(reason, certificate, rule)];
}

function tlsFault({ reason, certificate, rule, code }: Problem, names: Evidence): TlsFault {
  return {
    kind: 'tls',
    reason,
    phase: 'tls',
    after: 0,
    evidence: { rule, ...names, certificate: certificate.der, ...(code === undefined ? {} : { code }) },
  };
}

/** The peer sent no certificate, or one that cannot be read although the platform took it. */
function leaflessFault(peer: TlsPeer, names: readonly string[]): TlsFault {
  const [certificate] = peer.chain;
  return {
    kind: 'tls',
    reason: 'cert-malformed',
    phase: 'tls',
    after: 0,
    evidence: {
      rule: 'RFC 5280 §4.1',
      expectedNames: names,
      presentedNames: [],
      ...(certificate ? { certificate } : {}),
      ...(peer.trust.ok ? {} : { code: peer.trust.code }),
    },
  };
}

/** The leaf and, as far as the peer sent them, its issuers, by name; the self-issued end included. */
function issuerPath(
  leaf: Certificate,
  chain: readonly (Certificate | undefined)[],
): readonly [Certificate, ...Certificate[]] {
  const path: [Certificate, ...Certificate[]] = [leaf];
  for (let last = leaf; !last.selfIssued;) {
    const { issuer } = last;
    const next = chain.find(
      (candidate) =>
        candidate && !path.includes(candidate) && equalBytes(candidate.subject.whole, issuer.whole),
    );
    if (!next) break;
    path.push(next);
    last = next;
  }
  return path;
}

/** What the platform said, in our words. */
function chainProblems(
  { trust }: TlsPeer,
  path: readonly [Certificate, ...Certificate[]],
  roots: readonly string[] | undefined,
): readonly Problem[] {
  if (trust.ok) return [];
  const [leaf] = path;
  const { code } = trust;
  const said: Problem = { ...problem(chainReason(code, path), leaf, 'RFC 5280 §6'), code };
  // Only the last problem is reported, so a date or a small key may hide that nobody vouches for the certificate.
  const selfSigned = isSelfSigned(leaf) && !isRoot(leaf, roots);
  const hidden: readonly Problem[] = selfSigned
    ? [{ ...problem('cert-self-signed', leaf, 'RFC 5280 §6.1'), code }]
    : [];
  if (code !== 'UNSPECIFIED') return [...hidden, said];
  // Node has no word for it. Look for what it may have been; only if nothing is found it stays "untrusted".
  const explained = [...hidden, ...strengthProblems(path), ...weakIssuers(path), ...constraintProblems(path)];
  return explained.length > 0 ? explained.map((found) => ({ ...found, code })) : [said];
}

function isRoot(certificate: Certificate, roots: readonly string[] | undefined): boolean {
  return roots?.some((pem) => pemCertificates(pem).some((der) => equalBytes(der, certificate.der))) ?? false;
}

/**
 * RFC 9325 §4.5. The keys of issuers count, except a root's, which is trusted for being in the store. Their signatures do
 * not: a server may send an old cross-signed certificate beside a good path, and the platform, which knows the path it
 * took, refuses weak ones itself (OpenSSL from security level 1 on).
 */
function strengthProblems(path: readonly [Certificate, ...Certificate[]]): readonly Problem[] {
  const [leaf] = path;
  const small = path.find(
    (certificate) =>
      isKeyTooSmall(certificate.publicKey) && (certificate === leaf || !certificate.selfIssued),
  );
  return [
    ...(small ? [problem('cert-key-too-small', small, 'RFC 9325 §4.5')] : []),
    ...(leaf.signatureAlgorithm.weak && !isSelfSigned(leaf)
      ? [problem('cert-weak-signature', leaf, 'RFC 9325 §4.5')]
      : []),
  ];
}

function weakIssuers(path: readonly Certificate[]): readonly Problem[] {
  const weak = path.slice(1).find((issuer) => issuer.signatureAlgorithm.weak && !issuer.selfIssued);
  return weak ? [problem('cert-weak-signature', weak, 'RFC 9325 §4.5')] : [];
}

function constraintProblems(path: readonly [Certificate, ...Certificate[]]): readonly Problem[] {
  const [leaf] = path;
  const broken = path
    .slice(1)
    .some(({ nameConstraints }) => nameConstraints && violates(leaf.names, nameConstraints));
  return broken ? [problem('cert-name-constraint', leaf, 'RFC 5280 §4.2.1.10')] : [];
}
