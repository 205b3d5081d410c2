import type { Reason } from '@postern/wire';

/**
 * What a probe concluded about an endpoint.
 *
 * `works`: TLS was established, the certificate accepted, and the protocol answered inside. `works-unverified`: the same,
 * but the caller did not demand a valid certificate and it is none. `refused`: the other side, or our own policy, ended
 * it. `silent`: nothing came back within our limit. `could-not-tell`: a DNS failure or the own network was in the way.
 */
export type Verdict = 'works' | 'works-unverified' | 'refused' | 'silent' | 'could-not-tell';

/** A reason code, or `none` where there is nothing to explain because the endpoint works. */
export type ReportReason = Reason | 'none';

const silent: ReadonlySet<string> = new Set<Reason>([
  'timeout-connect',
  'timeout-greeting',
  'timeout-starttls-reply',
  'timeout-tls-handshake',
  'timeout-reply',
]);

// What says something about the way there and nothing about the endpoint.
const unknown: ReadonlySet<string> = new Set<Reason>([
  'ad-untrusted',
  'unreachable',
  'prohibited',
  'local-block',
  'connect-failed',
  'sts-timeout',
]);

/**
 * The verdict that a reason stands for.
 *
 * @param options - `unverified: true` where the caller did not demand a valid certificate and the dialogue went on: a
 * certificate reason then yields `works-unverified`. Default `false`: such a certificate is a refusal.
 *
 * @example
 * ```ts run
 * import { verdictOf } from '@postern/probe/report';
 * console.log(verdictOf('timeout-connect')); // silent
 * console.log(verdictOf('cert-expired')); // refused
 * console.log(verdictOf('cert-expired', { unverified: true })); // works-unverified
 * ```
 */
export function verdictOf(reason: ReportReason, options: { readonly unverified?: boolean } = {}): Verdict {
  if (reason === 'none') return 'works';
  if (silent.has(reason)) return 'silent';
  if (unknown.has(reason) || reason.startsWith('dns-')) return 'could-not-tell';
  const certificate = reason.startsWith('cert-') || reason === 'dane-mismatch' || reason === 'tlsa-unusable';
  return certificate && options.unverified === true ? 'works-unverified' : 'refused';
}
