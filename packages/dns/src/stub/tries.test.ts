import { DeadlineExceeded, WireError } from '@postern/wire';
import { describe, expect, it } from 'vitest';
import { sampleZone } from '../../test/sample-zone.ts';
import { decoded, faultOf, one, scripted, setRcode, two, zone } from '../../test/stub-helpers.ts';

describe('tries', () => {
  it('DNS-055 waits 2 s per try, three times, and then says so', async () => {
    const { clock, network, resolver } = scripted(() => undefined);
    const fault = await faultOf(clock, resolver.query('mx1.example.test', 'A'));
    expect(fault).toMatchObject({
      kind: 'dns',
      reason: 'dns-timeout',
      after: 6000,
      limit: 6000,
      endpoint: one,
    });
    expect(network.sent.length).toBe(3);
    expect(clock.alarms).toBe(0);
  });

  it('DNS-055 spends at most 8 s on a look-up with all it needs', async () => {
    // Each alias is answered after the first try of its question ran out.
    let asked = 0;
    const { clock, resolver } = scripted((query) => {
      asked += 1;
      if (asked % 2 === 1) return undefined;
      const { question } = decoded(query);
      const index = Number(question?.name.slice(1, 2));
      return [zone(`a${index}.test. CNAME a${index + 1}.test.\na${index + 1}.test. TXT x`)(query)];
    });
    const fault = await faultOf(clock, resolver.query('a1.test', 'A'));
    expect(fault).toMatchObject({ reason: 'dns-timeout', after: 8000, limit: 8000 });
    expect(clock.now()).toBe(8000);
    expect(clock.alarms).toBe(0);
  });

  it('DNS-055 rethrows the reason of an abort untouched, at once, and sets no alarm after it', async () => {
    const { clock, resolver } = scripted(() => undefined);
    const reason = new DeadlineExceeded(1);
    const controller = new AbortController();
    const query = resolver
      .query('mx1.example.test', 'A', { signal: controller.signal })
      .catch((error: unknown) => error);
    await clock.advance(500);
    controller.abort(reason);
    expect(await query).toBe(reason);
    expect(clock.now()).toBe(500);
    expect(clock.alarms).toBe(0);
  });

  for (const reason of [
    new WireError({ kind: 'dns', reason: 'dns-timeout', phase: 'dns', after: 0 }),
    new WireError({ kind: 'timeout', reason: 'timeout-connect', phase: 'connect', after: 0 }),
    new Error('dns-servfail'),
  ]) {
    for (const [when, servfail] of [
      ['while it waits for the answer', false],
      ['while it looks whether data is bogus', true],
    ] as const) {
      it(`DNS-055 takes a caller's "${reason.message}" for no failure of the DNS, ${when}`, async () => {
        let answering = false;
        const { clock, network, resolver } = scripted((query) => {
          if (answering) return [zone()(query)];
          // The second question of a failed look-up, with CD, is the one that stays open.
          return servfail && !decoded(query).checkingDisabled ? [setRcode(zone()(query), 2)] : undefined;
        });
        const controller = new AbortController();
        const { signal } = controller;
        const query = resolver.query('mx1.example.test', 'A', { signal }).catch((error: unknown) => error);
        await clock.advance(500);
        controller.abort(reason);
        expect(await query).toBe(reason);
        // Nothing of it is remembered: the next question goes out, to the same server, and is answered.
        answering = true;
        const before = network.sent.length;
        expect((await clock.run(resolver.query('mx1.example.test', 'A'))).status).toBe('records');
        expect(network.sent.length).toBe(before + 1);
        expect(clock.alarms).toBe(0);
      });
    }
  }

  it('DNS-055 rethrows an abort that comes together with a failure', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const { clock, resolver } = scripted((query) => {
      controller.abort(reason);
      return [setRcode(zone()(query), 5)];
    });
    const query = resolver.query('mx1.example.test', 'A', { signal: controller.signal });
    await expect(clock.run(query.catch((error: unknown) => Promise.reject(error)))).rejects.toBe(reason);
  });

  it('DNS-058 does not hold it against a server that the look-up ran out of time', async () => {
    const patience = { attempt: 2000, tries: 3, total: 2500 };
    const silent = new Set([one.address, two.address]);
    const { clock, network, resolver } = scripted(
      (query, server) => (silent.has(server) ? undefined : [zone()(query)]),
      { servers: [one, two], patience, random: () => 0 },
    );
    await faultOf(clock, resolver.query('mx1.example.test', 'A'));
    // Server two had half a second, not two: it is not known to be silent.
    silent.clear();
    await clock.run(resolver.query('mx1.example.test', 'A'));
    expect(network.sent.at(-1)?.server).toBe(two.address);
    await clock.advance(30_000);
    await clock.run(resolver.query('mx1.example.test', 'AAAA'));
    expect(network.sent.at(-1)?.server).toBe(one.address);
  });

  it('DNS-058 asks a server that was silent last, for a while', async () => {
    let silent = true;
    const { clock, network, resolver } = scripted(
      (query, server) => (silent && server === one.address ? undefined : [zone()(query)]),
      { servers: [one, two] },
    );
    const ask = async (): Promise<void> => {
      await clock.run(resolver.query('mx1.example.test', 'A'));
    };
    await ask();
    expect(network.sent.map(({ server }) => server)).toEqual([one.address, two.address]);
    await ask();
    expect(network.sent.map(({ server }) => server).slice(2)).toEqual([two.address]);
    silent = false;
    await clock.advance(30_000);
    await ask();
    expect(network.sent.map(({ server }) => server).slice(3)).toEqual([one.address]);
  });

  it('DNS-058 comes back to a server that a question has tried less, whoever is out of favour for longer', async () => {
    // The first server is out of favour for 30 s, the second each time for 24 s.
    const draws = [0, 0, 0, 1, 0, 1];
    const { clock, network, resolver } = scripted(() => undefined, {
      servers: [one, two],
      patience: { attempt: 2000, tries: 4, total: 20_000 },
      random: () => draws.shift() ?? 0,
    });
    await faultOf(clock, resolver.query('mx1.example.test', 'A'));
    expect(network.sent.map(({ server }) => server)).toEqual([
      one.address,
      two.address,
      two.address,
      one.address,
    ]);
  });

  it('DNS-058 goes to the next server at once where the first is unreachable', async () => {
    const unreachable = new WireError({
      kind: 'dns',
      reason: 'dns-unreachable',
      phase: 'dns',
      after: 0,
      evidence: { code: 'ECONNREFUSED' },
    });
    const { clock, resolver } = scripted(
      (query, server) => (server === one.address ? unreachable : [zone()(query)]),
      { servers: [one, two] },
    );
    expect((await clock.run(resolver.query('mx1.example.test', 'A'))).status).toBe('records');
    expect(clock.now()).toBe(0);
    const alone = scripted(() => unreachable);
    expect(await faultOf(alone.clock, alone.resolver.query('mx1.example.test', 'A'))).toMatchObject({
      reason: 'dns-unreachable',
      endpoint: one,
      evidence: { code: 'ECONNREFUSED' },
    });
  });

  it('reports of several failures the one that says most', async () => {
    const { clock, resolver } = scripted(
      (query, server) =>
        server === one.address
          ? [zone(sampleZone, { failures: { 'mx1.example.test': 'dns-refused' } })(query)]
          : undefined,
      { servers: [one, two] },
    );
    expect(await faultOf(clock, resolver.query('mx1.example.test', 'A'))).toMatchObject({
      reason: 'dns-refused',
      endpoint: one,
    });
  });
});

it.each([{ tries: 0 }, { tries: Number.NaN }, { attempt: 0 }, { attempt: Number.NaN }, { total: -1 }])(
  'refuses the patience %o',
  (given) => {
    const patience = { attempt: 2000, tries: 3, total: 2500, ...given };
    expect(() => scripted(() => [], { patience })).toThrow(expect.objectContaining({ name: 'UsageError' }));
  },
);
