import { isWireError } from '@postern/wire';
import type { DnsAnswer, Resolver } from '../resolver.ts';

/** What a test framework has to give: vitest and jest have all three. */
export interface ResolverTestFramework {
  /** Opens a group of tests. */
  readonly describe: (name: string, body: () => void) => void;
  /** Declares a test. */
  readonly it: (name: string, body: () => Promise<void>) => void;
  /** Compares. */
  readonly expect: (value: unknown) => Expectation;
}

/** What can be expected of a value. */
export interface Expectation {
  /** The value equals another, in depth. */
  readonly toEqual: (expected: unknown) => void;
  /** The value has at least these members. */
  readonly toMatchObject: (expected: object) => void;
}

/** A resolver under test. */
export interface ResolverUnderTest {
  /** Answers from the conformance zone. */
  readonly resolver: Resolver;
  /** Runs a task to its end; virtual time moves here. Default: awaits it. */
  readonly run?: (task: () => Promise<void>) => Promise<void>;
  /** Ends what was started for the test. */
  readonly close?: () => Promise<void>;
}

/** Options of {@link resolverConformance}. */
export interface ConformanceOptions {
  /** Maps a test's name to the reason why it cannot run; the reason is printed in its place. */
  readonly skip?: Readonly<Record<string, string>>;
}

/**
 * What every resolver has to do alike: records of every type, aliases, the two kinds of absence, names in any spelling,
 * aborts. `make` is called for each test and must answer from `conformanceZone`.
 *
 * @example
 * ```ts
 * import { zoneResolver } from '@postern/dns';
 * import { conformanceZone, resolverConformance } from '@postern/dns/testing';
 * import { describe, expect, it } from 'vitest';
 *
 * resolverConformance({ describe, it, expect }, async () => ({ resolver: zoneResolver(conformanceZone) }));
 * ```
 */
