import { virtualClock } from '@postern/wire/testing';
import type { VirtualClock } from '@postern/wire/testing';
import { describe, expect, it } from 'vitest';
import { cachedResolver } from './cache.ts';
import type { CacheOptions } from './cache.ts';
import type { Resolver } from './resolver.ts';
import { zoneResolver } from './zone-resolver.ts';
import type { ZoneResolverOptions } from './zone-resolver.ts';

/** A cache before a zone, and the questions that got through to it. */
function scene(
  zone: string,
  options?: ZoneResolverOptions & Partial<CacheOptions>,
): { clock: VirtualClock; cache: Resolver; asked: string[] } {
  const clock = virtualClock();
  const inner = zoneResolver(zone, options);
  const asked: string[] = [];
  const counted: Resolver = {
    query(name, type, queryOptions) {
      asked.push(`${name} ${type}`);
      return inner.query(name, type, queryOptions);
    },
  };
  return { clock, asked, cache: cachedResolver(counted, { clock, ...options }) };
}

const soa = 'test. 600 SOA ns.test. admin.test. 1 2 3 4 60\n';

describe('what is kept', () => {
  it('DNS-054 keeps an answer until exactly its TTL', async () => {
    const { clock, cache, asked } = scene('a.test. 60 A 192.0.2.1');
    await cache.query('a.test', 'A');
    await clock.advance(59_900);
    expect(await cache.query('A.Test.', 'A')).toMatchObject({ records: ['192.0.2.1'], ttl: 100 });
    expect(asked.length).toBe(1);
    await clock.advance(100);
    await cache.query('a.test', 'A');
    expect(asked.length).toBe(2);
  });

  it('DNS-050 keeps an alias and its end for the shorter of both', async () => {
    const { clock, cache, asked } = scene('a.test. 30 CNAME b.test.\nb.test. 300 A 192.0.2.1');
    expect(await cache.query('a.test', 'A')).toMatchObject({ ttl: 30_000 });
    await clock.advance(29_999);
    await cache.query('a.test', 'A');
    expect(asked.length).toBe(1);
    await clock.advance(1);
    await cache.query('a.test', 'A');
    expect(asked.length).toBe(2);
  });

  it('DNS-050 keeps nothing for TTL 0, longer than a day, or against the options', async () => {
    const zone = 'zero.test. 0 A 192.0.2.1\nlong.test. 4w A 192.0.2.2';
    const { clock, cache, asked } = scene(zone);
    await cache.query('zero.test', 'A');
    await cache.query('zero.test', 'A');
    expect(asked.length).toBe(2);
    await cache.query('long.test', 'A');
    await clock.advance(86_400_000);
    await cache.query('long.test', 'A');
    expect(asked.length).toBe(4);
    const floor = scene(zone, { minTtl: 5000 });
    await floor.cache.query('zero.test', 'A');
    await floor.clock.advance(4999);
    await floor.cache.query('zero.test', 'A');
    expect(floor.asked.length).toBe(1);
  });

  it('DNS-051 keeps an absence for the lesser of SOA TTL and MINIMUM, at most three hours', async () => {
    const { clock, cache, asked } = scene(`${soa}a.test. A 192.0.2.1`);
    expect(await cache.query('a.test', 'AAAA')).toMatchObject({ status: 'no-data', ttl: 60_000 });
    await clock.advance(59_999);
    await cache.query('a.test', 'AAAA');
    expect(asked.length).toBe(1);
    await clock.advance(1);
    await cache.query('a.test', 'AAAA');
    expect(asked.length).toBe(2);
    const long = scene('test. 90000 SOA ns.test. admin.test. 1 2 3 4 90000');
    await long.cache.query('x.test', 'A');
    await long.clock.advance(10_800_000);
    await long.cache.query('x.test', 'A');
    expect(long.asked.length).toBe(2);
  });

  it('DNS-051 keeps no absence without an SOA', async () => {
    const { cache, asked } = scene('a.test. A 192.0.2.1');
    await cache.query('a.test', 'AAAA');
    await cache.query('a.test', 'AAAA');
    expect(asked.length).toBe(2);
  });

  it('DNS-051 takes a name that does not exist for absent in every type, a missing type for nothing more', async () => {
    const { cache, asked } = scene(`${soa}a.test. A 192.0.2.1\nalias.test. CNAME gone.test.`);
    await cache.query('none.test', 'MX');
    expect((await cache.query('none.test', 'A')).status).toBe('no-such-domain');
    await cache.query('a.test', 'MX');
    expect((await cache.query('a.test', 'A')).status).toBe('records');
    expect(asked).toEqual(['none.test MX', 'a.test MX', 'a.test A']);
    // Denied is the end of the chain, not the alias.
    await cache.query('alias.test', 'MX');
    expect((await cache.query('gone.test', 'A')).status).toBe('no-such-domain');
    expect((await cache.query('alias.test', 'CNAME')).status).toBe('records');
    expect(asked.slice(3)).toEqual(['alias.test MX', 'alias.test CNAME']);
  });

  it('DNS-057 takes what lies below a name that does not exist for absent only where that is secure', async () => {
    const secure = scene(soa, { authenticated: true });
    await secure.cache.query('x.test', 'A');
    expect(await secure.cache.query('_25._tcp.x.test', 'TLSA')).toMatchObject({
      status: 'no-such-domain',
      canonical: '_25._tcp.x.test',
      authenticated: true,
    });
    expect(secure.asked.length).toBe(1);
    for (const options of [{ authenticated: false }, { authenticated: true, trusted: false }]) {
      const insecure = scene(soa, options);
      await insecure.cache.query('x.test', 'A');
      await insecure.cache.query('_25._tcp.x.test', 'TLSA');
      expect(insecure.asked.length).toBe(2);
    }
  });

  it('DNS-057, DNS-029 keeps no failure and makes no absence of one', async () => {
    const { cache, asked } = scene(soa, { failures: { 'x.test': 'dns-servfail' } });
    await expect(cache.query('x.test', 'A')).rejects.toMatchObject({ code: 'dns-servfail' });
    await expect(cache.query('x.test', 'A')).rejects.toMatchObject({ code: 'dns-servfail' });
    expect((await cache.query('y.x.test', 'A')).status).toBe('no-such-domain');
    expect(asked.length).toBe(3);
  });

  it('DNS-053 keeps the DNSSEC marks with the answer', async () => {
    const { cache } = scene('a.test. A 192.0.2.1', { authenticated: true });
    await cache.query('a.test', 'A');
    expect(await cache.query('a.test', 'A')).toMatchObject({ authenticated: true, trusted: true });
  });

  it('is bounded, and forgets first what was not used for longest', async () => {
    const zone = ['a', 'b', 'c'].map((name) => `${name}.test. A 192.0.2.1`).join('\n');
    const { cache, asked } = scene(zone, { maxEntries: 2 });
    for (const name of ['a', 'b', 'a', 'c', 'a', 'b']) await cache.query(`${name}.test`, 'A');
    expect(asked).toEqual(['a.test A', 'b.test A', 'c.test A', 'b.test A']);
  });
});

