import type { Outcome } from '@postern/pool';
import type { Reply } from '@postern/smtp';
import type { DeliveryPlan, EpochMilliseconds, Method, RequireTlsBounce } from '@postern/starttls';
import type { Endpoint, Fault, Milliseconds, Reason, TlsInfo } from '@postern/wire';

/** How a message was protected on its way to the host. */
export type Protection =
  | { readonly method: 'implicit-tls' | 'starttls'; readonly tls: TlsInfo }
  | {
      readonly method: 'plaintext';
      /** Why there was no TLS; `undefined`: the policy wants none. */
      readonly reason: Reason | undefined;
    };

/** What became of a message for one recipient. */
export type DeliveryResult =
  | {
      /** A host took responsibility for it. */
      readonly status: 'delivered';
      readonly recipient: string;
      readonly host: string;
      readonly reply: Reply;
      readonly protection: Protection;
    }
  | {
      /** It will not be taken: tell the sender. */
      readonly status: 'refused';
      readonly recipient: string;
      readonly reason: Reason;
      readonly host?: string;
      readonly reply?: Reply;
      /** The bounce of a message with REQUIRETLS has rules of its own (RFC 8689 §5). */
      readonly bounce?: RequireTlsBounce;
    }
  | {
      /** It was not taken now: try again. */
      readonly status: 'deferred';
      readonly recipient: string;
      readonly reason: Reason;
      /** Not earlier than this. */
      readonly notBefore: EpochMilliseconds;
      readonly host?: string;
      readonly reply?: Reply;
      readonly fault?: Fault;
    }
  | {
      /** The connection broke before the verdict: another try may make a second copy (RFC 5321 §4.5.4.1). */
      readonly status: 'uncertain';
      readonly recipient: string;
      readonly reason: Reason;
      readonly host: string;
      readonly fault: Fault;
    };

/** One connection that was tried. */
export interface DeliveryAttempt {
  readonly host: string;
  readonly endpoint: Endpoint;
  readonly method: Method;
  /** As in `Attempt` of `@postern/pool`: `granted` means that it was used. */
  readonly outcome: Outcome;
  readonly origin: 'dialled' | 'reused';
  readonly reason: Reason | undefined;
  readonly fault: Fault | undefined;
  /** How long it took. */
  readonly ms: Milliseconds | undefined;
}

/** What was done for one domain. */
export interface DomainDelivery {
  readonly domain: string;
  readonly plan: DeliveryPlan;
  /** Every connection that was tried, in order. */
  readonly attempts: readonly DeliveryAttempt[];
}

/** What became of a message. */
export interface Delivered {
  /** One result for each recipient, in the order of the message. */
  readonly recipients: readonly DeliveryResult[];
  /** What was done, by domain. */
  readonly domains: readonly DomainDelivery[];
}
