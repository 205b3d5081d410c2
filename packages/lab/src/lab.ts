import { listenDns } from '@postern/dns';
import type { Clock, Endpoint, Host, Listener, Network } from '@postern/wire';
import { createAuthority } from './certificates/authority.ts';
import type { AuthorityOptions } from './certificates/authority.ts';
import type { LabAccount, LabEndpoint, LabWebHost, LabPublication } from './endpoint.ts';
import { labNetwork } from './network/lab-network.ts';
import { loopback, openHosts } from './open-hosts.ts';
import { listed } from './providers/listed.ts';
import { openWebHosts } from './web-hosts/web-hosts.ts';
import { providers } from './providers/providers.ts';
import { publishing } from './providers/published.ts';
import { zoo } from './providers/zoo.ts';
import { Reception } from './reception.ts';
import { oddities } from './zone/oddities.ts';
import type { LabDomain } from './zone/oddities.ts';
import { LabZone } from './zone/lab-zone.ts';
import { zoneOptions, zoneText } from './zone/zone.ts';

/** Options of {@link startLab}. */
export interface LabOptions extends AuthorityOptions {
  /** The network the lab lives on: `nodeNetwork()` for real sockets on loopback, or a simulated one. */
  readonly host: Network & Host;
  /** The time, for the servers' patience and for what happens a moment later. */
  readonly clock: Clock;
  /**
   * Makes a port that swallows connection requests; `undefined` where the system has none. Default: only the lab's own
   * network swallows. `startNodeLab` of `@postern/lab/node` brings one for Linux.
   */
  readonly swallow?: () => Promise<Listener | undefined>;
  /**
   * When a host's certificate is made. `at-start` (default) suits virtual time, which cannot see that a key is being made;
   * `when-visited` starts sooner: a run that visits three hosts does not wait for fifty certificates.
   */
  readonly certificates?: 'at-start' | 'when-visited';
  /**
   * Gets what the lab itself did wrong, an error that no client should be able to cause. Default: nobody does; the
   * connection concerned breaks either way.
   */
  readonly onDefect?: (error: unknown) => void;
}

/**
 * Mail servers, a DNS server and firewall weather, running. Disposal stops all of it and waits until nothing is left, a
 * second at most for connections that do not end by themselves; its network is `unreachable` from then on.
 */
export interface Lab extends AsyncDisposable {
  /** Reaches the lab's hosts under their public addresses and standard ports, and nothing else in the world. */
  readonly network: Network;
  /** The lab's DNS server on that network, UDP and TCP. */
  readonly resolver: Endpoint;
  /** Where the DNS server really is, for programs that do not use the lab's network. */
  readonly realResolver: Endpoint;
  /** PEM of the throw-away root: the only trust anchor under which the lab's good certificates are good. */
  readonly roots: readonly string[];
  /** Everything the DNS server knows at this time, as master-file text. */
  readonly zone: string;
  /** The web servers with the MTA-STS policies and autoconfig files of its domains. */
  readonly webHosts: readonly LabWebHost[];
  /** Accounts, the instructive three first: everything works; one port swallowed; STARTTLS stripped. */
  readonly accounts: readonly LabAccount[];
  /** Every port of every host, with what a check must report. */
  readonly endpoints: readonly LabEndpoint[];
  /** Domains whose trouble is in the DNS. */
  readonly domains: readonly LabDomain[];
  /**
   * Publishes what an operator would: records in place of those of the same name and type, and a file at a web server. It
   * counts from the next question on. Throws a `UsageError`, and changes nothing, where a line is no record, or where the lab
   * has no such web server.
   */
  publish(publication: LabPublication): void;
}

const resolver: Endpoint = { address: '192.0.2.53', port: 53 };

/**
 * Starts a lab. It owns what it opens on `host`, all of it on loopback.
 *
 * Rejects with what the host's `listen` rejects with; nothing stays open then.
 *
 * @example
 * ```ts run
 * import { startLab } from '@postern/lab';
 * import { simulatedNetwork, virtualClock } from '@postern/wire/testing';
 * const clock = virtualClock();
 * const lab = await startLab({
 *   host: simulatedNetwork({ clock }),
 *   clock,
 *   crypto: globalThis.crypto,
 *   wallClock: () => 1_900_000_000_000,
 *   random: () => 0.5,
 * });
 * console.log(lab.accounts[1]?.address); // ben@walled.test
 * await lab[Symbol.asyncDispose]();
 * ```
 */
export async function startLab(options: LabOptions): Promise<Lab> {
  const { host, clock, swallow, onDefect } = options;
  const plans = [...providers, ...publishing, listed, ...zoo];
  const reception = new Reception(host, clock, onDefect ?? (() => undefined));
  try {
    const [authority, swallower] = await Promise.all([
      createAuthority(options),
      reception.keep(swallow ?? (async () => undefined)),
    ]);
    const zone = new LabZone(zoneText(plans, await authority.publicKeySha256()), zoneOptions(plans));
    const dns = await reception.keep(() => listenDns(host, loopback, zone.answer));
    const webHosts = await openWebHosts(plans, { reception, authority });
    const hosts = await openHosts(plans, {
      reception,
      authority,
      certificates: options.certificates ?? 'at-start',
      clock,
      random: options.random,
      swallowed: swallower ? { type: 'to', endpoint: swallower.endpoint } : { type: 'swallowed' },
    });
    const isResolver = ({ address, port }: Endpoint): boolean =>
      address === resolver.address && port === resolver.port;
    const network = labNetwork(
      host,
      {
        stream: (endpoint) =>
          isResolver(endpoint)
            ? { type: 'to', endpoint: dns.endpoint }
            : (webHosts.route(endpoint) ?? hosts.route(endpoint)),
        datagram: (endpoint) => (isResolver(endpoint) ? dns.endpoint : undefined),
      },
      { clock, signal: reception.signal },
    );
    return {
      network,
      resolver,
      realResolver: dns.endpoint,
      roots: authority.roots,
      get zone() {
        return zone.text;
      },
      webHosts: webHosts.hosts,
      publish({ zone: lines, file }) {
        const put = file && webHosts.putting(file);
        zone.publish(lines);
        put?.();
      },
      accounts: plans.map(({ account }) => account),
      endpoints: hosts.endpoints,
      domains: oddities.map(({ domain, reason, lesson }) => ({ domain, reason, lesson })),
      [Symbol.asyncDispose]: () => reception[Symbol.asyncDispose](),
    };
  } catch (error) {
    await reception[Symbol.asyncDispose]();
    throw error;
  }
}
