/**
 * One message for the recipients of one domain: host after host, as far as its results allow.
 *
 * Hosts of one preference are raced, with all their encrypted ways at once; those of the next are tried only once these have
 * failed (RFC 5321 §5.1). Plaintext after a failed handshake is no part of any race: it is a second round for the same hosts, on
 * new connections, where the plan allows it.
 */
import type { Attempt, Lease, Pool } from '@postern/pool';
import { PoolError } from '@postern/pool';
import { nextStep } from '@postern/smtp';
import type { Content, MailParameters, Recipient } from '@postern/smtp';
import { deliveryPlan } from '@postern/starttls';
import type { DeliveryPlan, DeliveryPolicy, PlannedHost, RequireTlsProblem } from '@postern/starttls';
import { isUsageError } from '@postern/wire';
import type { Fault } from '@postern/wire';
import { deliveryFacts } from './delivery-facts.ts';
import { destinationOf, entryKey } from './destination.ts';
import type { Destination } from './destination.ts';
import type { RelayEnvironment } from './environment.ts';
import type { DomainRecipients } from './message.ts';
import type { DeliveryAttempt, DeliveryResult, DomainDelivery } from './result.ts';
import type { Session } from './session.ts';
import { SessionReports } from './session-reports.ts';
import { Verdicts } from './verdicts.ts';

/** What all domains of a message share. */
export interface Dispatch {
  readonly pool: Pool<Destination, Session>;
  readonly environment: RelayEnvironment;
  readonly sender: string;
  readonly content: Content;
  readonly parameters: MailParameters;
  readonly signal: AbortSignal | undefined;
}

/** Delivers to one domain. Each recipient gets a result, whatever happens. */
export class DomainDispatch {
  readonly #dispatch: Dispatch;
  readonly #domain: string;
  readonly #policy: DeliveryPolicy;
  readonly #recipients: readonly Recipient[];
  readonly #verdicts: Verdicts;
  /** Recipients for whom one host has asked to wait: one further host is asked, and no more. */
  readonly #askedToWait = new Set<Recipient>();
  readonly #attempts: { readonly of: Attempt; readonly destination: Destination }[] = [];
  #reports: SessionReports | undefined;

  constructor(dispatch: Dispatch, { domain, recipients }: DomainRecipients, policy: DeliveryPolicy) {
    this.#dispatch = dispatch;
    this.#domain = domain;
    this.#policy = policy;
    this.#recipients = recipients;
    this.#verdicts = new Verdicts(dispatch.environment);
  }

  /** What became of each recipient; complete once {@link run} has resolved. */
  get results(): ReadonlyMap<Recipient, DeliveryResult> {
    return this.#verdicts.results;
  }

  async run(): Promise<DomainDelivery> {
    let plan = this.#noPlan();
    let failure: { readonly error: unknown } | undefined;
    try {
      plan = await this.#plan();
      if (plan.status === 'deliver') {
        await this.#round(plan.hosts, this.#recipients);
      } else {
        this.#verdicts.planned(this.#recipients, plan);
      }
    } catch (error) {
      failure = { error };
      this.#settleAfter(error);
    }
    for (const { of, destination } of this.#attempts) {
      const entry = destination.entries.get(entryKey(of));
      if (entry && of.outcome === 'failed') this.#reports?.failed(attemptOf(of, destination), entry.way);
    }
    const attempts = this.#attempts.map(({ of, destination }) => attemptOf(of, destination));
    return { domain: this.#domain, plan, attempts, ...failure };
  }

  /** The plan of a domain about which nothing could be found out. */
  #noPlan(): DeliveryPlan {
    return { status: 'defer', domain: this.#domain, reason: 'closed', leftOut: [], trace: [] };
  }

  /**
   * Something of the caller's threw. Whoever has a result keeps it; an envelope that cannot be sent will be none later either. A
   * relay that was disposed of meanwhile is a misuse too, but no fault of the message.
   */
  #settleAfter(error: unknown): void {
    const left = this.#recipients.filter((recipient) => !this.results.has(recipient));
    const misfit = isUsageError(error) && error.code !== undefined;
    if (misfit) this.#verdicts.refuse(left, 'argument-refused', []);
    else this.#verdicts.defer(left, { reason: 'closed' });
  }

