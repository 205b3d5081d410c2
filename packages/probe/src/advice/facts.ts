import type { Method, Protocol, ServiceEndpoint } from '../report/endpoint.ts';
import type { ClientId } from '../report/account-report.ts';

/**
 * What else was seen around an endpoint; it changes what a reason means.
 *
 * `elsewhere-works`: another port of the same service works. `everything-silent`: no port of any host answers.
 * `only-port-25`: nothing but port 25 is silent. `mail-exchanger`: the endpoint takes mail for a domain, so no mail program
 * is to be set up and the operator is addressed.
 */
export type Scene = 'elsewhere-works' | 'everything-silent' | 'only-port-25' | 'mail-exchanger';

/**
 * What is known about a case, to fill the sentences of its explanation. Everything is optional: a sentence that needs
 * an unknown fact is left out or speaks in general. Texts may come from the peer; they are escaped and shortened.
 */
export interface Facts {
  /** What is spoken at the endpoint. */
  readonly protocol?: Protocol;
  /** Host name or IP literal. */
  readonly host?: string;
  /** TCP port. */
  readonly port?: number;
  /** How TLS was begun. */
  readonly method?: Method;
  /** The mail domain. */
  readonly domain?: string;
  /** Endpoints of the same service that work, best first. */
  readonly works?: readonly ServiceEndpoint[];
  /** Endpoints that were tried and do not work: they are not recommended. */
  readonly fails?: readonly ServiceEndpoint[];
  /** What was seen around it. Default: told from `protocol` and `works`. */
  readonly scene?: Scene;
  /** How long was waited, in milliseconds. */
  readonly waitedMs?: number;
  /** The names that the certificate holds. */
  readonly names?: readonly string[];
  /**
   * The name to type as server. Only for a name that was checked to be the same provider: whoever intercepts a
   * connection presents names too.
   */
  readonly name?: string;
  /** The issuer of the certificate. */
  readonly issuer?: string;
  /** The date on which the certificate begins or ends, ISO 8601. */
  readonly date?: string;
  /** The protocol that was recognised in place of the expected one. */
  readonly seen?: string;
  /** The reply that decided. */
  readonly reply?: string;
  /** Speak the words of this mail program in place of the neutral ones. */
  readonly client?: ClientId;
}