describe('the size of what is kept', () => {
  it('DNS-053 counts octets too: large answers of strangers do not fill the memory', async () => {
    const text = '"'.concat('x'.repeat(250), '" ').repeat(200);
    const names = Array.from({ length: 20 }, (_, at) => `t${at}.test`);
    const zone = names.map((name) => `${name}. TXT ${text}`).join('\n');
    const { cache, asked } = scene(zone, { maxOctets: 400_000 });
    for (const name of names) await cache.query(name, 'TXT');
    await cache.query('t19.test', 'TXT');
    await cache.query('t17.test', 'TXT');
    expect(asked.length).toBe(20);
    await cache.query('t0.test', 'TXT');
    expect(asked.length).toBe(21);
    const large = names.map((name) => `${name}. TLSA 3 0 0 ${'00'.repeat(30_000)}`).join('\n');
    const records = scene(large, { maxOctets: 400_000 });
    for (const name of names) await records.cache.query(name, 'TLSA');
    await records.cache.query('t19.test', 'TLSA');
    await records.cache.query('t0.test', 'TLSA');
    expect(records.asked.length).toBe(21);
    // What alone is more than everything is not kept, and drives nothing out.
    const small = scene(`${zone}\na.test. A 192.0.2.1`, { maxOctets: 20_000 });
    await small.cache.query('a.test', 'A');
    await small.cache.query('t0.test', 'TXT');
    await small.cache.query('t0.test', 'TXT');
    await small.cache.query('a.test', 'A');
    expect(small.asked).toEqual(['a.test A', 't0.test TXT', 't0.test TXT']);
  });
});

