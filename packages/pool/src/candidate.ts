import { UsageError } from '@postern/wire';
import type { Endpoint } from '@postern/wire';
import { checkPortMethod } from './port-method.ts';

/** One way to reach a destination: an address, a port, and the method that is spoken there. */
export interface Candidate {
  readonly endpoint: Endpoint;
  /** What `open` will do there, in the caller's words, such as `implicit-tls` or `starttls`. The pool only compares it. */
  readonly method: string;
  /** The caller's preference: lower is tried earlier. Equal ranks keep their order, address families interleaved. */
  readonly rank: number;
  /** The provider this endpoint belongs to, for `limits.perGroup`: a domain, a network. Default: none. */
  readonly group?: string;
  /**
   * Whether method and port may contradict each other: `implicit-tls` on 25, 587, 143 or 110, `starttls` or `plaintext` on 465, 993
   * or 995. Default `registered`: such a candidate is a `UsageError`. `deliberate`: it is meant, as where a server announces it.
   */
  readonly pairing?: 'registered' | 'deliberate';
}

/** Entries of a candidate list that are looked at; a list comes from DNS, so its length is the peer's choice. */
const MOST_READ = 1024;

/** Candidates of one destination that are tried, the best of those read. */
export const MOST_TRIED = 64;

/** Checks one candidate; throws {@link UsageError}, because only the caller's own code can have made it. */
function checkCandidate(candidate: unknown): asserts candidate is Candidate {
  const rule = 'a candidate is { endpoint: { address, port 1 to 65535 }, method, rank }';
  if (typeof candidate !== 'object' || candidate === null) {
    throw new UsageError('a candidate is not an object', rule);
  }
  const { endpoint, method, rank, group, pairing } = candidate as Partial<Candidate>;
  if (typeof method !== 'string') throw new UsageError('the method of a candidate is not a text', rule);
  if (typeof rank !== 'number' || Number.isNaN(rank)) {
    throw new UsageError('the rank of a candidate is not a number', rule);
  }
  if (group !== undefined && typeof group !== 'string') {
    throw new UsageError('the group of a candidate is not a text', rule);
  }
  if (pairing !== undefined && pairing !== 'registered' && pairing !== 'deliberate') {
    throw new UsageError('the pairing of a candidate is neither registered nor deliberate', rule);
  }
  checkEndpoint(endpoint);
  checkPortMethod(candidate as Candidate);
}

/** Checks one endpoint; whether the address is an IP literal is for the network to say. */
export function checkEndpoint(endpoint: unknown): asserts endpoint is Endpoint {
  const rule = 'an endpoint is { address, port 1 to 65535 }';
  if (typeof endpoint !== 'object' || endpoint === null) {
    throw new UsageError('an endpoint is not an object', rule);
  }
  const { address, port } = endpoint as Partial<Endpoint>;
  if (typeof address !== 'string' || address === '') {
    throw new UsageError('the address of an endpoint is not a text', rule);
  }
  if (typeof port !== 'number' || !Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new UsageError(`the port of an endpoint is not a port: ${String(port)}`, rule);
  }
}

/**
 * Puts candidates into the order in which they are dialled: those that `postpone` names last; then by rank; then, within
 * a rank, address families in turn (RFC 8305 §4, First Address Family Count 1), beginning with the family that the
 * caller put first, because sorting by RFC 6724 is the resolver's business. Repeated candidates count once, at their
 * best place.
 */
export function orderCandidates(
  candidates: readonly Candidate[],
  postpone: (candidate: Candidate) => boolean,
): Candidate[] {
  if (!Array.isArray(candidates)) {
    throw new UsageError(
      'candidates did not resolve to an array',
      'candidates resolves to an array of candidates',
    );
  }
  const [only] = candidates;
  if (only !== undefined && candidates.length === 1) {
    checkCandidate(only);
    postpone(only);
    return [only];
  }
  const places: Place[] = [];
  const seen = new Set<string>();
  // By index and not by iteration: the holes of a sparse array are to be refused, and an iterator might never end.
  for (let index = 0; index < Math.min(candidates.length, MOST_READ); index += 1) {
    const candidate: unknown = candidates[index];
    checkCandidate(candidate);
    places.push({ candidate, postponed: postpone(candidate) });
  }
  // The sort is stable, so the caller's order decides between equals.
  places.sort(
    (a, b) => Number(a.postponed) - Number(b.postponed) || compare(a.candidate.rank, b.candidate.rank),
  );
  const ordered: Candidate[] = [];
  let group: Candidate[] = [];
  let previous: Place | undefined;
  for (const place of places) {
    const { endpoint, method, rank } = place.candidate;
    const name = `${endpoint.address} ${endpoint.port} ${method}`;
    if (seen.has(name)) continue;
    seen.add(name);
    if (previous && (previous.candidate.rank !== rank || previous.postponed !== place.postponed)) {
      interleave(group, ordered);
      group = [];
    }
    group.push(place.candidate);
    previous = place;
  }
  interleave(group, ordered);
  return ordered.slice(0, MOST_TRIED);
}

interface Place {
  readonly candidate: Candidate;
  readonly postponed: boolean;
}

/** Infinite ranks are allowed, so a subtraction would not do: Infinity − Infinity is NaN. */
function compare(a: number, b: number): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function isV6(candidate: Candidate): boolean {
  return candidate.endpoint.address.includes(':');
}

/** RFC 8305 §4: the families in turn, each in its given order, beginning with the family of the first one. */
function interleave(group: readonly Candidate[], into: Candidate[]): void {
  const first = group[0];
  if (!first || group.length === 1) {
    into.push(...group);
    return;
  }
  const same = group.filter((candidate) => isV6(candidate) === isV6(first));
  const other = group.filter((candidate) => isV6(candidate) !== isV6(first));
  for (let index = 0; index < Math.max(same.length, other.length); index += 1) {
    const one = same[index];
    const two = other[index];
    if (one) into.push(one);
    if (two) into.push(two);
  }
}
