/**
 * What is spoken at an endpoint. `smtp` is the exchange between servers (MX hosts), `submission` the way a mail program
 * hands a message in (RFC 6409); they share a grammar and nothing else.
 */
export type Protocol = 'smtp' | 'submission' | 'imap' | 'pop3';

/** What a mail program is set up for; servers speak `smtp` among themselves. */
export type ClientProtocol = Exclude<Protocol, 'smtp'>;

/**
 * How TLS begins: from the first byte on a port of its own (RFC 8314 §3), by an upgrade after a greeting in the clear
 * (RFC 3207, RFC 2595, RFC 9051 §6.2.1), or not at all.
 */
export type Method = 'implicit-tls' | 'starttls' | 'plaintext';

/** The two methods that protect. */
export type TlsMethod = Exclude<Method, 'plaintext'>;

/** One place a mail program could be pointed at. */
export interface ServiceEndpoint {
  /** What is spoken there. */
  readonly protocol: Protocol;
  /** Host name in A-label form or IP literal, without brackets. */
  readonly host: string;
  /** TCP port, 1 to 65535. */
  readonly port: number;
  /** How TLS begins. */
  readonly method: Method;
}

/** Whether two are the same place, whatever else is known of each. */
export function sameEndpoint(one: ServiceEndpoint, other: ServiceEndpoint): boolean {
  return (
    one.protocol === other.protocol &&
    one.host === other.host &&
    one.port === other.port &&
    one.method === other.method
  );
}

/** An endpoint with TLS of either kind: what is probed and recommended. */
export interface TlsEndpoint extends ServiceEndpoint {
  /** How TLS begins; never not at all. */
  readonly method: TlsMethod;
}

const ports: Readonly<Record<Protocol, Readonly<Record<Method, number>>>> = {
  // 465 has no RFC for the exchange between servers; it is the historic `smtps`.
  smtp: { 'implicit-tls': 465, starttls: 25, plaintext: 25 },
  submission: { 'implicit-tls': 465, starttls: 587, plaintext: 587 },
  imap: { 'implicit-tls': 993, starttls: 143, plaintext: 143 },
  pop3: { 'implicit-tls': 995, starttls: 110, plaintext: 110 },
};

/**
 * The registered port of a protocol and method (RFC 8314 §7.3, RFC 6409 §3.1, RFC 9051 §2.1, RFC 1939 §3).
 *
 * @example
 * ```ts run
 * import { defaultPort } from '@postern/probe/report';
 * console.log(defaultPort('submission', 'starttls')); // 587
 * ```
 */
export function defaultPort(protocol: Protocol, method: Method): number {
  return ports[protocol][method];
}