describe('questions under way', () => {
  /** A resolver that answers when it is told to. */
  function held(): { resolver: Resolver; signals: AbortSignal[]; release: () => void } {
    const inner = zoneResolver('a.test. MX 10 m.test.');
    const signals: AbortSignal[] = [];
    const gate = Promise.withResolvers<void>();
    return {
      signals,
      release: gate.resolve,
      resolver: {
        async query(name, type, options) {
          if (options?.signal) signals.push(options.signal);
          await Promise.race([
            gate.promise,
            new Promise((_, reject) =>
              options?.signal?.addEventListener('abort', () => {
                reject(options.signal?.reason);
              }),
            ),
          ]);
          return inner.query(name, type);
        },
      },
    };
  }

  it('DNS-053 asks once for a thousand callers', async () => {
    const { resolver, signals, release } = held();
    const cache = cachedResolver(resolver, { clock: virtualClock() });
    const answers = Promise.all(Array.from({ length: 1000 }, () => cache.query('a.test', 'MX')));
    release();
    expect(new Set((await answers).map(({ status }) => status))).toEqual(new Set(['records']));
    expect(signals.length).toBe(1);
  });

  it('DNS-053 lets one caller leave without harm to the others, and ends the query with the last', async () => {
    const { resolver, signals, release } = held();
    const cache = cachedResolver(resolver, { clock: virtualClock() });
    const [first, second] = [new AbortController(), new AbortController()];
    const reason = new Error('enough');
    const leaving = cache.query('a.test', 'MX', { signal: first.signal }).catch((error: unknown) => error);
    const staying = cache.query('a.test', 'MX', { signal: second.signal }).catch((error: unknown) => error);
    first.abort(reason);
    expect(await leaving).toBe(reason);
    expect(signals[0]?.aborted).toBe(false);
    second.abort(reason);
    expect(await staying).toBe(reason);
    expect(signals[0]?.aborted).toBe(true);
    const again = cache.query('a.test', 'MX');
    release();
    expect((await again).status).toBe('records');
    expect(signals.length).toBe(2);
  });
});

it.each([{ minTtl: Number.NaN }, { maxTtl: -1 }, { maxNegativeTtl: Number.NaN }, { maxEntries: Number.NaN }])(
  'refuses %o',
  (options) => {
    expect(() => scene('', options)).toThrow(expect.objectContaining({ name: 'UsageError' }));
  },
);

describe('a server that denies names for the types it does not know (RFC 4074 §4.2)', () => {
  /** Has an address for a minute and denies everything else for an hour; each question is answered when `go` says so. */
  function denying(secure: boolean): { clock: VirtualClock; cache: Resolver; go: Map<string, () => void> } {
    const clock = virtualClock();
    const go = new Map<string, () => void>();
    const inner = {
      async query(name: string, type: string) {
        await new Promise<void>((resolve) => go.set(type, resolve));
        const marks = { authenticated: secure && type !== 'A', trusted: true, canonical: name };
        if (type === 'A') return { status: 'records', records: ['192.0.2.1'], ttl: 60_000, ...marks };
        return { status: 'no-such-domain', ttl: 3_600_000, ...marks };
      },
    } as Resolver;
    return { clock, go, cache: cachedResolver(inner, { clock }) };
  }

  async function askBoth(
    { cache, clock, go }: ReturnType<typeof denying>,
    order: readonly string[],
  ): Promise<readonly string[]> {
    const asked = (['AAAA', 'A'] as const).map((type) => cache.query('h.test', type));
    await Promise.resolve();
    for (const type of order) {
      go.get(type)?.();
      await clock.advance(0);
    }
    return (await Promise.all(asked)).map(({ status }) => status);
  }

  it.each([[['AAAA', 'A']], [['A', 'AAAA']]])('does not take away the addresses: %j', async (order) => {
    const house = denying(false);
    expect(await askBoth(house, order)).toEqual(['no-such-domain', 'records']);
    await house.clock.advance(60_000);
    expect(await askBoth(house, order)).toEqual(['no-such-domain', 'records']);
  });

  it('is believed where the denial is secure', async () => {
    const house = denying(true);
    await askBoth(house, ['AAAA', 'A']);
    await house.clock.advance(60_000);
    expect((await house.cache.query('h.test', 'A')).status).toBe('no-such-domain');
  });
});
