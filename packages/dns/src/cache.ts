import { sharedTasks, UsageError } from '@postern/wire';
import type { Clock, Instant, Milliseconds } from '@postern/wire';
import { parentName } from './name.ts';
import { typeNumbers } from './records.ts';
import type { Records, RecordType } from './records.ts';
import { isSecure, questionName } from './resolver.ts';
import type { DnsAnswer, Resolver } from './resolver.ts';

/** Options of {@link cachedResolver}. */
export interface CacheOptions {
  /** Measures ages. */
  readonly clock: Clock;
  /** Answers kept; the one unused for longest goes first. Default 10 000. */
  readonly maxEntries?: number;
  /**
   * Memory for them, in octets, roughly; the one unused for longest goes first. Default 16 MiB: room for 10 000 ordinary
   * answers, while one answer of a stranger can have 64 KiB.
   */
  readonly maxOctets?: number;
  /** Answers with records are kept at least this long. Default 0: what a domain says holds. */
  readonly minTtl?: Milliseconds;
  /** Answers with records are kept at most this long. Default one day. */
  readonly maxTtl?: Milliseconds;
  /** Absences are kept at most this long. Default 3 h: RFC 2308 §5 finds one to three good and more than a day bad. */
  readonly maxNegativeTtl?: Milliseconds;
}

type AnyAnswer = DnsAnswer<Records[RecordType]>;

const types: readonly string[] = Object.keys(typeNumbers);

interface Entry {
  readonly answer: AnyAnswer;
  readonly octets: number;
  readonly expires: Instant;
}

/**
 * Puts a cache before a resolver. Answers are kept for their TTL, absences for theirs (RFC 2308 §5), failures never; the
 * `ttl` of an answer from the cache is what is left of it. Questions asked again while the first is under way share its
 * answer, so a thousand callers cost one query.
 *
 * That a name does not exist holds for all its types, and, where the answer is secure, for everything below it
 * (RFC 8020 §2). A denial that contradicts what is known of the name, and is not secure, holds for its type alone. Nothing stale is
 * ever served.
 *
 * Abort affects only the caller that aborts; the shared query ends when the last one has left. Throws a `UsageError` for sizes and
 * ages that are none.
 *
 * @example
 * ```ts
 * import { cachedResolver, zoneResolver } from '@postern/dns';
 * import type { Clock } from '@postern/wire';
 *
 * const make = (clock: Clock) => cachedResolver(zoneResolver('mx.example.test. 300 A 192.0.2.1'), { clock });
 * ```
 */
export function cachedResolver(resolver: Resolver, options: CacheOptions): Resolver {
  const {
    clock,
    maxEntries = 10_000,
    maxOctets = 16 * 1024 * 1024,
    minTtl = 0,
    maxTtl = 86_400_000,
    maxNegativeTtl = 10_800_000,
  } = options;
  for (const [name, value] of Object.entries({ maxEntries, maxOctets, minTtl, maxTtl, maxNegativeTtl })) {
    // With a NaN among the ages an answer would be kept for ever.
    if (!(value >= 0)) throw new UsageError(`${name} is ${String(value)}`, 'sizes and ages are at least 0');
  }
  const entries = new Map<string, Entry>();
  const share = sharedTasks<AnyAnswer>();
  let octets = 0;

  function drop(key: string): void {
    octets -= entries.get(key)?.octets ?? 0;
    entries.delete(key);
  }

  function fresh(key: string): AnyAnswer | undefined {
    const entry = entries.get(key);
    if (entry === undefined) return undefined;
    const ttl = entry.expires - clock.now();
    if (ttl <= 0) {
      drop(key);
      return undefined;
    }
    // Back in at the end: the order of a Map is then the order of use.
    entries.delete(key);
    entries.set(key, entry);
    return { ...entry.answer, ttl };
  }

  function keep(key: string, answer: AnyAnswer): void {
    const positive = answer.status === 'records';
    const ttl = Math.min(
      positive ? Math.max(answer.ttl, minTtl) : answer.ttl,
      positive ? maxTtl : maxNegativeTtl,
    );
    const size = sizeOf(answer) + 2 * key.length;
    if (ttl <= 0 || size > maxOctets) return;
    drop(key);
    entries.set(key, { answer, octets: size, expires: clock.now() + ttl });
    octets += size;
    for (const oldest of entries.keys()) {
      if (entries.size <= maxEntries && octets <= maxOctets) break;
      drop(oldest);
    }
  }

  function find(name: string, type: RecordType): AnyAnswer | undefined {
    const exact = fresh(`${name} ${type}`) ?? fresh(deniedKey(name));
    if (exact !== undefined) return exact;
    for (let above = parentName(name); above !== '.'; above = parentName(above)) {
      const denied = fresh(deniedKey(above));
      // RFC 8020 §2; only where nobody can have forged it.
      if (denied !== undefined && isSecure(denied)) return { ...denied, canonical: name };
    }
    return undefined;
  }

  function remember(name: string, type: RecordType, answer: AnyAnswer): void {
    keep(`${name} ${type}`, answer);
    // RFC 2308 §5: the name at the end of the chain is the one that is denied, for every type.
    const denied = deniedKey(answer.canonical);
    if (answer.status === 'no-such-domain') {
      if (isSecure(answer) || !exists(answer.canonical)) keep(denied, answer);
    } else {
      const before = entries.get(denied);
      if (before !== undefined && (isSecure(answer) || !isSecure(before.answer))) drop(denied);
    }
  }

  /**
   * Whether something is kept that a name has. Servers that know only some types deny the whole name for the others
   * (RFC 4074 §4.2): that must not take away the addresses it has.
   */
  function exists(name: string): boolean {
    return types.some((type) => {
      const entry = entries.get(`${name} ${type}`);
      return entry !== undefined && entry.answer.status !== 'no-such-domain' && entry.expires > clock.now();
    });
  }

  return {
    async query<K extends RecordType>(
      name: string,
      type: K,
      queryOptions?: { readonly signal?: AbortSignal },
    ): Promise<DnsAnswer<Records[K]>> {
      const signal = queryOptions?.signal;
      if (signal?.aborted) throw signal.reason;
      const question = questionName(name, type);
      const ask = async (stop: AbortSignal): Promise<AnyAnswer> => {
        const found: AnyAnswer = await resolver.query(question, type, { signal: stop });
        remember(question, type, found);
        return found;
      };
      const answer = find(question, type) ?? (await share(`${question} ${type}`, ask, { signal }));
      // The key holds the type, so what is kept under it has the records of that type.
      return answer as DnsAnswer<Records[K]>;
    },
  };
}

/** The key of a denied name; no question has it, for it names no type. */
function deniedKey(name: string): string {
  return `${name} *`;
}

/** About how much memory an answer takes: two octets a character, and what an object and its entry cost. */
function sizeOf(answer: AnyAnswer): number {
  const records = answer.status === 'records' ? answer.records : [];
  return records.reduce<number>((sum, record) => sum + recordSize(record), 200 + 2 * answer.canonical.length);
}

function recordSize(record: Records[RecordType]): number {
  if (typeof record === 'string') return 16 + 2 * record.length;
  let size = 64;
  for (const value of Object.values<string | number | Uint8Array>({ ...record })) {
    if (typeof value !== 'number') size += 2 * value.length;
  }
  return size;
}
