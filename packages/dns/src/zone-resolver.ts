import type { Records, RecordType } from './records.ts';
import { dnsError } from './failure.ts';
import { MAX_ALIASES, questionName } from './resolver.ts';
import type { DnsAnswer, QueryOptions, Resolver } from './resolver.ts';
import { parseZone } from './zone/zone-file.ts';
import { indexZone, recordsOf } from './zone/zone-lookup.ts';
import { failureLookup, signedLookup } from './zone/zone-options.ts';
import type { ZoneOptions } from './zone/zone-options.ts';

/** Options of {@link zoneResolver}. */
export interface ZoneResolverOptions extends ZoneOptions {
  /** Whether answers count as coming from a trusted resolver. Default `true`: the text is in the caller's own hands. */
  readonly trusted?: boolean;
}

/**
 * A resolver that answers from master-file text (RFC 1035 §5), for tests, labs and documentation. Aliases are followed,
 * wildcards work, names between existing ones exist without data. Several domains may stand in one text; the TTL of an
 * absence is that of the closest SOA, and 0 without one (RFC 2308 §5).
 *
 * Throws a `UsageError` that names the line where the text is wrong.
 *
 * @example
 * ```ts
 * import { zoneResolver } from '@postern/dns';
 *
 * const resolver = zoneResolver(`
 *   $ORIGIN example.test.
 *   @    MX 10 mx1
 *   mx1  A  192.0.2.1
 * `);
 * const answer = await resolver.query('example.test', 'MX');
 * // { status: 'records', records: [{ preference: 10, exchange: 'mx1.example.test' }], canonical: 'example.test', … }
 * ```
 */
export function zoneResolver(zone: string, options?: ZoneResolverOptions): Resolver {
  const index = indexZone(parseZone(zone, options));
  const failure = failureLookup(options?.failures);
  const signed = signedLookup(options?.authenticated);
  const trusted = options?.trusted ?? true;

  function look<K extends RecordType>(start: string, type: K): DnsAnswer<Records[K]> {
    const seen = new Set<string>();
    let name = start;
    let authenticated = true;
    let ttl = Number.POSITIVE_INFINITY;
    for (;;) {
      seen.add(name);
      const reason = failure(name, type);
      if (reason !== undefined) throw dnsError(reason, { evidence: { code: 'zone' } });
      authenticated &&= signed(name);
      const node = index.node(name);
      const records = node.status === 'node' ? recordsOf(node.records, type) : [];
      const [alias] = node.status === 'node' ? recordsOf(node.records, 'CNAME') : [];
      if (records.length > 0) {
        for (const record of records) ttl = Math.min(ttl, record.ttl);
        const marks = { authenticated, trusted, canonical: name, ttl: ttl * 1000 };
        return { status: 'records', records: records.map((record) => record.data), ...marks };
      }
      if (alias === undefined) {
        const soa = index.soa(name);
        ttl = Math.min(ttl, soa ? Math.min(soa.ttl, soa.data.minimum) : 0);
        const status = node.status === 'node' ? 'no-data' : 'no-such-domain';
        return { status, authenticated, trusted, canonical: name, ttl: ttl * 1000 };
      }
      if (seen.has(alias.data) || seen.size > MAX_ALIASES) {
        throw dnsError('dns-cname-loop', { evidence: { rule: 'RFC 1034 §3.6.2' } });
      }
      ttl = Math.min(ttl, alias.ttl);
      name = alias.data;
    }
  }

  return {
    // Asynchronous also where it fails at once: whoever awaits it sees one behaviour.
    async query<K extends RecordType>(
      name: string,
      type: K,
      queryOptions?: QueryOptions,
    ): Promise<DnsAnswer<Records[K]>> {
      if (queryOptions?.signal?.aborted) throw queryOptions.signal.reason;
      return look(questionName(name, type), type);
    },
  };
}
