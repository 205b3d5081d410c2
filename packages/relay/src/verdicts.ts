import type { Recipient, RecipientResult } from '@postern/smtp';
import { requireTlsBounce } from '@postern/starttls';
import type { DeliveryPlan, RequireTlsProblem } from '@postern/starttls';
import type { Fault, Reason } from '@postern/wire';
import type { RelayEnvironment } from './environment.ts';
import type { DeliveryResult } from './result.ts';
import type { Session } from './session.ts';

/** RFC 5321 §4.5.4.1: "the retry interval SHOULD be at least 30 minutes". */
const RETRY_AFTER = 1_800_000;

/** Why nothing was decided yet. */
interface Delay {
  readonly reason: Reason;
  readonly fault?: Fault;
}

/** What is known of each recipient of a domain, and which of two results counts. */
export class Verdicts {
  readonly #clock: Pick<RelayEnvironment, 'wallClock' | 'retryAfter'>;
  readonly #results = new Map<Recipient, DeliveryResult>();

  constructor(clock: Pick<RelayEnvironment, 'wallClock' | 'retryAfter'>) {
    this.#clock = clock;
  }

  /** By recipient. */
  get results(): ReadonlyMap<Recipient, DeliveryResult> {
    return this.#results;
  }

  /** By what a host said. */
  answered(recipient: Recipient, result: RecipientResult, { entry, protection }: Session): void {
    const { host } = entry.host;
    switch (result.status) {
      case 'accepted': {
        const { reply } = result;
        this.#settle(recipient, {
          status: 'delivered',
          recipient: result.recipient,
          host,
          reply,
          protection,
        });
        return;
      }
      case 'refused':
      case 'uncertain':
        this.#settle(recipient, { ...result, host });
        return;
      case 'retry-later':
        this.#settle(recipient, { ...result, status: 'deferred', host, notBefore: this.#notBefore() });
    }
  }

  /** The line broke, or was cut by the caller, while the message was on its way; nobody knows. */
  uncertain(recipients: readonly Recipient[], host: string, fault: Fault): void {
    const { reason } = fault;
    for (const recipient of recipients) {
      this.#settle(recipient, { status: 'uncertain', recipient: recipient.address, reason, host, fault });
    }
  }

  /** By a plan that leads to no host. */
  planned(
    recipients: readonly Recipient[],
    plan: Exclude<DeliveryPlan, { readonly status: 'deliver' }>,
  ): void {
    const { reason } = plan;
    if (plan.status === 'refuse') this.refuse(recipients, reason, reason === 'tls-required' ? [reason] : []);
    else this.defer(recipients, { reason, ...(plan.fault && { fault: plan.fault }) });
  }

  /** For good. `problems`: what kept a message with REQUIRETLS from each host. */
  refuse(recipients: readonly Recipient[], reason: Reason, problems: readonly RequireTlsProblem[]): void {
    const bounce = problems.length > 0 ? { bounce: requireTlsBounce(problems) } : {};
    for (const recipient of recipients) {
      this.#settle(recipient, { status: 'refused', recipient: recipient.address, reason, ...bounce });
    }
  }

  /** For a while. */
  defer(recipients: readonly Recipient[], why: Delay): void {
    for (const recipient of recipients) {
      this.#settle(recipient, {
        status: 'deferred',
        recipient: recipient.address,
        ...why,
        notBefore: this.#notBefore(),
      });
    }
  }

  #settle(recipient: Recipient, result: DeliveryResult): void {
    const before = this.#results.get(recipient);
    // What a host said weighs more than that the next one could not be reached.
    if (before?.status === 'deferred' && before.reply && result.status === 'deferred' && !result.reply)
      return;
    // One host that may be there later is enough to wait for.
    if (before?.status === 'deferred' && result.status === 'refused' && result.bounce) return;
    this.#results.set(recipient, result);
  }

  #notBefore(): number {
    const { wallClock, retryAfter = RETRY_AFTER } = this.#clock;
    return wallClock() + retryAfter;
  }
}
