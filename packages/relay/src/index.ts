/**
 * Delivers messages to the mail servers of their recipients' domains: looks up where they are and what they demand, makes the
 * plan, races the ways, upgrades, sends, and says for each recipient what became of it. Encrypted ways stand in for each other;
 * plaintext is used only where the policy allows it, on a connection of its own, and the result says so.
 *
 * It is *not* a queue: it keeps nothing, tries once, and says when to try again. It writes no bounces and signs nothing.
 *
 * RFCs: 5321 §4.5.4 and §5.1 (which host, when again), 3207 (STARTTLS), 7672 (DANE), 8461 (MTA-STS), 8689 (REQUIRETLS), 8460
 * (TLS reports).
 *
 * Limits: 465 between servers has no RFC, and is tried only where it is announced or asked for. There is no MTA-STS without a
 * policy store, and no DANE without a trusted resolver.
 *
 * @example
 * ```ts
 * import { cachedResolver, stubResolver } from '@postern/dns';
 * import { deliver } from '@postern/relay';
 * import { nodeNetwork, systemClock } from '@postern/wire/node';
 *
 * const network = nodeNetwork();
 * const clock = systemClock();
 * const servers = [{ address: '127.0.0.1', port: 53, trusted: true }];
 * const resolver = cachedResolver(stubResolver({ network, clock, servers, random: Math.random }), { clock });
 * const { recipients } = await deliver(
 *   { sender: 'ann@example.org', recipients: ['ben@example.net'], content: 'Subject: Hello\n\nHi Ben\n' },
 *   { network, clock, resolver, wallClock: () => Date.now(), domain: 'mx.example.org' },
 * );
 * for (const result of recipients) console.log(result.recipient, result.status); // ben@example.net delivered
 * ```
 *
 * @packageDocumentation
 */
export { deliveryFacts } from './delivery-facts.ts';
export type { Dialled, LookupEnvironment, RelayEnvironment } from './environment.ts';
export type { Message, RepeatableContent } from './message.ts';
export { createRelay, deliver } from './relay.ts';
export type { DeliverOptions, Relay } from './relay.ts';
export type * from './result.ts';
