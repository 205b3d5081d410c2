import type { Clock, Endpoint, Instant, Milliseconds, TlsRequest } from '@postern/wire';
import type { RecordType } from '../records.ts';
import type { DnsFailure } from '../failure.ts';

/** A recursive resolver that can be asked. */
export interface DnsServer extends Endpoint {
  /**
   * Declares that it validates and that nobody can change what it says on the way: it runs on this machine, or the path is
   * protected (RFC 6840 §5.8). Default `false`.
   */
  readonly trusted?: boolean;
  /**
   * Asks over TLS and in no other way (RFC 7858 §3; its port is 853): what the handshake demands of the server. Where the
   * server is `trusted`, one that does not prove who it is counts as unreachable.
   */
  readonly tls?: TlsRequest;
}

/** How long a server that did not answer is asked last. Ours: long enough to help, short enough to find it mended. */
const PENALTY: Milliseconds = 30_000;
/** RFC 2308 §7.1 allows five minutes; ours is shorter, since a mail program's user is waiting. */
const FAILURE_MEMORY: Milliseconds = 30_000;
/** Taken off by chance, so that many resolvers do not all ask again at one moment. */
const JITTER = 0.2;
/** Failures kept per server; the oldest goes first. */
const MAX_FAILURES = 1000;

/** A failure a server answered with, remembered for a while. */
export interface RememberedFailure {
  readonly reason: DnsFailure;
  readonly code: string;
  readonly extendedErrors: readonly { readonly code: number; readonly text: string }[];
}

/** One server of the list, with what was learnt about it. */
export interface Server {
  readonly endpoint: Endpoint;
  /** As configured. */
  readonly configured: DnsServer;
  /** It let a try run out: it is asked last for a while. */
  noteSilence(now: Instant): void;
  /** It answered something. */
  noteAnswer(): void;
  /** When its penalty ends; in the past for a good one. */
  readonly avoidUntil: Instant;
  /** Remembers a failure for a name and type (RFC 2308 §7). Silence is never remembered this way. */
  noteFailure(name: string, type: RecordType, failure: RememberedFailure): void;
  /** The failure that is still remembered. */
  failure(name: string, type: RecordType): RememberedFailure | undefined;
}

/** Makes the record of a server. `random` gives numbers from 0 to below 1. */
export function server(configured: DnsServer, clock: Clock, random: () => number): Server {
  const failures = new Map<string, { readonly failure: RememberedFailure; readonly until: Instant }>();
  const jittered = (duration: Milliseconds): Milliseconds => duration * (1 - JITTER * random());
  let avoidUntil = Number.NEGATIVE_INFINITY;
  const { address, port } = configured;
  return {
    endpoint: { address, port },
    configured,
    get avoidUntil() {
      return avoidUntil;
    },
    noteSilence(now) {
      avoidUntil = now + jittered(PENALTY);
    },
    noteAnswer() {
      avoidUntil = Number.NEGATIVE_INFINITY;
    },
    noteFailure(name, type, failure) {
      const key = `${name} ${type}`;
      failures.delete(key);
      failures.set(key, { failure, until: clock.now() + jittered(FAILURE_MEMORY) });
      for (const oldest of failures.keys()) {
        if (failures.size <= MAX_FAILURES) break;
        failures.delete(oldest);
      }
    },
    failure(name, type) {
      const key = `${name} ${type}`;
      const entry = failures.get(key);
      if (entry === undefined || entry.until > clock.now()) return entry?.failure;
      failures.delete(key);
      return undefined;
    },
  };
}

/**
 * The server for the next try: the one this question has tried least, of those not under a penalty first, in the order of
 * the list. With every server under a penalty, the one whose penalty ends first.
 */
export function nextServer(
  servers: readonly Server[],
  tried: ReadonlyMap<Server, number>,
  now: Instant,
): Server | undefined {
  let best: Server | undefined;
  let bestRank: readonly [number, number] = [0, 0];
  for (const candidate of servers) {
    const rank = [tried.get(candidate) ?? 0, Math.max(candidate.avoidUntil, now)] as const;
    if (best !== undefined && (rank[0] - bestRank[0] || rank[1] - bestRank[1]) >= 0) continue;
    best = candidate;
    bestRank = rank;
  }
  return best;
}
