/**
 * What senders that follow the policies of others make of a host: the same rules by which we would deliver (`hostRequirement`),
 * applied to the chain that the host presented to a probe at port 25.
 */
import { hostRequirement, usableTlsa, verifier } from '@postern/starttls';
import type { HostFacts, MtaStsPolicy, WallClock } from '@postern/starttls';
import { UsageError } from '@postern/wire';
import type { TlsPeer } from '@postern/wire';
import type { ProbeReport } from '../report/probe-report.ts';
import type { PolicyVerdict, StsReport } from '../report/published-report.ts';
import type { TlsaFact } from './published.ts';

/** A host, and what was seen of it. */
export interface SeenExchanger {
  /** The host, and who named it. */
  readonly facts: Pick<HostFacts, 'host' | 'nextHop' | 'named'>;
  /** The probe of STARTTLS at port 25; `undefined` where it was not finished. */
  readonly probe: Pick<ProbeReport, 'verdict' | 'reason' | 'phase'> | undefined;
  /** The chain that was presented there. */
  readonly peer: TlsPeer | undefined;
}

/** What a chain is judged with. */
export interface Judging {
  readonly wallClock: WallClock;
  /** Trust anchors, PEM; without them the system's are meant. */
  readonly roots?: readonly string[];
}

const nothing: PolicyVerdict = { verdict: 'none', reason: 'none' };

/** DANE (RFC 7672). Pure. */
export function judgeByDane(seen: SeenExchanger, tlsa: TlsaFact, judging: Judging): PolicyVerdict {
  // RFC 7672 §2.1.2: "nobody answered" is not "there are none".
  if (tlsa.status === 'failed') return { verdict: 'could-not-tell', reason: tlsa.reason };
  if (tlsa.status === 'none')
    return tlsa.reason === 'ad-untrusted' ? { verdict: 'none', reason: 'ad-untrusted' } : nothing;
  const judged = judge(seen, { ...seen.facts, tlsa }, judging);
  // RFC 7672 §2.2: all unusable means TLS without authentication.
  const unusable = usableTlsa(tlsa.records).length === 0;
  return unusable && judged.verdict === 'passes' ? { verdict: 'none', reason: 'tlsa-unusable' } : judged;
}

/** MTA-STS (RFC 8461 §4), as if the policy were enforced: so it shows what will happen when it is. Pure. */
export function judgeBySts(seen: SeenExchanger, sts: StsReport, judging: Judging): PolicyVerdict {
  if (sts.status === 'failed') {
    const unknown = sts.reason.startsWith('dns-') || sts.reason === 'sts-timeout';
    return { verdict: unknown ? 'could-not-tell' : 'none', reason: sts.reason };
  }
  if (sts.status !== 'policy' || sts.mode === 'none') return nothing;
  const policy: MtaStsPolicy = { mode: 'enforce', mx: sts.mx, maxAge: sts.maxAge };
  return judge(seen, { ...seen.facts, sts: policy }, judging);
}

function judge(seen: SeenExchanger, facts: HostFacts, judging: Judging): PolicyVerdict {
  try {
    return judgeNamed(seen, facts, judging);
  } catch (error) {
    // A zone may name hosts that can stand in no certificate.
    if (error instanceof UsageError) return { verdict: 'fails', reason: 'cert-name-mismatch' };
    throw error;
  }
}

function judgeNamed({ probe, peer }: SeenExchanger, facts: HostFacts, judging: Judging): PolicyVerdict {
  const decision = hostRequirement(facts);
  if (decision.status === 'pass-over') return { verdict: 'fails', reason: decision.fault.reason };
  if (decision.status === 'plaintext') return nothing;
  if (!probe) return { verdict: 'could-not-tell', reason: 'none' };
  const { reason } = probe;
  // What a probe thinks of a certificate is its own policy and not the one in question.
  const ended = reason !== 'none' && !reason.startsWith('cert-');
  if (ended || !peer) return { verdict: isPeersDoing(probe) ? 'fails' : 'could-not-tell', reason };
  const verification = verifier(decision.requirement, judging)(peer);
  return verification.status === 'rejected'
    ? { verdict: 'fails', reason: verification.fault.reason }
    : { verdict: 'passes', reason: 'none' };
}

/** A host that refuses TLS is one thing; that we do not get through to it says nothing about others who may. */
function isPeersDoing({ verdict, phase }: NonNullable<SeenExchanger['probe']>): boolean {
  return verdict !== 'silent' && verdict !== 'could-not-tell' && phase !== 'connect';
}