export function resolverConformance(
  { describe, it, expect }: ResolverTestFramework,
  make: () => Promise<ResolverUnderTest>,
  options?: ConformanceOptions,
): void {
  const test = (name: string, body: (resolver: Resolver) => Promise<void>): void => {
    const reason = options?.skip?.[name];
    if (reason !== undefined) {
      it(`${name} (not run: ${reason})`, async () => undefined);
      return;
    }
    it(name, async () => {
      const under = await make();
      const run = under.run ?? ((task) => task());
      try {
        await run(() => body(under.resolver));
      } finally {
        await under.close?.();
      }
    });
  };
  const sorted = <T>(answer: DnsAnswer<T>): readonly T[] =>
    answer.status === 'records'
      ? answer.records.toSorted((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1))
      : [];

  describe('records', () => {
    test('returns all addresses of a host', async (resolver) => {
      const answer = await resolver.query('mx1.conformance.test', 'A');
      expect(sorted(answer)).toEqual(['192.0.2.1', '192.0.2.2']);
      expect(answer).toMatchObject({ status: 'records', canonical: 'mx1.conformance.test' });
    });
    test('writes IPv6 addresses in the form of RFC 5952', async (resolver) => {
      expect(sorted(await resolver.query('mx1.conformance.test', 'AAAA'))).toEqual(['2001:db8::1']);
    });
    test('returns exchangers with their preference', async (resolver) => {
      expect(sorted(await resolver.query('conformance.test', 'MX'))).toEqual([
        { preference: 10, exchange: 'mx1.conformance.test' },
        { preference: 20, exchange: 'mx2.conformance.test' },
      ]);
    });
    test('shows the root as a dot', async (resolver) => {
      expect(sorted(await resolver.query('nomail.conformance.test', 'MX'))).toEqual([
        { preference: 0, exchange: '.' },
      ]);
      expect(sorted(await resolver.query('_imap._tcp.conformance.test', 'SRV'))).toEqual([
        { priority: 0, weight: 0, port: 0, target: '.' },
      ]);
    });
    test('returns services with priority, weight, port and target', async (resolver) => {
      expect(sorted(await resolver.query('_imaps._tcp.conformance.test', 'SRV'))).toEqual([
        { priority: 0, weight: 1, port: 993, target: 'mx1.conformance.test' },
      ]);
    });
    test('DNS-032 joins the strings of a text without separators', async (resolver) => {
      expect(sorted(await resolver.query('text.conformance.test', 'TXT'))).toEqual([
        'a "quoted" text; with a semicolon',
        'v=spf1 -all',
      ]);
    });
    test('returns certificate associations as octets', async (resolver) => {
      const answer = await resolver.query('_25._tcp.mx1.conformance.test', 'TLSA');
      const [record] = sorted(answer);
      expect(record).toMatchObject({ usage: 3, selector: 1, matching: 1 });
      expect(record?.data.length).toEqual(32);
      expect(record?.data[15]).toEqual(0xff);
    });
    test('returns the start of authority', async (resolver) => {
      const answer = await resolver.query('conformance.test', 'SOA');
      expect(sorted(answer)[0]).toMatchObject({ mname: 'ns.conformance.test', minimum: 60 });
    });
    test('DNS-040 returns a set that fits into no datagram', async (resolver) => {
      const answer = await resolver.query('big.conformance.test', 'MX');
      expect(answer.status === 'records' && answer.records.length).toEqual(60);
    });
    test('answers by wildcard below it, not above', async (resolver) => {
      expect(sorted(await resolver.query('x.y.wild.conformance.test', 'A'))).toEqual(['192.0.2.4']);
      expect((await resolver.query('wild.conformance.test', 'A')).status).toEqual('no-data');
    });
    test('keeps answers apart that are asked for at once', async (resolver) => {
      const hosts = ['mx1', 'mx2', 'ns', 'x.wild', 'a.b.deep'];
      const answers = await Promise.all(
        [...hosts, ...hosts].map((host) => resolver.query(`${host}.conformance.test`, 'A')),
      );
      expect(answers.map((answer) => sorted(answer).at(-1))).toEqual(
        [2, 3, 53, 4, 5, 2, 3, 53, 4, 5].map((last) => `192.0.2.${last}`),
      );
    });
  });

  describe('aliases', () => {
    test('DNS-001 follows an alias and names its end', async (resolver) => {
      const answer = await resolver.query('alias1.conformance.test', 'A');
      expect(sorted(answer)).toEqual(['192.0.2.3']);
      expect(answer.canonical).toEqual('mx2.conformance.test');
    });
    test('DNS-050 keeps an answer no longer than its shortest link', async (resolver) => {
      const answer = await resolver.query('alias1.conformance.test', 'A');
      expect(answer.ttl > 0 && answer.ttl <= 30_000).toEqual(true);
    });
    test('returns the alias itself where that is asked for', async (resolver) => {
      const answer = await resolver.query('alias1.conformance.test', 'CNAME');
      expect(sorted(answer)).toEqual(['alias2.conformance.test']);
      expect(answer.canonical).toEqual('alias1.conformance.test');
    });
    test('says that the end of an alias does not exist', async (resolver) => {
      expect(await resolver.query('dangling.conformance.test', 'A')).toMatchObject({
        status: 'no-such-domain',
        canonical: 'nowhere.conformance.test',
      });
    });
    test('says that the end of an alias has no such data', async (resolver) => {
      expect(await resolver.query('empty.conformance.test', 'A')).toMatchObject({
        status: 'no-data',
        canonical: 'text.conformance.test',
      });
    });
    test('DNS-035 refuses a loop', async (resolver) => {
      expect(await reasonOf(resolver.query('loop1.conformance.test', 'A'))).toEqual('dns-cname-loop');
    });
  });

  describe('absence', () => {
    test('tells a name without the type from a name that is not there', async (resolver) => {
      expect((await resolver.query('mx2.conformance.test', 'AAAA')).status).toEqual('no-data');
      expect((await resolver.query('nobody.conformance.test', 'AAAA')).status).toEqual('no-such-domain');
    });
    test('says that a name exists which only has names below it', async (resolver) => {
      expect((await resolver.query('b.deep.conformance.test', 'A')).status).toEqual('no-data');
      expect((await resolver.query('c.deep.conformance.test', 'A')).status).toEqual('no-such-domain');
    });
    test('DNS-051 keeps an absence as long as its SOA says', async (resolver) => {
      const answer = await resolver.query('nobody2.conformance.test', 'A');
      expect(answer.ttl > 0 && answer.ttl <= 60_000).toEqual(true);
    });
  });

  describe('names', () => {
    test('DNS-036 takes any case and a trailing dot', async (resolver) => {
      const answer = await resolver.query('MX2.Conformance.TEST.', 'A');
      expect(sorted(answer)).toEqual(['192.0.2.3']);
      expect(answer.canonical).toEqual('mx2.conformance.test');
    });
    test('DNS-034 turns U-labels into A-labels', async (resolver) => {
      expect(sorted(await resolver.query('Müller.conformance.test', 'A'))).toEqual(['192.0.2.6']);
    });
    test('DNS-034 refuses names that are none, without asking', async (resolver) => {
      for (const name of ['a..b', '', '.', 'a b', `${'x'.repeat(64)}.test`, '_smtp.conformance.test']) {
        expect(await reasonOf(resolver.query(name, 'A'))).toEqual('dns-bad-name');
      }
    });
  });

  describe('abort', () => {
    test('rejects with the reason of a signal that is aborted already', async (resolver) => {
      const reason = new Error('enough');
      const signal = AbortSignal.abort(reason);
      const caught: unknown = await resolver
        .query('mx1.conformance.test', 'A', { signal })
        .catch((e: unknown) => e);
      expect(caught === reason).toEqual(true);
    });
    test('answers again after an abort', async (resolver) => {
      const controller = new AbortController();
      const first = resolver
        .query('mx2.conformance.test', 'A', { signal: controller.signal })
        .catch(() => undefined);
      controller.abort(new Error('enough'));
      await first;
      expect(sorted(await resolver.query('mx2.conformance.test', 'A'))).toEqual(['192.0.2.3']);
    });
  });
}

/** The reason a look-up failed with; `answered` where it did not. */
async function reasonOf(answer: Promise<unknown>): Promise<string> {
  try {
    await answer;
    return 'answered';
  } catch (error) {
    return isWireError(error) ? error.code : String(error);
  }
}
