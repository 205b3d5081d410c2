import type { Announcement, MailRoute, RouteHosts, TlsaAnswer } from '@postern/dns';
import type { Fault } from '@postern/wire';
import type { HostFacts } from '../host-requirement.ts';
import type { StsLookup } from '../mta-sts/policies.ts';

/** What a look-up came to. A failure is no answer, and is never read as one. */
export type Lookup<T> =
  { readonly ok: true; readonly answer: T } | { readonly ok: false; readonly fault: Fault };

/** The TLSA look-up for one port of one host. */
export interface TlsaLookup {
  /** The host as it stands in the MX or SRV record. */
  readonly host: string;
  readonly port: number;
  readonly result: Lookup<TlsaAnswer>;
}

/** All that was found out about a domain before anything is connected. */
export interface DeliveryFacts {
  /** The domain behind the `@`, as A-labels, or an address literal. */
  readonly domain: string;
  /** What `announcedRoute` said. Default: nobody asked. */
  readonly announcement?: Lookup<Announcement>;
  /** What `mailRoute` said. Left out only where an announcement takes its place. */
  readonly route?: Lookup<MailRoute>;
  /** What `routeHosts` made of the one of the two that is used. Left out where there is nothing to look up. */
  readonly hosts?: RouteHosts;
  /** TLSA look-ups. Those of a host that an insecure SRV record named are not made (RFC 7673 §3.1). Default: none. */
  readonly tlsa?: readonly TlsaLookup[];
  /** What `StsPolicies` said. Default: nobody asked. */
  readonly sts?: StsLookup;
}

/** What the sending side wants. */
export interface DeliveryPolicy extends Pick<
  HostFacts,
  'level' | 'fingerprints' | 'sender' | 'policies' | 'serverName'
> {
  /**
   * What an SRV announcement is good for. `use`: it takes the place of the MX records and demands TLS. `report` (default): it
   * stands in the trace. There is no RFC for it.
   */
  readonly announce?: 'use' | 'report';
  /**
   * Whether port 465 of MX hosts is raced with 25, though 465 between servers has no RFC behind it (RFC 8314 §7.3 gives it to
   * submission). Default `false`.
   */
  readonly try465?: boolean;
}
