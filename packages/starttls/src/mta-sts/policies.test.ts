import type { DnsAnswer } from '@postern/dns';
import { WireError } from '@postern/wire';
import type { DnsReason } from '@postern/wire';
import { virtualClock } from '@postern/wire/testing';
import { describe, expect, test } from 'vitest';
import type { StsFetch } from './fetch-policy.ts';
import { memoryStsStore, stsPolicies } from './policies.ts';
import type { StsPolicies, StsStore } from './policies.ts';

/** A domain whose record and policy a test changes as it goes, and what was asked of it. */
function scene(options: { readonly store?: StsStore } = {}) {
  const clock = virtualClock();
  const state = {
    record: ['v=STSv1; id=a'] as readonly string[] | DnsReason,
    mode: 'enforce',
    maxAge: 86_400,
    status: 200,
    hangs: false,
    silent: false,
    fetches: 0,
    asked: [] as string[],
    signals: [] as AbortSignal[],
  };
  const query = async (
    name: string,
    _: 'TXT',
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<DnsAnswer<string>> => {
    state.asked.push(name);
    if (state.silent) await new Promise((resolve) => signal?.addEventListener('abort', resolve));
    const marks = { authenticated: false, trusted: false, canonical: name, ttl: 0 };
    if (typeof state.record === 'string') {
      throw new WireError({ kind: 'dns', reason: state.record, phase: 'dns', after: 0 });
    }
    if (state.record.length === 0) return { status: 'no-such-domain', ...marks };
    return { status: 'records', records: state.record, ...marks };
  };
  const fetch: StsFetch = async (_, { signal }) => {
    state.fetches += 1;
    state.signals.push(signal);
    if (state.hangs) await new Promise((resolve) => signal.addEventListener('abort', resolve));
    const text = `version: STSv1\nmode: ${state.mode}\nmx: mx.example.test\nmax_age: ${state.maxAge}\n`;
    return new Response(text, { status: state.status, headers: { 'content-type': 'text/plain' } });
  };
  const store = options.store ?? memoryStsStore();
  const policies: StsPolicies = stsPolicies({
    resolver: { query },
    fetch,
    store,
    clock,
    wallClock: () => 1_800_000_000_000 + clock.now(),
  });
  const look = () => clock.run(policies.policyFor('example.test'));
  return { clock, state, store, policies, look };
}

const failing: readonly (readonly string[] | DnsReason)[] = [
  [],
  ['v=STSv1; id=a', 'v=STSv1; id=b'],
  ['v=STSv1; id=a-b'],
  'dns-servfail',
  'dns-timeout',
];

describe('policies of domains', () => {
  test('TLS-066 fetches once for an id, and again for a new one', async () => {
    const { state, look } = scene();
    expect(await look()).toMatchObject({ policy: { mode: 'enforce' }, from: 'fetched', failure: undefined });
    expect(await look()).toMatchObject({ from: 'kept', failure: undefined, reportable: false });
    expect(state.fetches).toBe(1);
    state.record = ['v=STSv1; id=b'];
    state.mode = 'none';
    expect(await look()).toMatchObject({ policy: { mode: 'none' }, from: 'fetched' });
    expect((await look()).policy?.mode).toBe('none');
    expect(state.fetches).toBe(2);
    expect(new Set(state.asked)).toEqual(new Set(['_mta-sts.example.test']));
  });

  for (const record of failing) {
    test(`TLS-066 keeps a policy although its record is ${JSON.stringify(record)}, until it is too old`, async () => {
      const { clock, state, look } = scene();
      await look();
      state.record = record;
      await clock.advance(86_399_999);
      expect(await look()).toMatchObject({ policy: { mode: 'enforce' }, from: 'kept' });
      // What DNS does not say is no failure of the policy.
      const { reportable } = await look();
      expect(typeof record === 'string' && reportable).toBe(false);
      await clock.advance(1);
      expect(await look()).toMatchObject({ policy: undefined, from: undefined, reportable: false });
      expect(state.fetches).toBe(1);
    });
  }

  test('TLS-066 keeps a policy although the new one cannot be fetched', async () => {
    const { state, look } = scene();
    await look();
    state.record = ['v=STSv1; id=b'];
    state.status = 404;
    expect(await look()).toMatchObject({
      policy: { mode: 'enforce' },
      from: 'kept',
      failure: { reason: 'sts-not-found' },
      reportable: true,
    });
  });

  test('TLS-066 without a policy a failed fetch means none', async () => {
    const { clock, state, look } = scene();
    state.status = 500;
    expect(await look()).toMatchObject({
      policy: undefined,
      failure: { reason: 'sts-not-found' },
      reportable: true,
    });
    state.status = 200;
    state.maxAge = 100;
    await clock.advance(300_000);
    await look();
    await clock.advance(100_000);
    state.status = 500;
    expect(await look()).toMatchObject({ policy: undefined, failure: { reason: 'sts-not-found' } });
  });

  test('TLS-066 waits five minutes between failed fetches of one id', async () => {
    const { clock, state, look } = scene();
    state.status = 404;
    await look();
    await clock.advance(299_999);
    expect(await look()).toMatchObject({ failure: { reason: 'sts-not-found' }, reportable: true });
    expect(state.fetches).toBe(1);
    state.record = ['v=STSv1; id=b'];
    await look();
    expect(state.fetches).toBe(2);
    state.record = ['v=STSv1; id=a'];
    state.status = 200;
    await clock.advance(300_000);
    expect((await look()).policy?.mode).toBe('enforce');
    expect(state.fetches).toBe(3);
  });

  test('TLS-066 tries the same id again once the five minutes are over', async () => {
    const { clock, state, look } = scene();
    state.status = 404;
    await look();
    state.status = 200;
    await clock.advance(299_999);
    expect((await look()).policy).toBeUndefined();
    await clock.advance(1);
    expect((await look()).from).toBe('fetched');
  });

  test('TLS-066 who gives up gets the reason, before the record is asked for and while it is', async () => {
    const { clock, state, policies } = scene();
    const reason = new WireError({ kind: 'policy', reason: 'sts-timeout', phase: 'policy', after: 0 });
    const gone = policies.policyFor('example.test', { signal: AbortSignal.abort(reason) });
    await expect(gone).rejects.toBe(reason);
    expect(state.asked).toEqual([]);
    state.silent = true;
    state.record = 'dns-timeout';
    const controller = new AbortController();
    const leaving = policies
      .policyFor('example.test', { signal: controller.signal })
      .catch((error: unknown) => error);
    await clock.advance(10);
    controller.abort(reason);
    expect(await clock.run(leaving)).toBe(reason);
  });

  test('TLS-068 reports what a domain that has or had a policy wants to know', async () => {
    const reportable = async (mode: string, record: readonly string[], known: boolean): Promise<boolean> => {
      const { clock, state, policies, look } = scene();
      state.mode = mode;
      if (known) await look();
      state.record = record;
      state.status = 404;
      return (await clock.run(policies.refresh('example.test'))).reportable;
    };
    expect(await reportable('enforce', ['v=STSv1; id=b'], false)).toBe(true);
    expect(await reportable('testing', ['v=STSv1; id=b'], true)).toBe(true);
    expect(await reportable('enforce', [], true)).toBe(true);
    expect(await reportable('none', ['v=STSv1; id=b'], true)).toBe(false);
    expect(await reportable('none', [], true)).toBe(false);
    expect(await reportable('enforce', [], false)).toBe(false);
  });

  test('TLS-066 refreshes whatever the record says, so that nobody can wait for the end of a policy', async () => {
    const { clock, state, policies, look } = scene();
    await look();
    state.record = 'dns-servfail';
    await clock.advance(80_000_000);
    expect(await clock.run(policies.refresh('example.test'))).toMatchObject({ from: 'fetched' });
    await clock.advance(80_000_000);
    expect(await look()).toMatchObject({
      policy: { mode: 'enforce' },
      from: 'kept',
      failure: { kind: 'dns' },
    });
    // It is kept under the id that was known, so the record coming back costs no fetch.
    state.record = ['v=STSv1; id=a'];
    await look();
    expect(state.fetches).toBe(2);
    // So it is where the record is there and says nothing.
    state.record = [];
    await clock.run(policies.refresh('example.test'));
    state.record = ['v=STSv1; id=a'];
    expect((await look()).from).toBe('kept');
    expect(state.fetches).toBe(3);
    state.status = 500;
    expect(await clock.run(policies.refresh('example.test'))).toMatchObject({
      from: 'kept',
      reportable: true,
    });
  });

  test('TLS-067 a subdomain has its own policy or none', async () => {
    const { clock, state, policies, look } = scene();
    await look();
    state.record = [];
    expect((await clock.run(policies.policyFor('sub.example.test'))).policy).toBeUndefined();
    expect(state.asked.at(-1)).toBe('_mta-sts.sub.example.test');
    // Case and a last dot make no other domain.
    expect((await clock.run(policies.policyFor('Example.TEST.'))).from).toBe('kept');
  });

  test('TLS-066 fetches once for many who ask, and stops when the last has left', async () => {
    const { clock, state, policies } = scene();
    const many = await clock.run(
      Promise.all(Array.from({ length: 100 }, () => policies.policyFor('example.test'))),
    );
    expect(state.fetches).toBe(1);
    expect(new Set(many.map(({ from }) => from))).toEqual(new Set(['fetched']));
    state.record = ['v=STSv1; id=b'];
    state.hangs = true;
    const controller = new AbortController();
    const reason = new WireError({ kind: 'policy', reason: 'sts-timeout', phase: 'policy', after: 0 });
    const leaving = policies
      .policyFor('example.test', { signal: controller.signal })
      .catch((error: unknown) => error);
    await clock.advance(10);
    controller.abort(reason);
    expect(await leaving).toBe(reason);
    expect(state.signals.at(-1)?.aborted).toBe(true);
    await clock.advance(10);
    expect(clock.alarms).toBe(0);
    // What the caller gave up for was not remembered as a failure of the domain.
    state.hangs = false;
    expect((await clock.run(policies.policyFor('example.test'))).from).toBe('fetched');
  });

  test('TLS-066 a kept policy survives in its store, and a failing store is the caller’s', async () => {
    const store = memoryStsStore();
    await scene({ store }).look();
    const later = scene({ store });
    later.state.record = 'dns-timeout';
    expect(await later.look()).toMatchObject({ policy: { mode: 'enforce' }, from: 'kept' });
    const broken = new Error('disk full');
    const { look } = scene({ store: { get: async () => undefined, set: () => Promise.reject(broken) } });
    await expect(look()).rejects.toBe(broken);
    // It is no failure of the domain, so nothing waits five minutes.
    await expect(look()).rejects.toBe(broken);
  });

  test('TLS-066 the memory of policies is bounded', async () => {
    const store = memoryStsStore({ maxEntries: 2 });
    const stored = { id: 'a', policy: { mode: 'none', mx: [], maxAge: 1 }, fetchedAt: 0 } as const;
    for (const domain of ['a', 'b', 'a', 'c']) await store.set(domain, stored);
    expect(await Promise.all(['a', 'b', 'c'].map((domain) => store.get(domain)))).toEqual([
      stored,
      undefined,
      stored,
    ]);
  });

  test('TLS-044, TLS-061 what is no domain is not fetched, also for a refresh', async () => {
    const { clock, state, policies } = scene();
    state.record = 'dns-bad-name';
    expect(await clock.run(policies.refresh('example.test/evil'))).toMatchObject({ policy: undefined });
    expect(state.fetches).toBe(0);
  });
});
