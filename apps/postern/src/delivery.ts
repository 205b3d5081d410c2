import type { RelayEnvironment } from '@postern/relay';
import { memoryStsStore, stsPolicies } from '@postern/starttls';
import type { DeliveryPolicy } from '@postern/starttls';
import { deadline } from '@postern/wire';
import type { Context } from './commands/context.ts';
import { environmentFor } from './environment.ts';

/** What `plan` and `send` work with: the machine's network and resolver, or those that were given, and the policies of domains. */
export function deliveryEnvironment({ options, given }: Context): RelayEnvironment {
  const environment = environmentFor(options, given);
  const { network, clock, resolver, wallClock, fetch, roots } = environment;
  return {
    network,
    clock,
    resolver,
    wallClock,
    // Whoever types the command may look into the own network: no stranger chooses its targets.
    allowSpecial: true,
    random: Math.random,
    ...(roots && { roots }),
    ...(fetch && { sts: stsPolicies({ resolver, clock, wallClock, fetch, store: memoryStsStore() }) }),
  };
}

/** What was demanded by options. */
export function deliveryPolicy({ options: { delivery } }: Pick<Context, 'options'>): DeliveryPolicy {
  const { level, announce = 'report', try465 = false } = delivery ?? {};
  return { announce, try465, ...(level === undefined ? {} : { level }) };
}

/** Ends when the user interrupts, or when the time is up. Disposal stops its alarm. */
export function patienceOf(
  { io, options: { deadlineMs } }: Context,
  { clock }: RelayEnvironment,
): Disposable & { readonly signal: AbortSignal } {
  const { interrupted: signal } = io;
  if (deadlineMs === undefined) return { signal, [Symbol.dispose]() {} };
  return deadline(clock, deadlineMs, { signal });
}
