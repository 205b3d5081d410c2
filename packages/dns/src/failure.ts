import { WireError } from '@postern/wire';
import type { Evidence, Fault, Reason } from '@postern/wire';

/** The reasons with which a look-up can fail. */
export type DnsFailure = Extract<
  Reason,
  | 'dns-servfail'
  | 'dns-bogus'
  | 'dns-refused'
  | 'dns-formerr'
  | 'dns-notimp'
  | 'dns-unreachable'
  | 'dns-timeout'
  | 'dns-malformed'
  | 'dns-cname-loop'
  | 'dns-bad-name'
>;

/** A failure as an error to throw. */
export function dnsError(
  reason: DnsFailure,
  details?: Partial<Pick<Fault, 'after' | 'limit' | 'endpoint'>> & {
    readonly evidence?: Evidence;
    readonly cause?: unknown;
  },
): WireError {
  const { after = 0, limit, endpoint, evidence, cause } = details ?? {};
  const fault: Fault = {
    kind: 'dns',
    reason,
    phase: 'dns',
    after,
    ...(limit === undefined ? {} : { limit }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(evidence === undefined ? {} : { evidence }),
  };
  return new WireError(fault, cause === undefined ? undefined : { cause });
}

/** Failures from the least telling to the most telling: what a server said counts more than silence. */
const eloquence: readonly string[] = [
  'dns-unreachable',
  'dns-timeout',
  'dns-malformed',
  'dns-notimp',
  'dns-formerr',
  'dns-refused',
  'dns-servfail',
  'dns-cname-loop',
  'dns-bogus',
] satisfies readonly DnsFailure[];

/** The failure that says most; of equal ones the last, which is the freshest. */
export function mostTelling(failures: readonly WireError[]): WireError | undefined {
  const rank = ({ code }: WireError): number => eloquence.indexOf(code);
  return failures.reduce<WireError | undefined>(
    (best, next) => (best !== undefined && rank(next) < rank(best) ? best : next),
    undefined,
  );
}

/**
 * Whether the question may be answered later (RFC 5321 §5.1): all failures are of that kind, but for a name that nobody
 * can ask for.
 */
export function isTemporary(failure: Pick<Fault, 'reason'>): boolean {
  return failure.reason !== 'dns-bad-name';
}
