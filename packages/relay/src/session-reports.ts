import type { HostDecision, LeftOutHost, PlannedWay, StsLookup } from '@postern/starttls';
import type { ReportedSession, SessionCounts } from '@postern/starttls/tlsrpt';
import type { Fault } from '@postern/wire';
import type { DeliveryAttempt } from './result.ts';
import type { Session } from './session.ts';

type ReportedPolicy = ReportedSession['policy'];

/** Counts how sessions with the hosts of one domain went (RFC 8460 §4.3). */
export class SessionReports {
  readonly #counts: SessionCounts | undefined;
  readonly #domain: string;
  readonly #sts: StsLookup | undefined;

  constructor(counts: SessionCounts | undefined, domain: string, sts: StsLookup | undefined) {
    this.#counts = counts;
    this.#domain = domain;
    this.#sts = sts;
  }

  /** What failed before anything was connected: the fetch of a policy, the look-ups of hosts. */
  planned(leftOut: readonly LeftOutHost[]): void {
    // RFC 8460 §4.3.2.2: there is a policy, and it was not to be had.
    if (this.#sts?.reportable === true && this.#sts.failure) {
      const policy: ReportedPolicy = { type: 'sts', strings: [], domain: this.#domain, mxHosts: [] };
      this.#counts?.add({ policy, fault: this.#sts.failure });
    }
    for (const { host, reason, policyType } of leftOut) {
      if (policyType === 'no-policy-found') continue;
      this.#count(this.#policy(policyType, undefined), { reason }, { receivingMxHostname: host });
    }
  }

  /** A connection that came to nothing. */
  failed(attempt: DeliveryAttempt, { decision }: PlannedWay): void {
    if (attempt.fault) this.#add(decision, attempt.host, attempt.endpoint.address, attempt.fault);
  }

  /** A new session. What a policy in testing would have refused counts as failed (RFC 8461 §5). */
  opened({ smtp, entry, protection }: Session): void {
    const { decision } = entry.way;
    // Plaintext after a failed handshake: that handshake was counted.
    if (decision.status === 'plaintext') return;
    const { observed } = decision;
    const listed = !decision.notes.includes('sts-mx-not-listed');
    let fault: Pick<Fault, 'reason'> | undefined = listed ? undefined : { reason: 'sts-mx-not-listed' };
    if (protection.method === 'plaintext') fault = { reason: protection.reason ?? 'starttls-not-offered' };
    else if (observed && protection.tls.verification?.status === 'unverified')
      ({ fault } = protection.tls.verification);
    this.#add(decision, entry.host.host, smtp.connection.endpoint.address, fault);
  }

  #add(
    decision: HostDecision,
    host: string,
    address: string,
    fault: Pick<Fault, 'reason'> | undefined,
  ): void {
    const requirement = decision.status === 'try' ? decision.requirement : undefined;
    const peer = { receivingMxHostname: host, receivingIp: address };
    this.#count(this.#policy(decision.policyType, requirement), fault, peer);
  }

  #count(policy: ReportedPolicy, fault: ReportedSession['fault'], peer: ReportedSession['peer']): void {
    // RFC 8461 §6: under mode "none" nothing is a failure.
    if (fault && policy.type === 'sts' && this.#sts?.policy?.mode === 'none') return;
    this.#counts?.add({ policy, fault, ...(peer && { peer }) });
  }

  /** RFC 8460 §4.4: a policy as it was found. */
  #policy(
    type: ReportedPolicy['type'],
    requirement: Extract<HostDecision, { readonly status: 'try' }>['requirement'] | undefined,
  ): ReportedPolicy {
    const none = { type, strings: [], domain: this.#domain, mxHosts: [] };
    if (type === 'tlsa') {
      const records = (requirement?.level === 'authenticated' && requirement.tlsa) || [];
      const strings = records.map(({ usage, selector, matching, data }) => {
        const hex = Array.from(data, (octet) => octet.toString(16).padStart(2, '0')).join('');
        return `${usage} ${selector} ${matching} ${hex}`;
      });
      return { ...none, strings };
    }
    const policy = this.#sts?.policy;
    if (type !== 'sts' || policy === undefined) return none;
    const { mode, mx, maxAge } = policy;
    const strings = [
      'version: STSv1',
      `mode: ${mode}`,
      ...mx.map((one) => `mx: ${one}`),
      `max_age: ${maxAge}`,
    ];
    return { ...none, strings, mxHosts: mx };
  }
}
