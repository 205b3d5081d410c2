import { UsageError } from '@postern/wire';
import type { Clock, Endpoint, Milliseconds, TlsSession, TlsSessions } from '@postern/wire';
import { termsKey } from './terms.ts';
import type { Terms } from './terms.ts';

/** Options of {@link sessionCache}. */
export interface SessionCacheOptions {
  readonly clock: Clock;
  /** Servers whose sessions are kept; the one heard of longest ago goes first. Default 10,000. */
  readonly limit?: number;
  /** How long a session is offered. Default 2 h: RFC 8446 §4.6.1 allows seven days, servers change keys far more often. */
  readonly age?: Milliseconds;
}

/** TLS sessions by the terms under which they were made. */
export interface SessionCache {
  /**
   * The sessions for a request, by everything that must be the same: the terms, the endpoint, the protocols of ALPN. The `host` of
   * the terms is the name of the request.
   */
  sessionsFor(terms: Terms, endpoint: Endpoint, alpn?: readonly string[]): TlsSessions;
  /** Forgets all sessions: the next handshake of each destination is a full one. */
  clear(): void;
}

interface Kept {
  readonly session: TlsSession;
  readonly until: number;
}

/**
 * Keeps TLS sessions so that a second connection saves a round trip and most of the computing. A session is offered under the very
 * terms it was made under, and only then: a resumed handshake shows no certificate, so whatever was accepted once would be
 * accepted again by somebody stricter.
 *
 * @example
 * ```ts
 * import { sessionCache } from '@postern/pool';
 * import type { Terms } from '@postern/pool';
 * import { systemClock } from '@postern/wire/node';
 *
 * const cache = sessionCache({ clock: systemClock() });
 * const terms: Terms = {
 *   protocol: 'smtp', host: 'mx.example.org', policy: 'authenticated mx.example.org',
 *   authorities: undefined, identity: undefined, login: undefined,
 * };
 * const sessions = cache.sessionsFor(terms, { address: '192.0.2.1', port: 465 }); // for a TlsRequest
 * ```
 */
export function sessionCache(options: SessionCacheOptions): SessionCache {
  const { clock, limit = 10_000, age = 7_200_000 } = options;
  if (!Number.isInteger(limit) || limit < 1) {
    throw new UsageError(`limit is ${String(limit)}`, 'a cache keeps at least one session');
  }
  if (!Number.isFinite(age) || age <= 0) {
    throw new UsageError(`age is ${String(age)}`, 'durations are positive, finite numbers of milliseconds');
  }
  const kept = new Map<string, Kept>();
  return {
    sessionsFor(terms, { address, port }, alpn = []) {
      const key = termsKey(JSON.stringify([address, port, alpn]), terms);
      return {
        offer() {
          const known = kept.get(key);
          if (known && clock.now() < known.until) return known.session;
          kept.delete(key);
          return undefined;
        },
        store(session) {
          kept.delete(key);
          kept.set(key, { session, until: clock.now() + age });
          if (kept.size <= limit) return;
          const [oldest] = kept.keys();
          if (oldest !== undefined) kept.delete(oldest);
        },
        drop(session) {
          if (kept.get(key)?.session === session) kept.delete(key);
        },
      };
    },
    clear() {
      kept.clear();
    },
  };
}
