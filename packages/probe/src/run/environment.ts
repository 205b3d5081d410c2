import type { Resolver } from '@postern/dns';
import type { LocalBlockWatch, Memory } from '@postern/pool';
import type { Credentials } from '@postern/sasl';
import type { StsFetch, WallClock } from '@postern/starttls';
import type { Clock, Milliseconds, Network } from '@postern/wire';
import type { Lang } from '../report/explanation.ts';
import type { ServiceEndpoint } from '../report/endpoint.ts';

/** Everything a probe needs from outside. */
export interface ProbeEnvironment {
  /** Reaches the servers. `nodeNetwork({ evidence: 'first-bytes' })`, so that the true cause of a failed handshake shows. */
  readonly network: Network;
  /** Finds addresses; only needed for names. */
  readonly resolver: Resolver;
  readonly clock: Clock;
  /** Tells the civil time, by which certificates expire. */
  readonly wallClock: WallClock;
  /** The language of the sentences in the report. Default `en`. */
  readonly lang?: Lang;
  /** Trust anchors in place of the system's, PEM. */
  readonly roots?: readonly string[];
  /** Dial this host, a name or an address, in place of the endpoint's; name checks and SNI keep the endpoint's. */
  readonly connectTo?: string;
  /** The name for SNI and checks in place of the host. */
  readonly serverName?: string;
  /** The name said in EHLO. Default: the address literal of our end (RFC 5321 §4.1.4). */
  readonly ehloName?: string;
  /**
   * Dial loopback, documentation and other special addresses too. Default `false`: a probe that dials whatever a stranger's
   * zone says can be turned against its own network.
   */
  readonly allowSpecial?: boolean;
  /**
   * What a certificate must be. `verified`, the default: one that does not verify is a refusal. `any`: it is reported, the verdict
   * is `works-unverified`, and still no password is sent.
   */
  readonly certificate?: 'verified' | 'any';
  /** Log in with these, inside verified TLS only. Default: no login is tried. */
  readonly credentials?: Credentials;
  /**
   * Octets that nobody can guess, for SCRAM, which then is preferred to showing the password: `systemRandom` of
   * `@postern/wire/node`. Default: none, and SCRAM is not used.
   */
  readonly secureRandom?: (octets: number) => Uint8Array;
  /**
   * Sockets that dial each address, 150 ms apart. Default 1: silence is certain after 2.15 s. 3: after 0.7 s, at the price
   * of three connections and of taking a burst of loss for silence.
   */
  readonly sockets?: number;
  /** Takes in which ports answered and which did not. */
  readonly memory?: Memory;
  /**
   * Takes in the same, and tells a firewall before us from firewalls before others: a port that it knows to be blocked here has the
   * reason `local-block` in place of `timeout-connect`. Default: none for a single probe without `controls`, else one of its own.
   */
  readonly blocks?: LocalBlockWatch;
  /**
   * Hosts in networks of their own, names or addresses, with the usual mail ports open. Where a port is silent they are dialled there
   * and on another port: it takes three unrelated networks, the silent host's among them where another of its ports answers, to tell
   * `local-block` from a silent host at once. Default: none, and only what is probed anyway counts.
   */
  readonly controls?: readonly string[];
  /**
   * Fetches the MTA-STS policy of a domain, as its docstring says: no redirect, and a certificate that is good for the policy
   * host. Default: none, and only the record is reported.
   */
  readonly fetch?: StsFetch;
  /** `skip`: ports that the memory knows to be silent are not dialled. Default `dial`: a probe looks for itself. */
  readonly remembered?: 'dial' | 'skip';
  /** Hears about each step as it happens; for progress and traces. Must not throw. */
  readonly onProgress?: (progress: Progress) => void;
}

/** A step of a probe, as it happens. */
export interface Progress {
  readonly endpoint: ServiceEndpoint;
  /** Since the probe began. */
  readonly ms: Milliseconds;
  /** A timeline event, or a line of the transcript. */
  readonly event: string;
  /** Text of the peer may be in it: print it escaped. */
  readonly detail?: string;
  /** For a line of the transcript: who said it. Secrets are masked. */
  readonly side?: 'client' | 'server';
}
