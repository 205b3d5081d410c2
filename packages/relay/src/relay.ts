import { createPool } from '@postern/pool';
import type { PoolCounts } from '@postern/pool';
import type { Recipient } from '@postern/smtp';
import type { DeliveryPolicy } from '@postern/starttls';
import { entryKey } from './destination.ts';
import type { Destination } from './destination.ts';
import { DomainDispatch } from './domain-delivery.ts';
import type { RelayEnvironment } from './environment.ts';
import { byDomain, recipientsOf, repeatable } from './message.ts';
import type { Message } from './message.ts';
import type { Delivered, DeliveryResult } from './result.ts';
import { openSession } from './session.ts';
import type { Session } from './session.ts';

/** RFC 5321 §4.5.3.2.1: a server may take five minutes to greet. */
const CONNECT_WITHIN = 300_000;

/** Options of a delivery. */
export interface DeliverOptions {
  /**
   * Ends it. Recipients who have a result keep it; those not yet offered are deferred with the reason `closed`, and those whose
   * message was on the way are uncertain. Nothing rejects for it, because results must not get lost.
   */
  readonly signal?: AbortSignal;
}

/** Delivers messages; what it learns about ports, and its connections, serve all of them. Disposal closes the connections. */
export interface Relay extends AsyncDisposable {
  /**
   * Delivers a message to all its recipients, the domains at once. Nothing that a domain or a host does makes it reject: that is
   * in the results. Rejects with a `UsageError` for a message that cannot be sent to anybody, and with what its content source, its
   * policy function or the policy store throws.
   */
  deliver(message: Message, options?: DeliverOptions): Promise<Delivered>;
  /** How many connections there are. */
  readonly counts: PoolCounts;
}

/**
 * Makes a relay.
 *
 * @example
 * ```ts
 * import { createRelay } from '@postern/relay';
 * import type { RelayEnvironment } from '@postern/relay';
 *
 * export async function sendAll(environment: RelayEnvironment, letters: readonly string[]): Promise<void> {
 *   await using relay = createRelay(environment);
 *   for (const content of letters) {
 *     const { recipients } = await relay.deliver({ sender: 'ann@example.org', recipients: ['ben@example.net'], content });
 *     console.log(recipients[0]?.status); // delivered
 *   }
 * }
 * ```
 */
export function createRelay(environment: RelayEnvironment): Relay {
  const { network, clock, timing, limits, memory } = environment;
  const pool = createPool<Destination, Session>({
    network,
    clock,
    key: ({ key }) => key,
    candidates: ({ candidates }) => candidates,
    async open(connection, candidate, { signal, destination }) {
      const entry = destination.entries.get(entryKey(candidate));
      if (!entry) throw new Error('a candidate that is in no plan');
      return openSession(connection, entry, destination, environment, signal);
    },
    timing: { deadline: CONNECT_WITHIN, ...timing },
    reuse: { terms: ({ terms }) => terms, check: isAlive },
    ...(limits && { limits }),
    ...(memory && { memory }),
  });
  return {
    async deliver(message, options) {
      const { sender, parameters = {} } = message;
      const recipients = recipientsOf(message);
      const content = repeatable(message.content);
      const { signal } = options ?? {};
      const dispatch = { pool, environment, sender, content, parameters, signal };
      const domains = byDomain(recipients).map(
        (group) => new DomainDispatch(dispatch, group, policyFor(message, group.domain)),
      );
      const done = await Promise.all(domains.map((domain) => domain.run()));
      const results = new Map<Recipient, DeliveryResult>(domains.flatMap((domain) => [...domain.results]));
      return { recipients: recipients.flatMap((one) => results.get(one) ?? []), domains: done };
    },
    get counts() {
      return pool.counts;
    },
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
}

/** Delivers one message, and closes every connection behind it. For more than one, see {@link createRelay}. */
export async function deliver(
  message: Message,
  environment: RelayEnvironment,
  options?: DeliverOptions,
): Promise<Delivered> {
  const relay = createRelay(environment);
  try {
    return await relay.deliver(message, options);
  } finally {
    await relay[Symbol.asyncDispose]();
  }
}

function policyFor({ policy = {}, parameters }: Message, domain: string): DeliveryPolicy {
  const chosen = typeof policy === 'function' ? policy(domain) : policy;
  return parameters?.requireTls === true ? { ...chosen, sender: 'requiretls' } : chosen;
}

/** Whether an idle dialogue still answers. */
async function isAlive({ smtp }: Session, { signal }: { readonly signal: AbortSignal }): Promise<boolean> {
  const answer = await smtp.noop({ signal });
  return answer.ok;
}
