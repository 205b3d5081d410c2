import type { Announcement, MailRoute } from '@postern/dns';
import type { PolicySource, Reason } from '@postern/wire';
import type { MtaStsPolicy } from '../mta-sts/policy.ts';
import type { Method, PolicyLevel, Requirement } from '../requirement.ts';
import type { DeliveryPolicy } from './facts.ts';

/**
 * Why a way may be tried. `standard`: port 25 of a host that mail goes to anyway. `announced`: an SRV record in use named the
 * host. `nonstandard`: 465 of an MX host, because the caller wants it.
 */
export type Standing = 'standard' | 'announced' | 'nonstandard';

/** One rule that was applied, with what it was applied to and what it led to; in the order of the thought. */
export type PlanStep =
  /** What the configuration and the sender of the message want; `published`: what others publish decides. */
  | {
      readonly type: 'policy';
      readonly level: PolicyLevel | 'published';
      readonly sender?: NonNullable<DeliveryPolicy['sender']>;
    }
  /** The SRV announcement (draft-nurpmeso-smtp-tls-srv). */
  | {
      readonly type: 'announcement';
      readonly found: Announcement['status'] | 'failed';
      readonly security: 'secure' | 'insecure';
      /** `decides`: in place of the MX records; `noted`: it does not count. */
      readonly effect: 'decides' | 'noted';
      readonly reason?: Reason;
    }
  /** The MX records (RFC 5321 §5.1, RFC 7505). */
  | {
      readonly type: 'mail-route';
      readonly found: MailRoute['status'] | 'failed';
      readonly security: 'secure' | 'insecure';
      readonly reason?: Reason;
    }
  /** The MTA-STS policy (RFC 8461); `failure`: why there is no newer one. */
  | {
      readonly type: 'mta-sts';
      readonly found: MtaStsPolicy['mode'] | 'absent';
      readonly failure?: Reason;
    }
  /** The TLSA records for a port of a host (RFC 7672); `unusable`: there are some, and none of a kind that can be checked. */
  | {
      readonly type: 'tlsa';
      readonly host: string;
      readonly port: number;
      readonly found: 'usable' | 'unusable' | 'none' | 'failed';
      readonly reason?: Reason;
    }
  /** A host gets no mail; `by`: whose demand it is, where it is one. */
  | {
      readonly type: 'host-left-out';
      readonly host: string;
      readonly reason: Reason;
      readonly duration: 'temporary' | 'permanent';
      readonly by?: PolicySource;
    }
  /** A way into a host is left out, because not the same is demanded there as at the other one. */
  | {
      readonly type: 'way-left-out';
      readonly host: string;
      readonly port: number;
      readonly method: Method;
      readonly why: 'weaker' | 'unlike-25' | 'look-up-failed';
      readonly reason?: Reason;
    }
  /** A way that may be tried, and what is demanded on it. */
  | {
      readonly type: 'way';
      readonly host: string;
      readonly port: number;
      readonly method: Method;
      readonly demand: 'nothing' | Requirement['level'];
      readonly by?: PolicySource;
      readonly standing: Standing;
      readonly when: 'at-once' | 'after-failed-tls';
    }
  /** What it all comes to. */
  | { readonly type: 'conclusion'; readonly status: 'deliver' }
  | { readonly type: 'conclusion'; readonly status: 'defer' | 'refuse'; readonly reason: Reason };
