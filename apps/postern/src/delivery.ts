import type { RelayEnvironment } from '@postern/relay';
import { memoryStsStore, stsPolicies } from '@postern/starttls';
import type { DeliveryPolicy, KeptText } from '@postern/starttls';
import { offerMemory } from '@postern/starttls/offers';
import { deadline } from '@postern/wire';
import type { Context } from './commands/context.ts';
import { environmentFor } from './environment.ts';
import { fileStore, stateFile } from './silent-ports.ts';

/** What `plan` and `send` work with: the machine's network and resolver, or those that were given, and the policies of domains. */
export function deliveryEnvironment({ options, given, io }: Context): RelayEnvironment {
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
    offers: offerMemory({
      wallClock,
      ...(given?.network ? {} : { text: keptText(io.env, 'starttls-offers.jsonl') }),
    }),
    ...(roots && { roots }),
    ...(fetch && {
      sts: stsPolicies({
        resolver,
        clock,
        wallClock,
        fetch,
        store: memoryStsStore(given?.network ? {} : { text: keptText(io.env, 'mta-sts.jsonl') }),
      }),
    }),
  };
}

/**
 * Policies and offers outlive the run, so that nobody can take them away by hiding a record or a keyword (RFC 8461 §10.2,
 * RFC 7435 §3). A file that cannot be read or written is as if it were empty.
 */
function keptText(env: Context['io']['env'], name: string): KeptText {
  const file = fileStore(stateFile(env, name));
  return {
    read: () => file.read().catch(() => ''),
    write: (text) => file.write(text).catch(() => undefined),
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
