import type { RelayEnvironment } from '@postern/relay';
import { addresses } from '@postern/dns';
import { observeLines } from '@postern/probe';
import { memoryStsStore, stsPolicies } from '@postern/starttls';
import type { DeliveryPolicy, KeptText } from '@postern/starttls';
import { offerMemory } from '@postern/starttls/offers';
import { deadline, WireError } from '@postern/wire';
import type { Context } from './commands/context.ts';
import { environmentFor, hostName } from './environment.ts';
import { fileStore, stateFile } from './silent-ports.ts';

/** What `plan` and `send` work with: the machine's network and resolver, or those that were given, and the policies of domains. */
export function deliveryEnvironment({ options, given, io, trace }: Context): RelayEnvironment {
  const environment = environmentFor(options, given);
  const began = environment.clock.now();
  const { network, clock, resolver, wallClock, fetch, roots } = environment;
  // A world that was given is not remembered, unless somebody says where.
  const kept = (name: string): { readonly text?: KeptText } =>
    given?.network && options.state === undefined ? {} : { text: keptText(io.env, options.state, name) };
  return {
    network,
    clock,
    resolver,
    wallClock,
    // Whoever types the command may look into the own network: no stranger chooses its targets.
    allowSpecial: true,
    random: Math.random,
    ...(options.delivery && { announcementLabels: options.delivery.srvLabels }),
    offers: offerMemory({ wallClock, ...kept('starttls-offers.jsonl') }),
    ...(roots && { roots }),
    ...(trace && {
      observe: ({ host, endpoint: { address, port }, method }) => {
        const endpoint = { protocol: 'smtp', host, port, method } as const;
        const at = (): number => clock.now() - began;
        trace.write({ endpoint, ms: at(), event: 'connected', detail: address });
        return observeLines((side, detail) => {
          trace.write({ endpoint, ms: at(), event: 'line', detail, side });
        });
      },
    }),
    ...(fetch && {
      sts: stsPolicies({
        resolver,
        clock,
        wallClock,
        fetch,
        store: memoryStsStore(kept('mta-sts.jsonl')),
      }),
    }),
  };
}

/**
 * Policies and offers outlive the run, so that nobody can take them away by hiding a record or a keyword (RFC 8461 §10.2,
 * RFC 7435 §3). A file that cannot be read or written is as if it were empty.
 */
function keptText(env: Context['io']['env'], state: string | undefined, name: string): KeptText {
  const file = fileStore(stateFile(env, state, name));
  return {
    read: () => file.read().catch(() => ''),
    write: (text) => file.write(text).catch(() => undefined),
  };
}

/** What was demanded by options. */
export function deliveryPolicy({
  options: { delivery, serverName },
  texts,
}: Pick<Context, 'options' | 'texts'>): DeliveryPolicy {
  const {
    level,
    fingerprints = [],
    announce = 'report',
    try465 = false,
    requireTls = false,
  } = delivery ?? {};
  return {
    announce,
    try465,
    ...(level !== undefined && { level }),
    ...(fingerprints.length > 0 && { fingerprints }),
    ...(requireTls && { sender: 'requiretls' }),
    ...(serverName !== undefined && { serverName: hostName('--server-name', serverName, texts) }),
  };
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

/** The addresses of `--connect-to`; nothing where it was not given. Rejects with the `WireError` of a look-up that found none. */
export async function dialInstead(
  { options, texts }: Pick<Context, 'options' | 'texts'>,
  environment: RelayEnvironment,
  signal: AbortSignal,
): Promise<Pick<RelayEnvironment, 'connectTo'>> {
  if (options.connectTo === undefined) return {};
  const host = hostName('--connect-to', options.connectTo, texts);
  const found = await addresses(environment.resolver, host, { signal, allowSpecial: true });
  if (found.addresses.length > 0) return { connectTo: found.addresses };
  const reason = found.status === 'no-such-domain' ? 'dns-nxdomain' : 'dns-nodata';
  throw new WireError({ kind: 'dns', reason, phase: 'dns', after: 0 });
}
