import type { AnnouncedRouteOptions, Resolver, RouteHostsOptions } from '@postern/dns';
import type { Memory, PoolOptions } from '@postern/pool';
import type { OpenSmtpOptions } from '@postern/smtp';
import type { Method, StsPolicies, WallClock } from '@postern/starttls';
import type { OfferMemory } from '@postern/starttls/offers';
import type { SessionCounts } from '@postern/starttls/tlsrpt';
import type { Clock, Endpoint, Milliseconds, Network, Observer } from '@postern/wire';

/** What is needed to find out about a domain. */
export interface LookupEnvironment extends Pick<RouteHostsOptions, 'allowSpecial' | 'ownAddresses'> {
  /** Answers questions; DANE needs one that validates and is trusted. Best one with a cache. */
  readonly resolver: Resolver;
  /** The MTA-STS policies of domains. Default: nobody asks for any, and no domain has one. */
  readonly sts?: StsPolicies;
  /** Names this host takes mail by, lest mail come back to ourselves. Default none. */
  readonly ownNames?: readonly string[];
  /**
   * The labels of SRV announcements, where the policy of a delivery names one (`announce`): asked for in order until one has
   * records. Default `_smtp-tls` alone; there is no RFC, so the name may change.
   */
  readonly announcementLabels?: NonNullable<AnnouncedRouteOptions['labels']>;
  /** Numbers from 0 to below 1, to spread load over hosts of one preference. Default: the resolver's order. */
  readonly random?: () => number;
  /**
   * Addresses to dial in place of those of the best host, whose name stays: for a look at one machine, not for mail. The other
   * hosts are left out. Default: what the DNS says.
   */
  readonly connectTo?: readonly string[];
}

/** A connection that is about to be greeted. */
export interface Dialled {
  readonly host: string;
  readonly endpoint: Endpoint;
  readonly method: Method;
}

/** What a relay works with. */
export interface RelayEnvironment extends LookupEnvironment {
  /** Dials. */
  readonly network: Network;
  /** Measures waits. */
  readonly clock: Clock;
  /** Tells the civil time, by which certificates expire and the next try is due. */
  readonly wallClock: WallClock;
  /** The own name, for EHLO. Default: the address literal of the local end (RFC 5321 §4.1.4). */
  readonly domain?: string;
  /** Trust anchors in place of the system's, PEM. */
  readonly roots?: readonly string[];
  /** How long to wait for which reply. Default `mta`, the limits of RFC 5321 §4.5.3.2. */
  readonly patience?: NonNullable<OpenSmtpOptions['patience']>;
  /** Over the defaults of `@postern/pool`; here the deadline for a connection is 5 min (RFC 5321 §4.5.3.2.1). */
  readonly timing?: NonNullable<PoolOptions<never, never>['timing']>;
  readonly limits?: NonNullable<PoolOptions<never, never>['limits']>;
  /** Which ports are silent. Default: one that lives as long as the relay. */
  readonly memory?: Memory;
  /**
   * Which hosts offered STARTTLS before: where one does not now, and its mail may go in the clear, the result says
   * `downgrade-suspected`. Default: nobody remembers. What it throws ends the session, and the mail waits.
   */
  readonly offers?: OfferMemory;
  /**
   * Makes an observer of each dialogue, for transcripts: it sees the message too, and secrets masked. Must not throw. Default:
   * nobody looks.
   */
  readonly observe?: (dialled: Dialled) => Observer;
  /** Counts sessions for TLS reports (RFC 8460). Default: nobody does. */
  readonly counts?: SessionCounts;
  /** How long deferred mail waits. Default 30 min (RFC 5321 §4.5.4.1). */
  readonly retryAfter?: Milliseconds;
}