  async #plan(): Promise<DeliveryPlan> {
    const { environment, signal } = this.#dispatch;
    try {
      const facts = await deliveryFacts(
        this.#domain,
        this.#policy,
        environment,
        signal === undefined ? {} : { signal },
      );
      const plan = deliveryPlan(facts, this.#policy);
      this.#reports = new SessionReports(environment.counts, this.#domain, facts.sts);
      this.#reports.planned(plan.leftOut);
      return plan;
    } catch (error) {
      if (!signal?.aborted) throw error;
      return this.#noPlan();
    }
  }

  /** Tries hosts, best first, for recipients who have no final result. */
  async #round(hosts: readonly PlannedHost[], recipients: readonly Recipient[]): Promise<void> {
    const [best] = hosts;
    if (!best || recipients.length === 0) return;
    if (this.#dispatch.signal?.aborted) {
      this.#verdicts.defer(recipients, { reason: 'closed' });
      return;
    }
    const group = hosts.filter(({ preference }) => preference === best.preference);
    const others = hosts.filter(({ preference }) => preference !== best.preference);
    const lease = await this.#connect(group, recipients);
    if (!lease) {
      await this.#round(others, recipients);
      return;
    }
    // By name: a connection that is used again was made for an earlier plan.
    const { host } = lease.value.entry.host;
    const next = await this.#submit(lease, recipients);
    const [same, rest] = [hosts.filter((one) => one.host === host), hosts.filter((one) => one.host !== host)];
    // In another session, as often as it gets somewhere.
    if (next.sameHost.length < recipients.length) await this.#round(same, next.sameHost);
    await this.#round(rest, next.nextHost);
  }

  /** A session with one of the hosts; `undefined`, and the recipients deferred, where there is none to be had. */
  async #connect(
    hosts: readonly PlannedHost[],
    recipients: readonly Recipient[],
  ): Promise<Lease<Session> | undefined> {
    const requireTls = this.#policy.sender === 'requiretls' ? 'yes' : 'no';
    const raced = destinationOf(this.#domain, hosts, 'at-once', { requireTls, because: undefined });
    const first = await this.#acquire(raced, recipients);
    if (!(first instanceof PoolError)) return first;
    // RFC 3207 §4: nothing more is said on a connection whose handshake failed. This is a new one, and the policy allows it.
    const failures = first.attempts.filter(({ fault }) => isTlsFailure(fault));
    const broken = hosts.filter((host) =>
      failures.some((attempt) => raced.entries.get(entryKey(attempt))?.host === host),
    );
    const because = failures[0]?.reason;
    const plain = destinationOf(this.#domain, broken, 'after-failed-tls', { requireTls, because });
    if (plain.candidates.length === 0) return undefined;
    const second = await this.#acquire(plain, recipients);
    return second instanceof PoolError ? undefined : second;
  }

  async #acquire(
    destination: Destination,
    recipients: readonly Recipient[],
  ): Promise<Lease<Session> | PoolError | undefined> {
    const { pool, signal } = this.#dispatch;
    try {
      const lease = await pool.acquire(destination, signal === undefined ? {} : { signal });
      this.#note(lease.attempts, destination);
      const won = lease.attempts.find(({ outcome }) => outcome === 'granted');
      if (won?.origin !== 'reused') this.#reports?.opened(lease.value);
      return lease;
    } catch (error) {
      if (signal?.aborted) {
        this.#verdicts.defer(recipients, { reason: 'closed' });
        return undefined;
      }
      if (!(error instanceof PoolError)) throw error;
      this.#note(error.attempts, destination);
      this.#unreachable(error, recipients);
      return error;
    }
  }

  #note(attempts: readonly Attempt[], destination: Destination): void {
    this.#attempts.push(...attempts.map((of) => ({ of, destination })));
  }

  /** No host could be talked to as the policy demands. Later, unless REQUIRETLS cannot be had from any of them. */
  #unreachable(error: PoolError, recipients: readonly Recipient[]): void {
    const code = error.code ?? 'timeout-connect';
    const problems = error.attempts.flatMap(({ fault }) => this.#requireTlsProblems(fault));
    if (problems.length > 0 && problems.length === error.attempts.length) {
      const lacksKeyword = problems.includes('requiretls-not-offered');
      this.#verdicts.refuse(recipients, lacksKeyword ? 'requiretls-not-offered' : 'tls-required', problems);
      return;
    }
    const fault = error.attempts.find(({ reason }) => reason === code)?.fault;
    this.#verdicts.defer(recipients, { reason: code, ...(fault && { fault }) });
  }

  /** Gives the message to a host and sorts its results by what is to be done next. */
  async #submit(
    lease: Lease<Session>,
    recipients: readonly Recipient[],
  ): Promise<{ readonly sameHost: readonly Recipient[]; readonly nextHost: readonly Recipient[] }> {
    const { sender, content, parameters, signal } = this.#dispatch;
    const session = lease.value;
    const envelope = {
      ...parameters,
      from: sender,
      to: recipients,
      ...(this.#policy.sender === 'requiretls' && { requireTls: true }),
    };
    const sameHost: Recipient[] = [];
    const nextHost: Recipient[] = [];
    try {
      const { recipients: results, fault } = await session.smtp.submit(
        envelope,
        content,
        signal === undefined ? {} : { signal },
      );
      for (const [at, recipient] of recipients.entries()) {
        const result = results[at];
        if (!result) continue;
        this.#verdicts.answered(recipient, result, session);
        const step = nextStep(result);
        if (step === 'same-host') sameHost.push(recipient);
        if (step === 'next-host') nextHost.push(recipient);
        if (step === 'one-further-host' && !this.#askedToWait.has(recipient)) {
          this.#askedToWait.add(recipient);
          nextHost.push(recipient);
        }
      }
      const leaving = results.some((result) => 'reason' in result && result.reason === 'server-closing');
      if (fault || leaving) lease.discard();
      else await lease[Symbol.asyncDispose]();
    } catch (error) {
      lease.discard();
      if (!signal?.aborted) throw error;
      // Its end may have been written already; nobody knows.
      const { host } = session.entry.host;
      const fault: Fault = { kind: 'caller', reason: 'closed', phase: 'data-end', after: 0 };
      this.#verdicts.uncertain(recipients, host, fault);
    }
    return { sameHost, nextHost };
  }

  /** RFC 8689 §4.2.1: what says that a host cannot keep the promise, and not just that it cannot be reached now. */
  #requireTlsProblems(fault: Fault | undefined): readonly RequireTlsProblem[] {
    if (this.#policy.sender !== 'requiretls') return [];
    if (fault?.reason === 'requiretls-not-offered') return [fault.reason];
    return fault?.kind === 'policy' || fault?.kind === 'tls' ? ['tls-required'] : [];
  }
}

/** Whether TLS was begun and failed. That it was not offered is no failure: such a dialogue went on in the clear. */
function isTlsFailure(fault: Fault | undefined): boolean {
  return fault !== undefined && (fault.kind === 'tls' || fault.phase === 'tls' || fault.phase === 'starttls');
}

function attemptOf(attempt: Attempt, { entries }: Destination): DeliveryAttempt {
  const { endpoint, outcome, origin, reason, fault, ms } = attempt;
  const entry = entries.get(entryKey(attempt));
  const host = entry?.host.host ?? endpoint.address;
  const method = entry?.way.method ?? 'plaintext';
  return { host, endpoint, method, outcome, origin, reason, fault, ms };
}
