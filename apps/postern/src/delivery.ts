import type { RelayEnvironment } from '@postern/relay';
import { memoryStsStore, stsPolicies } from '@postern/starttls';
import type { DeliveryPolicy, StsStore } from '@postern/starttls';
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
    ...(roots && { roots }),
    ...(fetch && {
      sts: stsPolicies({
        resolver,
        clock,
        wallClock,
        fetch,
        store: given?.network ? memoryStsStore() : keptPolicies(io.env),
      }),
    }),
  };
}

/**
 * Policies outlive the run, so that nobody can take them away by hiding the record (RFC 8461 §10.2). A file that cannot be read or
 * written is as if it were empty.
 */
function keptPolicies(env: Context['io']['env']): StsStore {
  const file = fileStore(stateFile(env, 'mta-sts.jsonl'));
  return memoryStsStore({
    text: {
      read: () => file.read().catch(() => ''),
      write: (text) => file.write(text).catch(() => undefined),
    },
  });
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
