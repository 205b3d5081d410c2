import type { Fault } from '@postern/wire';
import type { FailureDetail, PolicyReport } from './report.ts';
import { tlsrptResult } from './result-type.ts';

/** Ways of failing that are told apart under one policy; what is more is counted without addresses and names. */
const MAX_DETAILS = 1000;

/** A session that came to an end, successful or not. */
export interface ReportedSession {
  /** The policy it was under; see `HostDecision`. */
  readonly policy: Pick<PolicyReport, 'type' | 'strings' | 'domain' | 'mxHosts'>;
  /** Why it failed; `undefined` = it fulfilled its policy. A fault no report has a type for is not counted at all. */
  readonly fault?: Pick<Fault, 'reason'> | undefined;
  /** Whom it was with. */
  readonly peer?: Pick<
    FailureDetail,
    'sendingMtaIp' | 'receivingMxHostname' | 'receivingMxHelo' | 'receivingIp'
  >;
}

/** Counts sessions for reports. */
export interface SessionCounts {
  /** Adds a session. */
  readonly add: (session: ReportedSession) => void;
  /** The domains there is something to report to. */
  readonly domains: () => readonly string[];
  /** What was counted for a domain, for `TlsReport.policies`; counting goes on with it until `clear`. */
  readonly policies: (domain: string) => readonly PolicyReport[];
  /** Forgets a domain, once its report is written. */
  readonly clear: (domain: string) => void;
}

/**
 * Counts sessions by domain, policy and way of failing (RFC 8460 §4.3): one report a day and domain is made of them. Memory
 * grows with domains and policies, not with sessions.
 *
 * @example
 * ```ts run
 * import { sessionCounts } from '@postern/starttls/tlsrpt';
 *
 * const counts = sessionCounts();
 * const policy = { type: 'no-policy-found', strings: [], domain: 'example.org', mxHosts: [] } as const;
 * counts.add({ policy });
 * counts.add({ policy, fault: { reason: 'cert-expired' } });
 * console.log(counts.policies('example.org')[0]?.details); // [ { result: 'certificate-expired', sessions: 1 } ]
 * ```
 */
export function sessionCounts(): SessionCounts {
  const domains = new Map<string, Map<string, Tally>>();
  return {
    add({ policy, fault, peer = {} }) {
      const result = fault && tlsrptResult(fault);
      if (fault !== undefined && result === undefined) return;
      const tallies = domains.get(policy.domain) ?? new Map<string, Tally>();
      domains.set(policy.domain, tallies);
      const key = JSON.stringify([policy.type, policy.strings, policy.mxHosts]);
      const tally: Tally = tallies.get(key) ?? { policy, successes: 0, failures: 0, details: new Map() };
      tallies.set(key, tally);
      if (fault === undefined || result === undefined) {
        tally.successes += 1;
        return;
      }
      tally.failures += 1;
      // RFC 8460 §4.3.1: these two are general, so the reason is given beside them.
      const broad = result === 'certificate-not-trusted' || result === 'validation-failure';
      addDetail(tally.details, { result, ...(broad ? { reasonCode: fault.reason } : {}) }, peer);
    },
    domains: () => [...domains.keys()],
    policies: (domain) =>
      [...(domains.get(domain)?.values() ?? [])].map(({ policy, successes, failures, details }) => ({
        type: policy.type,
        strings: policy.strings,
        domain: policy.domain,
        mxHosts: policy.mxHosts,
        successes,
        failures,
        details: [...details.values()],
      })),
    clear: (domain) => void domains.delete(domain),
  };
}

interface Tally {
  readonly policy: ReportedSession['policy'];
  successes: number;
  failures: number;
  readonly details: Map<string, FailureDetail>;
}

function addDetail(
  details: Map<string, FailureDetail>,
  what: Pick<FailureDetail, 'result' | 'reasonCode'>,
  peer: NonNullable<ReportedSession['peer']>,
): void {
  const whole = { ...what, ...peer };
  const key = JSON.stringify(whole);
  const known = details.get(key);
  if (known === undefined && details.size >= MAX_DETAILS) {
    const bare = JSON.stringify(what);
    details.set(bare, { ...what, sessions: (details.get(bare)?.sessions ?? 0) + 1 });
    return;
  }
  details.set(key, { ...whole, sessions: (known?.sessions ?? 0) + 1 });
}
