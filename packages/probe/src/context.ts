import type { Facts, Scene } from './advice/facts.ts';
import { defaultPort } from './report/endpoint.ts';
import type { ServiceEndpoint } from './report/endpoint.ts';
import type { ProbeReport } from './report/probe-report.ts';

/** What a decision needs of a probe. A whole {@link ProbeReport} fits. */
export type EndpointResult = Pick<ProbeReport, 'endpoint' | 'verdict' | 'reason'> &
  Partial<
    Pick<
      ProbeReport,
      'attempts' | 'capabilities' | 'certificate' | 'connectTo' | 'evidence' | 'serverName' | 'waitedMs'
    >
  >;

function isIncoming({ protocol }: ServiceEndpoint): boolean {
  return protocol === 'imap' || protocol === 'pop3';
}

/** Receiving or sending; MX hosts serve neither. */
function sameService(a: ServiceEndpoint, b: ServiceEndpoint): boolean {
  if (a.protocol === 'smtp' || b.protocol === 'smtp') return false;
  return isIncoming(a) === isIncoming(b);
}

/** How far an alternative is from what the reader had in mind: another protocol is further than another host or method. */
function farness(from: ServiceEndpoint, to: ServiceEndpoint): number {
  return (
    (from.protocol === to.protocol ? 0 : 8) +
    (from.host === to.host ? 0 : 4) +
    (to.port === defaultPort(to.protocol, to.method) ? 0 : 2) +
    (to.method === 'implicit-tls' ? 0 : 1)
  );
}

/** What the silence around a silent port says about it. */
function sceneOf(result: EndpointResult, results: readonly EndpointResult[]): Scene | undefined {
  if (result.reason !== 'timeout-connect') return undefined;
  // A guessed name that does not exist was never dialled and says nothing about the network.
  const dialled = results.filter(({ reason }) => !reason.startsWith('dns-'));
  const ports = new Set(dialled.map(({ endpoint }) => endpoint.port));
  if (ports.size > 1 && dialled.every(({ reason }) => reason === 'timeout-connect'))
    return 'everything-silent';
  const silent = dialled.filter(({ reason }) => reason === 'timeout-connect');
  return dialled.length > silent.length && silent.every(({ endpoint }) => endpoint.port === 25)
    ? 'only-port-25'
    : undefined;
}

/** The name that decided: the one looked up, or the one that the certificate was checked for. */
function hostOf({ endpoint, reason, connectTo, serverName }: EndpointResult): string {
  return (reason.startsWith('dns-') ? connectTo : serverName) ?? endpoint.host;
}

/** The same port by the other method, where a second look saw that it works and no probe of its own tells. */
function byOtherMethod(
  { endpoint, attempts = [] }: EndpointResult,
  known: readonly ServiceEndpoint[],
): readonly ServiceEndpoint[] {
  const { protocol, host } = endpoint;
  const seen = attempts.find(({ method, verdict }) => verdict === 'works' && method !== endpoint.method);
  if (!seen) return [];
  const { port, method } = seen;
  const told = known.some((other) => other.host === host && other.port === port && other.method === method);
  return told ? [] : [{ protocol, host, port, method }];
}

function dateOf({ reason, certificate }: EndpointResult): string | undefined {
  if (reason === 'cert-expired') return certificate?.validTo;
  return reason === 'cert-not-yet-valid' ? certificate?.validFrom : undefined;
}

/**
 * Gathers the facts that make the explanation of one result concrete: what else works, what the silence of the others
 * means, how long was waited, what the certificate holds.
 *
 * @example
 * ```ts
 * import { explain, factsAround } from '@postern/probe';
 * import type { EndpointResult } from '@postern/probe';
 *
 * export function summaries(results: readonly EndpointResult[]): string[] {
 *   return results.map((result) => explain(result.reason, { facts: factsAround(result, results) }).summary);
 * }
 * ```
 */
export function factsAround(result: EndpointResult, results: readonly EndpointResult[]): Facts {
  const { endpoint, certificate, evidence, waitedMs } = result;
  const others = results
    .filter(({ verdict, endpoint: other }) => verdict === 'works' && sameService(endpoint, other))
    .map(({ endpoint: other }) => other)
    .filter((other) => other.method !== 'plaintext' && other !== endpoint);
  const works = [...others, ...byOtherMethod(result, others)].toSorted(
    (a, b) => farness(endpoint, a) - farness(endpoint, b),
  );
  const scene = sceneOf(result, results);
  const date = dateOf(result);
  return {
    ...endpoint,
    host: hostOf(result),
    works,
    fails: results.filter(({ verdict }) => verdict !== 'works').map(({ endpoint: other }) => other),
    ...(scene && { scene }),
    ...(waitedMs !== undefined && { waitedMs }),
    ...(certificate && { names: certificate.names, issuer: certificate.issuer }),
    ...(date !== undefined && { date }),
    ...(evidence?.protocol !== undefined && { seen: evidence.protocol }),
    ...(evidence?.reply !== undefined && { reply: evidence.reply }),
  };
}
